"""Money to come back: the notice with its deadline, what has come in, and into which fund it goes."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.payouts.enums import RecoveryState


class RecoveryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own recoveries; a district's; the city's."""
        return self.filter(scope_q(actor, institution=None))


class Recovery(models.Model):
    """A recovery notice (追回通知) for the net that an enterprise owes from one claim."""

    number = models.CharField(_("Notice number"), max_length=40, unique=True)
    claim = models.OneToOneField("claims.Claim", models.PROTECT, related_name="recovery")
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="recoveries")
    amount_fen = models.BigIntegerField(_("To repay"))
    received_fen = models.BigIntegerField(_("Received"), default=0)
    state = models.CharField(
        _("State"), max_length=16, choices=RecoveryState.choices, default=RecoveryState.ISSUED
    )
    issued_on = models.DateField(_("Issued on"))
    due_on = models.DateField(_("To be repaid by"))
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("Recovery notice")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, received_fen__gte=0, received_fen__lte=F("amount_fen")),
                name="recovery_within_its_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state=RecoveryState.REPAID) | Q(received_fen=F("amount_fen")),
                name="repaid_means_all_of_it",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "due_on"], name="recovery_by_district")]

    def __str__(self) -> str:
        return self.number


class RecoveryPart(models.Model):
    """How much of a recovery goes back to which fund and budget: those that the money came from."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="parts")
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, related_name="+")
    reservation_key = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField(_("Amount"))
    received_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "fund", "reservation_key"], name="one_recovery_part_per_fund"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, received_fen__gte=0, received_fen__lte=F("amount_fen")),
                name="recovery_part_within_its_amount",
            ),
        ]


class RecoveryReceipt(models.Model):
    """Money that came in for a recovery; each bank serial number counts once."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="receipts")
    key = models.CharField(max_length=120, unique=True)
    amount_fen = models.BigIntegerField(_("Amount"))
    received_on = models.DateField(_("Received on"))
    bank_serial = models.CharField(_("Bank's serial number"), max_length=64, unique=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="receipt_is_something")]
