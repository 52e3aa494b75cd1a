"""What must be true after a schedule: the rows, the bank's book and the histories, held against the auditor.

Only rows of single facts are read, and summed here; no sum that the system keeps is believed.
"""

from collections import Counter
from collections.abc import Iterator

from django.db import connection

from apps.core import invariants
from tests.faults.databases import Owner
from tests.faults.figures import Agreement, Claim
from tests.faults.moving import serial_of, shares
from tests.faults.world import World


def rows(sql: str) -> list[tuple]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def differences(world: World) -> Iterator[str]:
    """Everything that is not as the auditor has it, in sentences; no invariant is looked at."""
    for look in (_claims, _orders, _batches, _people, _owing, _papers, _books, _budgets, _bank, _payees):
        yield from look(world)


def broken(owner: Owner) -> Iterator[str]:
    """The invariants that do not hold, with rows that break them."""
    numbers = owner.broken()
    for finding in invariants.audit(numbers) if numbers else ():
        yield f"invariant {finding.invariant.number} is broken: {finding.sample[:3]}"


def _unlike(what: str, stored: dict, right: dict) -> Iterator[str]:
    for key in sorted(set(stored) | set(right), key=str):
        if stored.get(key) != right.get(key):
            yield f"{what} {key}: stored {stored.get(key)}, right {right.get(key)}"


def _claims(world: World) -> Iterator[str]:
    claims = world.audit.claims
    stored = dict(rows("SELECT id, state FROM claims_claim"))
    yield from _unlike("claim", stored, {pk: claim.state for pk, claim in claims.items()})
    past: dict[int, list[str]] = {}
    for pk, source, target in rows(
        "SELECT subject_id, from_state, to_state FROM casework_history"
        " WHERE subject_type = 'claims.claim' ORDER BY id"
    ):
        way = past.setdefault(pk, [])
        if way and way[-1] != source:
            yield f"history of claim {pk} has a gap before {target}"
        way.append(target)
    yield from _unlike("history of claim", past, {pk: claim.past for pk, claim in claims.items()})


def _orders(world: World) -> Iterator[str]:
    found = rows("SELECT number, amount_fen, offset_fen, state FROM payouts_paymentorder")
    stored = {number: tuple(about) for number, *about in found}
    right = {
        order.number: (order.amount, order.set_off, order.state)
        for claim in world.audit.claims.values()
        for order in claim.orders
    }
    yield from _unlike("order", stored, right)


def _batches(world: World) -> Iterator[str]:
    stored = dict(rows("SELECT id, state FROM banking_paymentbatch"))
    right = {pk: batch.state for pk, batch in world.batches.items()}
    yield from _unlike("batch", stored, right)
    answers = {
        (batch, number): state
        for batch, number, state in rows(
            "SELECT batch_id, order_number, state FROM banking_batchentry WHERE live"
        )
    }
    told = {
        (batch.pk, entry.order.number): entry.state
        for batch in world.batches.values()
        for entry in batch.live()
    }
    yield from _unlike("payment of a batch", answers, told)


def _people(world: World) -> Iterator[str]:
    found = rows(
        "SELECT enrolment_id, due_fen, committed_fen, paid_fen, to_recover_fen, recovered_fen"
        "  FROM claims_entitlement"
    )
    stored = {pk: figures for pk, *figures in found}
    people = [person for shop in world.audit.people.values() for person in shop]
    right = {
        person.pk: [person.due, person.committed, person.paid, person.to_recover, person.recovered]
        for person in people
        if person.signed
    }
    yield from _unlike("entitlement of", stored, right)
    for person in people:
        cap = person.due if person.due is not None else world.audit.rules.advance_fen(world.audit.months)
        if person.committed > max(cap - person.paid + person.recovered, 0):
            yield f"apprentice {person.pk} is promised more than is due"


def _owing(world: World) -> Iterator[str]:
    found = rows(
        "SELECT claim_id, received_fen + offset_fen, written_off_fen, due_on, state FROM payouts_recovery"
    )
    right = {
        claim.pk: [claim.received, sum(part.lost for part in claim.owed), claim.due_on, _standing(claim)]
        for claim in world.audit.claims.values()
        if claim.state in ("recovering", "written_off") or claim.received
    }
    yield from _unlike("recovery of claim", {pk: about for pk, *about in found}, right)


def _standing(claim: Claim) -> str:
    if claim.wanted_fen == 0:
        return "repaid"
    if claim.open_fen == 0:
        return "written_off"
    return "partly" if claim.open_fen < -claim.net else "issued"


def _papers(world: World) -> Iterator[str]:
    found = rows(
        "SELECT 'write-off', id, state FROM payouts_recoverywriteoff"
        " UNION ALL SELECT 'agreement', id, state FROM payouts_instalmentagreement"
        " UNION ALL SELECT 'budget:', id, state FROM payouts_budgetrequest"
        " UNION ALL SELECT 'correction:', id, state FROM reconciliation_correction"
        " UNION ALL SELECT 'letter:', id, state FROM banking_writtenanswer"
    )
    right = {
        (paper.what, paper.pk): paper.about.state if isinstance(paper.about, Agreement) else paper.state
        for paper in world.papers
    }
    yield from _unlike("paper", {(what, pk): state for what, pk, state in found}, right)


def _books(world: World) -> Iterator[str]:
    sums: Counter = Counter()
    each: Counter = Counter()
    for transaction, account, fund, debit, credit in rows(
        "SELECT transaction_id, account_code, fund_code, debit_fen, credit_fen FROM ledger_leg"
    ):
        sums[account, fund] += debit - credit
        each[transaction, fund] += debit - credit
    for key, fen in each.items():
        if fen:
            yield f"transaction {key} is out of balance by {fen}"
    stored = {key: fen for key, fen in sums.items() if fen}
    yield from _unlike("account", stored, {key: fen for key, fen in world.audit.books.items() if fen})


def _budgets(world: World) -> Iterator[str]:
    stored = {
        fund: figures
        for fund, *figures in rows(
            "SELECT fund_code, appropriated_fen, reserved_fen, used_fen FROM ledger_budget"
        )
    }
    right = {fund: list(world.audit.budget(fund)) for fund in world.audit.appropriated}
    yield from _unlike("budget", stored, right)
    for fund, (appropriated, reserved, used) in right.items():
        if reserved + used > appropriated or min(reserved, used) < 0:
            yield f"budget {fund} is overdrawn"


def _bank(world: World) -> Iterator[str]:
    """The bank's own book: each order once, and the cash of the books is what moved there."""
    moved: Counter = Counter()
    for movement in world.bank.book.movements:
        if movement.amount_fen < 0:
            moved.update(shares(world.bank, movement).keys())
    for number, times in moved.items():
        if times > 1:
            yield f"order {number} was paid {times} times"
    (cash,) = rows("SELECT sum(debit_fen - credit_fen) FROM ledger_leg WHERE account_code = 'cash'")[0]
    appropriated = sum(world.audit.appropriated.values())
    known = sum(_known_fen(world, m) for m in world.bank.book.movements)
    known += sum(found.fen for found in world.strays.values() if found.booked)
    known += _believed(world) + world.opened_fen
    if cash - appropriated != known:
        yield f"the books' cash moved by {cash - appropriated}, the bank's book by {known}"


def _believed(world: World) -> int:
    """What the system believes to have left the account and did not, less what left and the books lack."""
    orders = {order.number: order for claim in world.audit.claims.values() for order in claim.orders}
    unmoved = sum(orders[number].amount for number in world.unmoved)
    return sum(orders[number].amount for number in world.misbooked) - unmoved


def _known_fen(world: World, movement) -> int:
    """How much of a movement the system was told of: by an answer, by a statement or by hand."""
    told = world.audit.serials
    parts = shares(world.bank, movement)
    if movement.amount_fen < 0:
        return sum(fen for number, fen in parts.items() if serial_of(world.bank, movement, number) in told)
    if movement.serial in told:
        return movement.amount_fen
    orders = [order for claim in world.audit.claims.values() for order in claim.orders]
    back = {order.number for order in orders if order.state == "returned"}
    return sum(fen for number, fen in parts.items() if number in back)


def _payees(world: World) -> Iterator[str]:
    """What each enterprise got from the bank is at most what its claims came to, at the signed accounts."""
    right = {o.number: o for claim in world.audit.claims.values() for o in claim.orders}
    for order in world.bank.book.orders.values():
        if order.state != "paid":
            continue
        known = right.get(order.number)
        if known is None or (known.amount, known.account) != (order.amount_fen, order.payee_account):
            yield f"the bank paid {order.amount_fen} to {order.payee_account[-4:]} for {order.number}: not so"
    for claim in world.audit.claims.values():
        numbers = {order.number for order in claim.orders}
        got = -sum(
            fen
            for movement in world.bank.book.movements
            for number, fen in shares(world.bank, movement).items()
            if number in numbers
        )
        if got > max(claim.to_pay, 0):
            yield f"{got} were paid for {claim.number}, and {claim.net} were due"
