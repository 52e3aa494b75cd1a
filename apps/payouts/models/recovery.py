"""Money to come back: the notice with its deadline, what has come in, and into which fund it goes."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.core.append_only import AppendOnlyModel
from apps.payouts.enums import STILL_OWED, RecoveryState
from apps.payouts.recovery_guards import receipt_guard, recovery_guards, undone_receipt_guard

# What is still owed, as the database computes it.
OPEN_FEN = F("amount_fen") - F("received_fen") - F("offset_fen") - F("written_off_fen")
_BACK_FEN = F("received_fen") + F("offset_fen")
_WITHIN = Q(
    amount_fen__gt=0,
    received_fen__gte=0,
    offset_fen__gte=0,
    written_off_fen__gte=0,
    amount_fen__gte=_BACK_FEN + F("written_off_fen"),
)


class RecoveryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own recoveries; a district's; the city's."""
        return self.filter(scope_q(actor, institution=None))

    def still_open(self) -> Self:
        """Those of which something is owed that was neither repaid nor written off."""
        return self.filter(state__in=STILL_OWED)


class Recovery(models.Model):
    """A recovery notice (追回通知) for the net that an enterprise owes from one claim.

    `received_fen` came in as money, `offset_fen` was set off against later payments, `written_off_fen` was
    given up and has not come in since. The database counts all three, and the state follows from them.
    `due_on` is the day that holds now (an instalment agreement moves it), `first_due_on` that of the notice;
    the database fills it in where it is left out.
    """

    number = models.CharField(_("Notice number"), max_length=40, unique=True)
    claim = models.OneToOneField("claims.Claim", models.PROTECT, related_name="recovery")
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+", db_index=False)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, related_name="recoveries", db_index=False
    )
    amount_fen = models.BigIntegerField(_("To repay"))
    received_fen = models.BigIntegerField(_("Received"), default=0)
    offset_fen = models.BigIntegerField(_("Set off"), default=0)
    written_off_fen = models.BigIntegerField(_("Written off"), default=0)
    state = models.CharField(
        _("State"), max_length=16, choices=RecoveryState.choices, default=RecoveryState.ISSUED
    )
    issued_on = models.DateField(_("Issued on"))
    due_on = models.DateField(_("To be repaid by"))
    first_due_on = models.DateField(_("Deadline of the notice"), blank=True)
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("Recovery notice")
        triggers = recovery_guards()
        constraints = [
            models.CheckConstraint(condition=_WITHIN, name="recovery_within_its_amount"),
            models.CheckConstraint(
                condition=Q(state=RecoveryState.REPAID, amount_fen=_BACK_FEN)
                | ~Q(state=RecoveryState.REPAID) & Q(amount_fen__gt=_BACK_FEN),
                name="repaid_means_all_of_it",
            ),
            models.CheckConstraint(
                condition=~Q(state=RecoveryState.WRITTEN_OFF)
                | Q(written_off_fen__gt=0, amount_fen=_BACK_FEN + F("written_off_fen")),
                name="written_off_means_the_rest_of_it",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "due_on"], name="recovery_by_district"),
            models.Index(fields=["enterprise", "state"], name="recovery_by_enterprise"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open_fen(self) -> int:
        """What is still owed, without what was written off."""
        return self.amount_fen - self.received_fen - self.offset_fen - self.written_off_fen

    @property
    def wanted_fen(self) -> int:
        """What would be taken if it came: what is owed, and what was given up."""
        return self.amount_fen - self.received_fen - self.offset_fen


class RecoveryPart(models.Model):
    """How much of a recovery goes back to which fund and budget: those that the money came from."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="parts", db_index=False)
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, related_name="+")
    reservation_key = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField(_("Amount"))
    received_fen = models.BigIntegerField(default=0)
    offset_fen = models.BigIntegerField(default=0)
    written_off_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "fund", "reservation_key"], name="one_recovery_part_per_fund"
            ),
            models.CheckConstraint(condition=_WITHIN, name="recovery_part_within_its_amount"),
        ]

    @property
    def open_fen(self) -> int:
        """What this fund still waits for."""
        return self.amount_fen - self.received_fen - self.offset_fen - self.written_off_fen


class RecoveryReceipt(AppendOnlyModel):
    """Money that came in for a recovery; each bank serial number counts once.

    `after_write_off_fen` is the part of it that had been written off, `agreement` the instalment agreement
    that was in force. A receipt that was undone stays, with its row of `UndoneReceipt`; the one that takes
    its serial number anew names it in `instead_of`. In the books: `ledger_key`.
    """

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="receipts")
    key = models.CharField(max_length=120, unique=True)
    amount_fen = models.BigIntegerField(_("Amount"))
    after_write_off_fen = models.BigIntegerField(_("Of it, written off before"), default=0)
    received_on = models.DateField(_("Received on"))
    # As long as that of a part of a movement.
    bank_serial = models.CharField(_("Bank's serial number"), max_length=80)
    instead_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    agreement = models.ForeignKey(
        "payouts.InstalmentAgreement", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        triggers = [receipt_guard()]
        constraints = [
            models.UniqueConstraint(
                fields=["bank_serial"], condition=Q(instead_of=None), name="receipt_serial_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="receipt_is_something"),
            models.CheckConstraint(
                condition=Q(after_write_off_fen__gte=0, after_write_off_fen__lte=F("amount_fen")),
                name="receipt_after_write_off_within_it",
            ),
        ]

    @property
    def ledger_key(self) -> str:
        """The transaction in the books."""
        return f"receipt:{self.pk}"


class UndoneReceipt(AppendOnlyModel):
    """A receipt that was recorded for the wrong notice, or never came: it counts no more.

    `key` is that of the reversal in the books, which a signed correction posted on the day `undone_on`.
    """

    receipt = models.OneToOneField(RecoveryReceipt, models.PROTECT, related_name="undone")
    key = models.CharField(max_length=200, unique=True)
    undone_on = models.DateField(_("Undone on"))
    undone_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=300)
    undone_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Receipt that was undone")
        triggers = [undone_receipt_guard()]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="undone_receipt_has_reason")]
