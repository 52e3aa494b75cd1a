"""A run of the reconciliation, what it compared, and the balances of the accounts."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.reconciliation.enums import RunState


class DistrictQuerySet(models.QuerySet):
    """Rows of a district; all of them to the city."""

    def visible_to(self, actor: Actor | None) -> Self:
        """A district's rows; all of them to the city."""
        return self.filter(scope_q(actor, enterprise=None, institution=None))


class Run(models.Model):
    """One comparison of everything with everything. Written whole when it ends; one job has one run.

    `seen` holds for each month what lay before it (debits posted, movements), so that a closing notices what
    came in since.
    """

    job = models.OneToOneField("core.Job", models.PROTECT, related_name="+")
    on = models.DateField(_("Day"))
    state = models.CharField(_("State"), max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(_("Started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("Finished"), null=True)
    orders = models.PositiveIntegerField(_("Payment orders"), default=0)
    movements = models.PositiveIntegerField(_("Movements of the bank"), default=0)
    postings = models.PositiveIntegerField(_("Postings of cash"), default=0)
    by_rule = models.PositiveIntegerField(_("Matched by rule"), default=0)
    opened = models.PositiveIntegerField(_("New differences"), default=0)
    open = models.PositiveIntegerField(_("Open differences"), default=0)
    explained = models.PositiveIntegerField(_("Closed by rule"), default=0)
    gone = models.PositiveIntegerField(_("Gone since the last run"), default=0)
    seen = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Reconciliation")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="run_ends_with_a_time",
                condition=models.Q(state=RunState.DONE) ^ models.Q(finished_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class Compared(models.Model):
    """What the sides say of one batch, fund, district and day of payment, in the newest run; fen.

    `statement_fen` counts on the day of the payment, whatever day the bank booked it.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="compared", db_index=False)
    district = models.ForeignKey("accounts.District", models.PROTECT, null=True, related_name="+")
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey("banking.PaymentBatch", models.PROTECT, null=True, related_name="+")
    day = models.DateField(_("Day"))
    receipts = models.BooleanField(default=False)
    claims_fen = models.BigIntegerField(_("Claims"))
    orders_fen = models.BigIntegerField(_("Orders"))
    results_fen = models.BigIntegerField(_("Result files"))
    statement_fen = models.BigIntegerField(_("Statements"))
    ledger_fen = models.BigIntegerField(_("Books"))

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("Comparison")
        indexes = [models.Index(fields=["run", "district", "day"], name="compared_by_day")]


class AccountBalance(models.Model):
    """The balance of a paying account at the bank and in the books, and what lies between (余额调节表).

    books + what only the bank has - what only the books have = bank, unless `rest_fen` says otherwise.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="balances", db_index=False)
    paying_account = models.ForeignKey("banking.PayingAccount", models.PROTECT, related_name="+")
    district = models.ForeignKey("accounts.District", models.PROTECT, null=True, related_name="+")
    day = models.DateField(_("Day"))
    bank_fen = models.BigIntegerField(_("Balance at the bank"))
    books_fen = models.BigIntegerField(_("Balance in the books"))
    bank_in_fen = models.BigIntegerField(_("Received by the bank, not booked"))
    bank_out_fen = models.BigIntegerField(_("Paid by the bank, not booked"))
    books_in_fen = models.BigIntegerField(_("Booked as received, not at the bank"))
    books_out_fen = models.BigIntegerField(_("Booked as paid, not at the bank"))
    rest_fen = models.BigIntegerField(_("Not explained"))

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("Balance of an account")
        constraints = [models.UniqueConstraint(fields=["run", "paying_account"], name="balance_once_a_run")]

    @property
    def bank_adjusted_fen(self) -> int:
        """The bank's balance after what only the books have."""
        return self.bank_fen + self.books_in_fen - self.books_out_fen

    @property
    def books_adjusted_fen(self) -> int:
        """The books' balance after what only the bank has."""
        return self.books_fen + self.bank_in_fen - self.bank_out_fen
