"""Bank statements, their movements, and what each movement was found to be."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.banking.enums import MatchKind
from apps.banking.guards import line_guard, match_guards
from apps.banking.models.account import PayingAccount
from apps.core.append_only import AppendOnlyModel


class BankStatementQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the accounts that the actor sees."""
        return self.filter(paying_account__in=PayingAccount.objects.visible_to(actor))


class BankStatement(AppendOnlyModel):
    """A statement that was taken in; the next one of the account begins where it ended.

    A file may repeat what was taken in before: only what is new counts, with the balance before it as the
    opening one. `known_count` says how many movements of the file stand in statements before.
    """

    paying_account = models.ForeignKey(PayingAccount, models.PROTECT, related_name="statements")
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("File name"), max_length=255)
    number = models.CharField(_("Statement number"), max_length=64)
    from_day = models.DateField(_("From"))
    to_day = models.DateField(_("To"))
    opening_fen = models.BigIntegerField(_("Opening balance"))
    closing_fen = models.BigIntegerField(_("Closing balance"))
    line_count = models.PositiveIntegerField(_("Movements"))
    known_count = models.PositiveIntegerField(_("Known already"), default=0)
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    taken_on = models.DateField(_("Taken in on"))
    taken_at = models.DateTimeField(auto_now_add=True)

    objects = BankStatementQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Bank statement")
        constraints = [
            models.CheckConstraint(condition=Q(to_day__gte=models.F("from_day")), name="statement_days"),
        ]

    def __str__(self) -> str:
        return self.number


class StatementLine(AppendOnlyModel):
    """One movement on an account; below zero it left the account. A serial number counts once."""

    # The guard `of_its_statement` compares both as a set; there are no foreign keys
    # (docs/decisions/sets-instead-of-keys.md). The keys below begin with them: an index more each would only
    # be filled.
    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    paying_account = models.ForeignKey(
        PayingAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    row = models.PositiveIntegerField(_("Line"))
    booked_on = models.DateField(_("Booked on"))
    bank_serial = models.CharField(_("Bank's serial number"), max_length=64)
    amount_fen = models.BigIntegerField(_("Amount"))
    counterparty_name = models.CharField(_("Other side"), max_length=200, blank=True)
    # Masked: the number itself stands in the sealed file.
    counterparty_account = models.CharField(_("Account of the other side"), max_length=40, blank=True)
    reference = models.CharField(_("Reference"), max_length=300, blank=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Movement of a statement")
        triggers = [line_guard()]
        constraints = [
            models.UniqueConstraint(fields=["paying_account", "bank_serial"], name="movement_serial_once"),
            models.UniqueConstraint(fields=["statement", "row"], name="movement_row_once"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="movement_is_something"),
        ]
        indexes = [models.Index(fields=["paying_account", "booked_on"], name="movement_by_day")]


class StatementMatch(models.Model):
    """What a movement is: a payment, a receipt for a recovery, a payment sent back, a posting of the books.

    Each of them once. `matched_by` is empty where a `rule` of the reconciliation found it. Never changed; it
    goes only together with the row that says who undid it (`UndoneMatch`).
    """

    # Payments come by the hundred thousand: the guard `of_what_is_there` compares as a set what foreign keys
    # would look up for each, and what a payment is not is kept out of its keys (see the constraints).
    line = models.OneToOneField(StatementLine, models.PROTECT, related_name="match", db_constraint=False)
    kind = models.CharField(_("What it is"), max_length=16, choices=MatchKind.choices)
    entry = models.OneToOneField(
        "banking.BatchEntry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="match",
        db_constraint=False,
    )
    receipt = models.ForeignKey(
        "payouts.RecoveryReceipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="matches",
        related_query_name="match",
        db_index=False,
    )
    returned = models.ForeignKey(
        "payouts.PaymentOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="return_matches",
        related_query_name="return_match",
        db_index=False,
    )
    transaction = models.ForeignKey(
        "ledger.Transaction",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="matches",
        related_query_name="match",
        db_index=False,
    )
    rule = models.CharField(_("Rule"), max_length=40, blank=True)
    matched_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    matched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("Match of a movement")
        triggers = match_guards()
        constraints = [
            models.CheckConstraint(
                name="match_names_one_thing",
                condition=Q(kind=MatchKind.PAYMENT, entry__isnull=False, receipt=None, returned=None)
                & Q(transaction=None)
                | Q(kind=MatchKind.RECEIPT, receipt__isnull=False, entry=None, returned=None)
                & Q(transaction=None)
                | Q(kind=MatchKind.RETURN, returned__isnull=False, entry=None, receipt=None)
                & Q(transaction=None)
                | Q(kind=MatchKind.POSTING, transaction__isnull=False, entry=None, receipt=None)
                & Q(returned=None),
            ),
            models.CheckConstraint(
                name="match_by_a_person_or_a_rule",
                condition=Q(matched_by__isnull=False, rule="") | Q(matched_by=None) & ~Q(rule=""),
            ),
            *(
                models.UniqueConstraint(
                    fields=[column],
                    condition=Q(**{f"{column}__isnull": False}),
                    name=f"{column}_matched_once",
                )
                for column in ("receipt", "returned", "transaction")
            ),
        ]


class UndoneMatch(AppendOnlyModel):
    """A match that turned out to be wrong, as it was, and who undid it; the movement is open again."""

    match_id = models.BigIntegerField(unique=True)
    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="undone_matches")
    kind = models.CharField(_("What it is"), max_length=16, choices=MatchKind.choices)
    entry = models.ForeignKey("banking.BatchEntry", models.PROTECT, null=True, related_name="+")
    returned = models.ForeignKey("payouts.PaymentOrder", models.PROTECT, null=True, related_name="+")
    receipt = models.ForeignKey("payouts.RecoveryReceipt", models.PROTECT, null=True, related_name="+")
    transaction = models.ForeignKey("ledger.Transaction", models.PROTECT, null=True, related_name="+")
    rule = models.CharField(_("Rule"), max_length=40, blank=True)
    matched_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    matched_at = models.DateTimeField()
    undone_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=300)
    undone_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Match that was undone")
