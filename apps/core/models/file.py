"""Files by content: the address of a file is the hash of its bytes."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.triggers import Guard

_KEEP = """
    IF TG_OP = 'DELETE' OR (OLD.sha256, OLD.size, OLD.created_at) IS DISTINCT FROM
                           (NEW.sha256, NEW.size, NEW.created_at) THEN
        RAISE EXCEPTION 'a stored file is never changed or removed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'core_storedfile_stays';
    END IF;
    RETURN NEW;
"""


class StoredFile(models.Model):
    """A file that was once handed in, whatever became of what it belonged to (I18).

    Equal bytes are one row, so several documents may share it: show the name that the document keeps, not
    this one. `sealed` files are encrypted on the disk. Make and open them with `apps.core.files`.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    size = models.BigIntegerField(_("Size in bytes"))
    media_type = models.CharField(_("Media type"), max_length=100)
    name = models.CharField(_("File name"), max_length=255)
    sealed = models.BooleanField(_("Encrypted on the disk"), default=False)
    created_at = models.DateTimeField(_("Stored at"), auto_now_add=True)

    class Meta:
        verbose_name = _("Stored file")
        verbose_name_plural = _("Stored files")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="core_storedfile_sha256_is_hex"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="core_storedfile_is_not_empty"),
        ]
        triggers = [
            Guard(
                name="file_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_KEEP,
            )
        ]

    def __str__(self) -> str:
        return self.name
