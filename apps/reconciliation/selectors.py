"""Reading the reconciliation, within what the actor may see: sums, differences, suspense, candidates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.enums import EntryState
from apps.banking.models import BatchEntry, PayingAccount, StatementLine
from apps.casework.enums import PaperState
from apps.core.workdays import working_days_to_each
from apps.ledger.models import Leg, Transaction
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder
from apps.reconciliation.enums import STANDING, UNDONE_BY, BreakState, CorrectionKind
from apps.reconciliation.models import AccountBalance, Break, Compared, Correction
from apps.reconciliation.services.reconcile import newest_run

SIDES = ("claims_fen", "orders_fen", "results_fen", "statement_fen", "ledger_fen")
# By what the sums of the sides are shown, and the columns of each.
GROUPS: dict[str, tuple[str, ...]] = {
    "day": ("day",),
    "fund": ("fund",),
    "district": ("district",),
    "batch": ("batch", "batch__number"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of all sides for one day, fund, district or batch."""

    key: Any
    label: str
    claims_fen: int
    orders_fen: int
    results_fen: int
    statement_fen: int
    ledger_fen: int

    @property
    def sides(self) -> tuple[int, ...]:
        """Claims, orders, result files, statements, books."""
        return (self.claims_fen, self.orders_fen, self.results_fen, self.statement_fen, self.ledger_fen)

    @property
    def difference_fen(self) -> int:
        """How far the sides lie apart: 0 where all say the same."""
        return max(self.sides) - min(self.sides)


def sums(actor: Actor, by: str, *, receipts: bool = False) -> QuerySet[Compared, dict[str, Any]]:
    """The sums of the newest run by one of GROUPS."""
    columns = GROUPS[by]
    rows = Compared.objects.visible_to(actor).filter(run=newest_run(), receipts=receipts)
    if by == "batch":
        rows = rows.exclude(batch=None)
    return rows.values(*columns).annotate(**{side: Sum(side) for side in SIDES}).order_by(f"-{columns[0]}")


def sum_rows(found: Iterable[dict[str, Any]], by: str, labels: dict[Any, str]) -> list[Row]:
    """Sums as rows with the words of their key."""
    column = GROUPS[by][0]
    return [
        Row(
            row[column],
            labels.get(row[column]) or str(row.get("batch__number") or row[column] or "—"),
            *(row[side] for side in SIDES),
        )
        for row in found
    ]


def balances(actor: Actor) -> QuerySet[AccountBalance]:
    """The balance of every account in the newest run."""
    rows = AccountBalance.objects.visible_to(actor).filter(run=newest_run())
    return rows.select_related("paying_account", "district").order_by("paying_account")


def differences(actor: Actor) -> QuerySet[Break]:
    """Differences of the actor's scope, with what a list shows."""
    return Break.objects.visible_to(actor).select_related("district", "fund", "batch", "taken_by")


def owned_by(rows: QuerySet[Break], actor: Actor, whose: str) -> QuerySet[Break]:
    """Those that somebody has taken: `mine`, of `nobody`, or of my `role`."""
    if whose == "mine":
        return rows.filter(taken_by_id=actor.person_id)
    if whose == "nobody":
        return rows.filter(taken_by=None)
    return rows.filter(owner_role=actor.role) if whose == "role" else rows


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in the actor's scope."""

    open: int
    open_fen: int
    explained: int
    suspense: int
    suspense_fen: int
    to_sign: int
    oldest: date | None


def counts(actor: Actor) -> Counts:
    """What is open, closed by rule, in suspense, and waits for a signature."""
    found = Break.objects.visible_to(actor).aggregate(
        open=Count("pk", filter=Q(state=BreakState.OPEN)),
        open_fen=Sum("size_fen", filter=Q(state=BreakState.OPEN)),
        explained=Count("pk", filter=Q(state=BreakState.EXPLAINED)),
    )
    oldest = Break.objects.visible_to(actor).filter(state=BreakState.OPEN).order_by("day", "id").first()
    kept = suspense(actor).aggregate(count=Count("pk"), fen=Sum("amount_fen"))
    waiting = Correction.objects.visible_to(actor).filter(state=PaperState.SUBMITTED)
    return Counts(
        open=found["open"],
        open_fen=found["open_fen"] or 0,
        explained=found["explained"],
        suspense=kept["count"],
        suspense_fen=kept["fen"] or 0,
        to_sign=waiting.exclude(requested_by_id=actor.person_id).count(),
        oldest=oldest.day if oldest else None,
    )


def suspense(actor: Actor) -> QuerySet[Correction]:
    """What lies in suspense, the oldest first."""
    rows = Correction.objects.visible_to(actor).filter(
        kind=CorrectionKind.SUSPENSE, state=PaperState.SIGNED, cleared_by=None
    )
    return rows.select_related("line", "district", "fund", "difference", "paying_account").order_by(
        "signed_on", "id"
    )


def ages(days: Iterable[date], on: date) -> dict[date, int]:
    """How many working days each of these days lies back."""
    return {day: -count for day, count in working_days_to_each(on, days).items()}


def postings_for(correction_of: Break) -> list[Transaction]:
    """Postings that moved as much cash as a movement, in its district, and that no movement shows yet."""
    line = correction_of.line
    if line is None:
        return []
    legs = Leg.objects.filter(account="cash").exclude(subject_type="payouts.paymentorder")
    if correction_of.district_id:
        legs = legs.filter(district_code=correction_of.district_id)
    fitting = (
        legs.values("transaction")
        .annotate(fen=Sum(F("debit_fen") - F("credit_fen")))
        .filter(fen=line.amount_fen)
        .values("transaction")
    )
    unseen = entries_unseen(line).order_by("id").values_list("order_id", flat=True)[:50]
    by_hand = PaymentOrder.objects.filter(state=OrderState.PAID, amount_fen=-line.amount_fen)
    if correction_of.district_id:
        by_hand = by_hand.filter(district_id=correction_of.district_id)
    others = by_hand.exclude(entries__live=True).order_by("id").values_list("pk", flat=True)[:50]
    paid = [f"order:{order}:paid" for order in (*unseen, *others)]
    rows = Transaction.objects.filter(Q(pk__in=fitting) | Q(key__in=paid), match=None)
    return list(rows.filter(reverses=None, reversals=None).order_by("-id")[:50])


def entries_unseen(line: StatementLine) -> QuerySet[BatchEntry]:
    """Payments of batches that a movement could be: made, from its account, with its amount, seen nowhere."""
    return BatchEntry.objects.filter(
        batch__paying_account=line.paying_account_id,
        live=True,
        state=EntryState.PAID,
        amount_fen=-line.amount_fen,
        match=None,
    )


def entry_posted_by(posted: Transaction) -> BatchEntry | None:
    """The payment of a batch whose posting it is."""
    named = re.fullmatch(r"order:([0-9]+):paid", posted.key)
    return BatchEntry.objects.filter(order=int(named[1]), live=True).first() if named else None


def items_for(correction_of: Break) -> list[Correction]:
    """Money in suspense that a movement could pay back: as much, the other way, in the same district."""
    line = correction_of.line
    if line is None:
        return []
    rows = Correction.objects.filter(
        kind=CorrectionKind.SUSPENSE,
        state=PaperState.SIGNED,
        cleared_by=None,
        line__amount_fen=-line.amount_fen,
    )
    if correction_of.district_id:
        rows = rows.filter(district_id=correction_of.district_id)
    return list(rows.order_by("signed_on")[:50])


def may_correct(actor: Actor, difference: Break) -> bool:
    """Whether this person may write a correction of it now."""
    return (
        actor.role == Role.FINANCE_OFFICER
        and difference.state in STANDING
        and not difference.corrections.filter(state__in=[PaperState.DRAFT, PaperState.SUBMITTED]).exists()
    )


def may_undo(actor: Actor, correction: Correction) -> bool:
    """Whether this person may ask that a signed correction be undone by another one."""
    return (
        actor.role == Role.FINANCE_OFFICER
        and correction.kind in UNDONE_BY
        and correction.state == PaperState.SIGNED
        and undoing_of(correction) is None
    )


def undoing_of(correction: Correction) -> Correction | None:
    """The correction that undoes this one, signed or waiting for it."""
    states = [PaperState.DRAFT, PaperState.SUBMITTED, PaperState.SIGNED]
    return correction.undone_by.filter(state__in=states).first()


def account_of(actor: Actor, pk: int) -> PayingAccount | None:
    """A paying account of the actor's scope."""
    return PayingAccount.objects.visible_to(actor).filter(pk=pk).first()
