"""A recovery is set off against what a later claim pays."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel
from apps.payouts.models.recovery import Recovery
from apps.payouts.recovery_guards import offset_guard


class RecoveryOffset(AppendOnlyModel):
    """What one release of a claim repaid of one recovery (抵扣). In the books: `ledger_key`.

    It stands whatever becomes of the rest of the payment. `attempt` is that of the order which pays the rest.
    """

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="offsets")
    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="recovery_offsets", db_index=False)
    attempt = models.PositiveSmallIntegerField(_("Attempt"))
    amount_fen = models.BigIntegerField(_("Amount"))
    after_write_off_fen = models.BigIntegerField(_("Of it, written off before"), default=0)
    set_off_on = models.DateField(_("Set off on"))
    set_off_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Set-off")
        triggers = [offset_guard()]
        constraints = [
            models.UniqueConstraint(fields=["claim", "recovery", "attempt"], name="set_off_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="offset_is_something"),
            models.CheckConstraint(
                condition=Q(after_write_off_fen__gte=0, after_write_off_fen__lte=F("amount_fen")),
                name="offset_after_write_off_within_it",
            ),
        ]

    @property
    def ledger_key(self) -> str:
        """The transaction in the books."""
        return f"offset:{self.pk}"


class RecoveryOffsetPart(AppendOnlyModel):
    """Per fund: what the payment gave up (`drawn_fen`) and what the recovery's fund got (`returned_fen`).

    Where they differ, the difference moved between the funds' accounts.
    """

    offset = models.ForeignKey(RecoveryOffset, models.PROTECT, related_name="parts", db_index=False)
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, related_name="+")
    drawn_fen = models.BigIntegerField(_("Withheld from the payment"), default=0)
    returned_fen = models.BigIntegerField(_("Returned to the fund"), default=0)

    class Meta(AppendOnlyModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["offset", "fund"], name="one_offset_part_per_fund"),
            models.CheckConstraint(
                condition=Q(drawn_fen__gte=0, returned_fen__gte=0)
                & (Q(drawn_fen__gt=0) | Q(returned_fen__gt=0)),
                name="offset_part_is_something",
            ),
        ]
