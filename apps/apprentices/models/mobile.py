"""Corrections of an apprentice's mobile number, as the record shows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel


class MobileCorrection(AppendOnlyModel):
    """A mobile number was replaced: which, why, by whom. Numbers are kept masked here."""

    enrolment = models.ForeignKey(
        "apprentices.Enrolment",
        models.PROTECT,
        related_name="mobile_corrections",
        verbose_name=_("Enrolment record"),
    )
    before = models.CharField(_("Before"), max_length=20, blank=True)
    after = models.CharField(_("Afterwards"), max_length=20)
    reason = models.CharField(_("Reason"), max_length=300)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Recorded"), auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Correction of a mobile number")
        ordering = ["id"]
