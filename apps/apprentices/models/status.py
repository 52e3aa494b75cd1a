"""Changes of an enrolment record (学籍异动) with the day from which they count."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import StatusChange
from apps.core.append_only import AppendOnlyModel
from apps.core.said import SaidTextField


class StatusRecord(AppendOnlyModel):
    """One change of status: what, from which day, why, and who recorded it.

    The history row of the same step says when it was recorded; this row says since when it holds.
    """

    enrolment = models.ForeignKey(
        "apprentices.Enrolment",
        models.PROTECT,
        related_name="status_records",
        verbose_name=_("Enrolment record"),
    )
    change = models.CharField(_("Change"), max_length=16, choices=StatusChange.choices)
    effective_on = models.DateField(_("Effective from"))
    reason = SaidTextField(_("Reason"), blank=True)
    to_class = models.ForeignKey(
        "apprentices.TrainingClass", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Recorded"), auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Change of status")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change__in=StatusChange.values), name="status_change_known"
            )
        ]
