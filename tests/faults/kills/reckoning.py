"""At the end: what was answered is there once, what is there was answered, and the bank's book agrees."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection

from apps.core import invariants
from tests.faults.kills.scene import ROSTER_ROWS, Scene


def rows(sql: str, *params: Any) -> list[tuple]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def cash() -> int:
    """The cash of the books, in fen."""
    return int(rows("SELECT sum(debit_fen - credit_fen) FROM ledger_leg WHERE account_code = 'cash'")[0][0])


def wrong(scene: Scene, clients: Any) -> list[str]:
    """Everything that was lost or doubled, in sentences."""
    looks = (_receipts, _payments, _bank, _rosters, _jobs, _rules)
    return [finding for look in looks for finding in look(scene, clients)]


def _receipts(scene: Scene, clients: Any) -> Iterator[str]:
    stored = dict(rows("SELECT bank_serial, amount_fen FROM payouts_recoveryreceipt"))
    answered = clients.history.receipts
    for serial in sorted(set(answered) - set(stored)):
        yield f"receipt {serial} was answered and is lost"
    for serial in sorted(set(stored) - set(answered)):
        yield f"receipt {serial} is there and was never answered"
    fen = sum(row[0] for row in rows("SELECT received_fen FROM payouts_recovery"))
    if fen != sum(answered.values()):
        yield f"{fen} fen are counted as received, and {sum(answered.values())} were sent"


def _payments(scene: Scene, clients: Any) -> Iterator[str]:
    made: dict[int, list[tuple]] = {}
    for claim, attempt, pk, state in rows(
        "SELECT claim_id, attempt, id, state FROM payouts_paymentorder WHERE claim_id = ANY (%s)"
        " ORDER BY claim_id, attempt",
        scene.claims,
    ):
        made.setdefault(claim, []).append((attempt, pk, state))
    rounds = clients.history.rounds
    for claim in scene.claims:
        found = made.get(claim, [])
        asked = [answered[claim] for answered in rounds]
        if [pk for _attempt, pk, _state in found] != asked:
            yield f"claim {claim} has {len(found)} orders after {len(asked)} rounds"
        if [state for _attempt, _pk, state in found] != ["failed"] * (len(asked) - 1) + ["paid"]:
            yield f"claim {claim}: its orders ended {[state for _a, _p, state in found]}"


def _bank(scene: Scene, clients: Any) -> Iterator[str]:
    """The bank paid each claim once, and the books moved by what the bank moved and what came in."""
    paid = Counter(
        order.number.rsplit("-", 1)[0] for order in clients.bank.book.orders.values() if order.serial
    )
    for number, times in paid.items():
        if times != 1:
            yield f"claim {number} was paid {times} times"
    if len(paid) != len(scene.claims):
        yield f"{len(paid)} of {len(scene.claims)} claims were paid"
    moved = sum(movement.amount_fen for movement in clients.bank.book.movements)
    right = scene.cash_fen + moved + sum(clients.history.receipts.values())
    if cash() != right:
        yield f"the books hold {cash()} fen of cash, and right is {right}"


def _rosters(scene: Scene, clients: Any) -> Iterator[str]:
    for class_id in clients.history.rosters:
        (count,) = rows("SELECT count(*) FROM apprentices_enrolment WHERE training_class_id = %s", class_id)[
            0
        ]
        if count != ROSTER_ROWS:
            yield f"class {class_id} has {count} apprentices, and its roster {ROSTER_ROWS}"


def _jobs(_scene: Scene, _clients: Any) -> Iterator[str]:
    left = rows("SELECT id, kind, state FROM core_job WHERE state <> 'done'")
    if left:
        yield f"work is not done: {left[:5]}"


def _rules(scene: Scene, _clients: Any) -> Iterator[str]:
    for finding in invariants.audit(scene.invariants):
        if not finding.holds:
            yield f"invariant {finding.invariant.number} is broken: {finding.sample[:2]}"
