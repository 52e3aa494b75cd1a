"""A payment order: one claim, one payee, one attempt; split over funds; every line accounted for."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.core import clock
from apps.core.fields import EncryptedTextField
from apps.core.said import SaidCharField
from apps.payouts.enums import OrderState
from apps.payouts.recovery_guards import order_guards


class PaymentOrderQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own payments; a district's; the city's."""
        return self.filter(scope_q(actor, institution=None))

    def came_to_nothing(self) -> Self:
        """Those that the bank refused or sent back and after which nothing was released or paid."""
        of_claim = self.model._default_manager.filter(claim=models.OuterRef("claim"))
        # An earlier one that counts as made after all leaves nothing to pay either.
        later = of_claim.filter(Q(attempt__gt=models.OuterRef("attempt")) | Q(state=OrderState.PAID))
        return self.filter(~models.Exists(later), state__in=[OrderState.FAILED, OrderState.RETURNED])


class PaymentOrder(models.Model):
    """What the bank is told to pay, to the account that was approved. At most one is live per claim.

    `amount_fen` is what the bank pays; with `offset_fen`, what was set off against recoveries, it makes up
    what the claim comes to. Parts are of what the bank pays, lines of both.
    """

    number = models.CharField(_("Order number"), max_length=40, unique=True)
    key = models.CharField(max_length=120, unique=True)
    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="orders", db_index=False)
    attempt = models.PositiveSmallIntegerField(_("Attempt"), default=1)
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    account_name = models.CharField(_("Payee"), max_length=120)
    account_number = EncryptedTextField(_("Account"))
    bank_name = models.CharField(_("Bank"), max_length=120)
    payee_fingerprint = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField(_("Amount"))
    offset_fen = models.BigIntegerField(_("Set off against recoveries"), default=0)
    state = models.CharField(
        _("State"), max_length=16, choices=OrderState.choices, default=OrderState.RELEASED
    )
    released_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    released_at = models.DateTimeField(_("Released"), default=clock.now)
    paid_on = models.DateField(_("Paid on"), null=True, blank=True)
    bank_serial = models.CharField(_("Bank's serial number"), max_length=64, blank=True)
    returned_on = models.DateField(_("Sent back on"), null=True, blank=True)
    failure = SaidCharField(_("The bank's reason"), max_length=300, blank=True)

    objects = PaymentOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("Payment order")
        triggers = order_guards()
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, offset_fen__gte=0) & ~Q(state=OrderState.SET_OFF)
                | Q(amount_fen=0, offset_fen__gt=0, state=OrderState.SET_OFF),
                name="order_pays_something",
            ),
            models.UniqueConstraint(fields=["claim", "attempt"], name="one_order_per_attempt"),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(state__in=[OrderState.RELEASED, OrderState.PAID, OrderState.SET_OFF]),
                name="one_live_order_per_claim",
            ),
            models.UniqueConstraint(
                fields=["bank_serial"], condition=~Q(bank_serial=""), name="bank_serial_counts_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.PAID) | Q(paid_on__isnull=False) & ~Q(bank_serial=""),
                name="paid_order_has_bank_data",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.FAILED, OrderState.RETURNED]) | ~Q(failure=""),
                name="failed_order_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.RETURNED, returned_on__isnull=False)
                | ~Q(state=OrderState.RETURNED) & Q(returned_on=None),
                name="returned_order_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="order_by_district")]

    def __str__(self) -> str:
        return self.number


class PaymentPart(models.Model):
    """How much of an order comes out of which fund (negative where netting gives money back to a fund)."""

    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="parts", db_index=False)
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField(_("Amount"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "fund"], name="one_part_per_fund"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="part_is_not_nothing"),
        ]


class PaymentLine(models.Model):
    """One claim line in one payment attempt. A line is live in one order only."""

    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="lines", db_index=False)
    claim_line = models.ForeignKey("claims.ClaimLine", models.PROTECT, related_name="payment_lines")
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField(_("Amount"))
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim_line", "fund"], condition=Q(live=True), name="instalment_paid_once"
            ),
            models.UniqueConstraint(fields=["order", "claim_line", "fund"], name="line_once_per_order"),
        ]
