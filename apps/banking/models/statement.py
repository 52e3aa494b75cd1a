"""Bank statements, their movements, and what each movement was found to be."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.banking.division_guards import division_guard, division_match_guards, parts_guard
from apps.banking.enums import MatchKind
from apps.banking.guards import line_guard, match_guards
from apps.banking.models.account import PayingAccount
from apps.core.append_only import AppendOnlyModel
from apps.core.said import SaidCharField


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
    """One movement on an account; below zero it left the account. A serial number counts once.

    Or a part of one that was divided: `division` says of which. What the bank moved is the rows without a
    division; what is to be explained is the rows without a match, whether movements or parts.
    """

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
    # A part has that of its movement, a stroke and its number.
    bank_serial = models.CharField(_("Bank's serial number"), max_length=80)
    amount_fen = models.BigIntegerField(_("Amount"))
    counterparty_name = models.CharField(_("Other side"), max_length=200, blank=True)
    # Masked: the number itself stands in the sealed file.
    counterparty_account = models.CharField(_("Account of the other side"), max_length=40, blank=True)
    # Of a part: what whoever divided the movement said that it is.
    reference = models.CharField(_("Reference"), max_length=300, blank=True)
    # Kept by `parts_make_the_movement` and the keys below, like the two above.
    division = models.ForeignKey(
        "banking.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        db_constraint=False,
        db_index=False,
    )
    part = models.PositiveIntegerField(_("Number of the part"), null=True, blank=True)
    # It goes the other way than its movement, as a fee does that the bank kept from what it sent back.
    against = models.BooleanField(default=False, db_default=False)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Movement of a statement")
        triggers = [line_guard(), parts_guard()]
        constraints = [
            models.UniqueConstraint(
                fields=["paying_account", "bank_serial"],
                condition=Q(division__isnull=True),
                name="movement_serial_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "row"], condition=Q(division__isnull=True), name="movement_row_once"
            ),
            models.UniqueConstraint(
                fields=["paying_account", "bank_serial"],
                condition=Q(division__isnull=False),
                name="part_serial_once",
            ),
            models.UniqueConstraint(
                fields=["division", "part"], condition=Q(division__isnull=False), name="part_number_once"
            ),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="movement_is_something"),
            models.CheckConstraint(
                condition=Q(division=None, part=None, against=False)
                | Q(division__isnull=False, part__isnull=False),
                name="part_is_of_a_division",
            ),
        ]
        indexes = [
            models.Index(fields=["paying_account", "booked_on"], name="movement_by_day"),
            models.Index(fields=["division"], condition=Q(against=True), name="parts_against"),
        ]


class Division(AppendOnlyModel):
    """That a movement was divided into parts, and why; the parts are rows of `StatementLine`.

    Who divided it, or by which rule, says the match of the movement (`MatchKind.DIVIDED`); who took it back,
    the row of that match among those undone.
    """

    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="divisions")
    reason = SaidCharField(_("Reason"), max_length=300)
    divided_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Division of a movement")
        triggers = [division_guard()]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="division_has_a_reason")]

    def __str__(self) -> str:
        return self.line.bank_serial


# What a match of each kind names, and nothing else.
_NAMES = {
    MatchKind.PAYMENT: "entry",
    MatchKind.RECEIPT: "receipt",
    MatchKind.RETURN: "returned",
    MatchKind.POSTING: "transaction",
    MatchKind.DIVIDED: "division",
    MatchKind.TAKEN_BACK: "",
}


def _names_one_thing() -> Q:
    columns = [column for column in _NAMES.values() if column]
    found = Q()
    for kind, named in _NAMES.items():
        found |= Q(kind=kind) & Q(**{f"{column}__isnull": column != named for column in columns})
    return found


class StatementMatch(models.Model):
    """What a movement is: a payment, a receipt for a recovery, a payment sent back, a posting of the books.

    Or that it was divided, and its parts are explained instead; or, of a part, that it does not count because
    the division was taken back. Each of them once. `matched_by` is empty where a `rule` found it. Never
    changed; it goes only together with the row that says who undid it (`UndoneMatch`).
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
    division = models.ForeignKey(
        Division,
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
        triggers = [*match_guards(), *division_match_guards()]
        constraints = [
            models.CheckConstraint(name="match_names_one_thing", condition=_names_one_thing()),
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
                for column in ("receipt", "returned", "transaction", "division")
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
    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="undone_matches")
    rule = models.CharField(_("Rule"), max_length=40, blank=True)
    matched_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    matched_at = models.DateTimeField()
    undone_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=300)
    undone_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Match that was undone")
