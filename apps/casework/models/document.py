"""Documents that belong to a case."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseDocumentQuerySet(models.QuerySet):
    def of(self, case: models.Model) -> Self:
        """The documents in force of one case, by kind."""
        return self.filter(
            subject_type=case._meta.label_lower, subject_id=case.pk, replaced_by=None, removed_at=None
        ).order_by("kind", "id")


class CaseDocument(models.Model):
    """A file as part of a case: what it is, who handed it in, what replaced it. Never deleted."""

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    kind = models.CharField(_("Kind"), max_length=48)
    title = models.CharField(_("Title"), max_length=200)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("Uploaded"), auto_now_add=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("case", "Document")
        indexes = [models.Index(fields=["subject_type", "subject_id", "kind"], name="document_by_subject")]
