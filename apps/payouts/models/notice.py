"""What a recovery notice says, as it was when it was issued."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel
from apps.payouts.models.recovery import Recovery


class RecoveryNotice(AppendOnlyModel):
    """The facts of a notice and their digest: the printed notice is made from these and from nothing else.

    No account number stands here: `facts["account"]` names the treasury's account, which is never edited.
    """

    recovery = models.OneToOneField(Recovery, models.PROTECT, related_name="notice")
    facts = models.JSONField()
    sha256 = models.CharField(_("Digest of the facts"), max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Content of a recovery notice")
