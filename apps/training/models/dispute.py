"""An apprentice says that a record is wrong; it is settled before a claim, not after an audit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.training.enums import DisputeState


class Dispute(models.Model):
    """A dispute of one's own record, of an attendance or as a whole. An open one holds the claim line."""

    enrolment = models.ForeignKey("apprentices.Enrolment", models.PROTECT, related_name="disputes")
    attendance = models.ForeignKey(
        "training.Attendance", models.PROTECT, null=True, blank=True, related_name="disputes"
    )
    text = models.TextField(_("What is wrong"), max_length=1000)
    state = models.CharField(
        _("State"), max_length=16, choices=DisputeState.choices, default=DisputeState.OPEN
    )
    raised_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(_("Answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Dispute")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attendance"], condition=Q(state=DisputeState.OPEN), name="one_open_dispute"
            ),
            models.CheckConstraint(
                condition=Q(state=DisputeState.OPEN, answered_at__isnull=True)
                | Q(~Q(state=DisputeState.OPEN) & Q(answered_at__isnull=False) & ~Q(answer="")),
                name="settled_dispute_has_answer",
            ),
        ]
