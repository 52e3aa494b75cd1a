"""Transactions and their legs: what happened to the money. Rows are added, never changed.

Integrity is the database's own work (`migrations/sql/guards.sql`), and set-based, since a foreign key
or a deferred trigger asks row by row and halves the speed of a bulk posting:

- legs must add up per transaction and fund, be at least two, be numbered 1..n and come in one statement;
- a transaction and its legs are inserted by one statement: neither stands without the other, and
  nothing can be added to a transaction later;
- accounts and funds must be in the chart, from which nothing can be removed.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel
from apps.ledger.models.chart import Account, Fund


class Transaction(AppendOnlyModel):
    """One event that moved money. `key` is the caller's: the same key is posted once, whatever is retried."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(_("event key"), max_length=200)
    on = models.DateField(_("date"), db_column="on_date")
    kind = models.CharField(_("kind of transaction"), max_length=40)
    memo = models.CharField(_("memo"), max_length=500, blank=True)
    reverses = models.ForeignKey(
        "self",
        verbose_name=_("reversed transaction"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="reversals",
    )
    posted_by_id = models.BigIntegerField(_("posted by"), null=True, blank=True)
    subject_type = models.CharField(_("kind of subject"), max_length=50, blank=True)
    subject_id = models.BigIntegerField(_("subject number"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        ordering = ["id"]
        constraints = [
            # As a constraint, and not `unique=True`, since that adds a second index for LIKE.
            models.UniqueConstraint(
                fields=["key"], name="ledger_transaction_key_once", violation_error_code="unique"
            ),
            # A mistake is reversed once.
            models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="ledger_transaction_reversed_once",
            ),
            models.CheckConstraint(condition=~models.Q(key=""), name="ledger_transaction_has_key"),
        ]
        indexes = [
            models.Index(
                fields=["subject_id", "subject_type"],
                condition=models.Q(subject_id__isnull=False),
                name="ledger_transaction_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Leg(AppendOnlyModel):
    """One side of a transaction: a debit or a credit of whole fen on one account of one fund and district.

    `on` repeats the transaction's date (the guards hold them equal), so that statements and balances of a
    day need no join and the table can be partitioned by time.
    """

    pk = models.CompositePrimaryKey("transaction_id", "position")
    transaction = models.ForeignKey(
        Transaction,
        verbose_name=_("transaction"),
        on_delete=models.PROTECT,
        related_name="legs",
        db_constraint=False,
        db_index=False,
    )
    debit_fen = models.BigIntegerField(_("debit"), default=0)
    credit_fen = models.BigIntegerField(_("credit"), default=0)
    position = models.IntegerField(_("leg number"))
    on = models.DateField(_("date"), db_column="on_date")
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        db_column="account_code",
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    fund = models.ForeignKey(
        Fund,
        verbose_name=_("fund"),
        on_delete=models.PROTECT,
        db_column="fund_code",
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    district_code = models.CharField(_("district"), max_length=6)
    subject_type = models.CharField(_("kind of subject"), max_length=50, blank=True)
    subject_id = models.BigIntegerField(_("subject number"), null=True, blank=True)

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["transaction_id", "position"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(debit_fen__gt=0, credit_fen=0) | models.Q(debit_fen=0, credit_fen__gt=0),
                name="ledger_leg_one_side",
            ),
            # The guards count on it: as many legs as the highest position says are all of them.
            models.CheckConstraint(condition=models.Q(position__gte=1), name="ledger_leg_position_from_one"),
        ]
        indexes = [
            models.Index(
                fields=["subject_id", "subject_type"],
                condition=models.Q(subject_id__isnull=False),
                name="ledger_leg_subject",
            ),
            models.Index(
                fields=["account", "district_code", "on", "transaction"], name="ledger_leg_statement"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The leg's name in addresses and answers: transaction and position, "123-2"."""
        return f"{self.transaction_id}-{self.position}"
