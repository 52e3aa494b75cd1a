"""Budgets per fund, district and year: what may be spent, what is promised, what is spent.

A movement is added, and the database keeps the counters of the budget and of the reservation by it
(`migrations/sql/budgets.sql`). The caps are CHECKs on counter rows, because a trigger that sums rows
lets two approvals at the same time through.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel
from apps.ledger.enums import DRAWING_KINDS, MovementKind
from apps.ledger.models.chart import Fund


class _BudgetLine(models.Model):
    """Which pot: one fund in one district for one year."""

    fund = models.ForeignKey(
        Fund,
        verbose_name=_("fund"),
        on_delete=models.PROTECT,
        db_column="fund_code",
        db_index=False,
        related_name="+",
    )
    district_code = models.CharField(_("district"), max_length=6)
    year = models.PositiveSmallIntegerField(_("year"))

    class Meta:
        abstract = True


class Budget(_BudgetLine):
    """The counters of one pot. Written by the database when a `BudgetMovement` is added, by nobody else."""

    kept_by_database = True

    appropriated_fen = models.BigIntegerField(_("appropriated amount"), default=0)
    reserved_fen = models.BigIntegerField(_("reserved amount"), default=0)
    used_fen = models.BigIntegerField(_("used amount"), default=0)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["-year", "district_code", "fund"]
        constraints = [
            models.UniqueConstraint(fields=["district_code", "year", "fund"], name="ledger_budget_once"),
            models.CheckConstraint(
                condition=Q(appropriated_fen__gte=0) & Q(reserved_fen__gte=0) & Q(used_fen__gte=0),
                name="ledger_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(appropriated_fen__gte=F("reserved_fen") + F("used_fen")),
                name="ledger_budget_not_exceeded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund_id} {self.district_code} {self.year}"

    @property
    def free_fen(self) -> int:
        """What may still be reserved."""
        return self.appropriated_fen - self.reserved_fen - self.used_fen


class Reservation(_BudgetLine):
    """What was promised under one key from one pot, and what became of it. Kept like `Budget`.

    A refund lowers `used` of the budget, so that the money can be spent again, and is counted here beside it.
    """

    kept_by_database = True

    key = models.CharField(_("event key"), max_length=200)
    reserved_fen = models.BigIntegerField(_("reserved amount"))
    used_fen = models.BigIntegerField(_("used amount"), default=0)
    released_fen = models.BigIntegerField(_("released amount"), default=0)
    refunded_fen = models.BigIntegerField(_("refunded amount"), default=0)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(fields=["key", "fund"], name="ledger_reservation_once"),
            models.CheckConstraint(
                condition=Q(reserved_fen__gt=0)
                & Q(used_fen__gte=0)
                & Q(released_fen__gte=0)
                & Q(refunded_fen__gte=0),
                name="ledger_reservation_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(reserved_fen__gte=F("used_fen") + F("released_fen")),
                name="ledger_reservation_not_exceeded",
            ),
            models.CheckConstraint(
                condition=Q(used_fen__gte=F("refunded_fen")), name="ledger_reservation_refund_not_exceeded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.fund_id}"

    # `open_fen` of many, read without their rows.
    OPEN_FEN = F("reserved_fen") - F("used_fen") - F("released_fen")

    @property
    def open_fen(self) -> int:
        """What is still promised: neither used nor released."""
        return self.reserved_fen - self.used_fen - self.released_fen


class BudgetMovement(AppendOnlyModel, _BudgetLine):
    """One change of one pot. A step that touches several pots has one `key` and positions 1..n.

    appropriate, adjust: appropriated; reserve: reserved; use: from reserved to used; release: off reserved;
    refund: off used; take_back: a refund is used again. The last four name the reservation they draw on.
    """

    key = models.CharField(_("event key"), max_length=200)
    position = models.PositiveSmallIntegerField(_("movement number"), default=1)
    kind = models.CharField(_("kind of movement"), max_length=12, choices=MovementKind)
    amount_fen = models.BigIntegerField(_("amount"))
    reservation_key = models.CharField(_("reservation key"), max_length=200, blank=True)
    on = models.DateField(_("date"), db_column="on_date")
    document = models.CharField(_("budget document"), max_length=200, blank=True)
    by_id = models.BigIntegerField(_("entered by"), null=True, blank=True)
    subject_type = models.CharField(_("kind of subject"), max_length=50, blank=True)
    subject_id = models.BigIntegerField(_("subject number"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("budget movement")
        verbose_name_plural = _("budget movements")
        ordering = ["id"]
        constraints = [
            # The first position of a key can stand only once, so a step is taken only once.
            models.UniqueConstraint(fields=["key", "position"], name="ledger_budgetmovement_once"),
            models.CheckConstraint(condition=~Q(key=""), name="ledger_budgetmovement_has_key"),
            models.CheckConstraint(
                condition=Q(kind__in=MovementKind.values), name="ledger_budgetmovement_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) | (Q(kind=MovementKind.ADJUST) & ~Q(amount_fen=0)),
                name="ledger_budgetmovement_amount",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=DRAWING_KINDS) & ~Q(reservation_key=""))
                | (~Q(kind__in=DRAWING_KINDS) & Q(reservation_key="")),
                name="ledger_budgetmovement_reservation",
            ),
        ]
        indexes = [
            models.Index(fields=["district_code", "year", "fund", "id"], name="ledger_budgetmovement_pot"),
            models.Index(
                fields=["reservation_key"],
                condition=~Q(reservation_key=""),
                name="ledger_budgetmovement_draw",
            ),
        ]
