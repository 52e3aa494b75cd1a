"""Steps that take back what was believed: wrong receipts, returns that were none, payments never made.

Each mistake is made first: by people (money received for the wrong notice), by the bank (a payment that it
says it made and did not, or made late) or in the books (a posting reversed by mistake). A correction of two
persons takes it back, and the auditor says what has to stand then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.banking.models import StatementLine, StatementMatch
from apps.banking.services.match_lines import match_recovery
from apps.ledger.models import Transaction
from apps.ledger.services import reverse
from apps.payouts.models import PaymentOrder
from apps.reconciliation.models import Break
from apps.reconciliation.services import correct
from tests.factories.recoveries import paper as document
from tests.faults.figures import DONE, OWING, Claim, Order, Stray
from tests.faults.moving import came_back
from tests.faults.paper_steps import KINDS, hand_in
from tests.faults.town_steps import notice
from tests.faults.world import World

# Later than this the bank's day is shown as a difference.
LATE_DAYS = 7


@dataclass
class Undoing:
    """What a correction takes back: whether that is allowed now, and what it does."""

    kind: str
    subject: object
    may: Callable[[World], bool]
    note: Callable[[World], None]
    # The movement or the difference that it is written for.
    line: int | None = None
    difference: int | None = None
    # What other corrections are about, and these are not.
    stray: Any = None
    item: Any = None
    # Of an opening balance: fund and fen. Whether another correction undid it.
    opened: tuple[str, int] | None = None
    undone: bool = False


# Money received for the wrong notice.


def undo_receipt(world: World) -> bool:
    """Finance says that a movement was received for the wrong notice; another person of finance signs."""
    matches = StatementMatch.objects.filter(kind="receipt").select_related("line").order_by("id")
    found = [match.line for match in matches]
    if not found:
        return False
    line = world.dice.choice(found)
    known = world.audit.received[line.bank_serial]

    def may(world: World) -> bool:
        return world.audit.may_unreceive(line.bank_serial, known)

    def note(world: World) -> None:
        world.audit.unreceive(line.bank_serial)
        world.strays[line.bank_serial] = Stray(line.bank_serial, known.fen, line.booked_on, "misread")

    about = Undoing("undo_receipt", known, may, note)
    _ask_of_a_line(world, line, about, f"{known.fen} of {known.claim.number}")
    return True


def undo_unseen_receipt(world: World) -> bool:
    """A receipt that no statement shows is undone from its difference."""
    found = []
    for difference in standing("receipt_unseen"):
        known = world.audit.received.get(difference.receipt.bank_serial)
        if known is not None:
            found.append((difference, known))
    if not found:
        return False
    difference, known = world.dice.choice(found)
    serial = difference.receipt.bank_serial

    def may(world: World) -> bool:
        # A statement that was taken in meanwhile shows it.
        shown = StatementMatch.objects.filter(receipt_id=difference.receipt_id).exists()
        return not shown and stands(difference) and world.audit.may_unreceive(serial, known)

    def note(world: World) -> None:
        world.audit.unreceive(serial)
        world.receipts[serial] = (known.claim, known.fen)

    ask_of_a_difference(world, difference, Undoing("undo_receipt", known, may, note), known.claim.number)
    return True


def receive_anew(world: World) -> bool:
    """A movement that was received for the wrong notice is received for another one, by hand."""
    open_ones = [found for found in world.unexplained() if found.what == "misread"]
    owing = world.claims(*OWING)
    if not open_ones or not owing:
        return False
    found, claim = world.dice.choice(open_ones), world.dice.choice(owing)
    line = StatementLine.objects.get(bank_serial=found.serial)

    def note(_came: object) -> None:
        found.explained = True
        world.audit.receive(claim, found.fen, found.serial)

    world.ask(
        f"receive anew {found.fen} for {claim.number}",
        lambda: match_recovery(world.town.finance, line, notice(claim), on=world.day),
        DONE if found.fen <= claim.wanted_fen else "more_than_owed",
        then=note,
        seen=lambda: StatementMatch.objects.filter(line=line).exists(),
    )
    return True


# A payment that was taken for sent back.


def undo_return(world: World) -> bool:
    """Finance says that a movement was not the payment coming back."""
    matches = StatementMatch.objects.filter(kind="return").select_related("line", "returned").order_by("id")
    found = list(matches)
    if not found:
        return False
    match = world.dice.choice(found)
    claim, order = _order(world, match.returned.number)
    line = match.line

    def may(world: World) -> bool:
        return claim.state == "approved" and claim.order is order and order.state == "returned"

    about = Undoing("undo_return", line.pk, may, lambda world: world.audit.take_for_made(claim))
    _ask_of_a_line(world, line, about, order.number)
    return True


# A payment that the bank says it made, and did not.


def never_moved(world: World) -> bool:
    """The bank answered that it paid, and nothing left the account."""
    choices = [
        movement
        for movement in _payments_to_come(world)
        if world.audit.may_give_back(_order(world, named(movement))[0])
        and not came_back(world.bank, named(movement))
    ]
    if not choices:
        return False
    movement = world.dice.choice(choices)
    number = named(movement)
    world.bank.book.movements.remove(movement)
    world.unmoved.add(number)
    world.say(f"the bank never moved the money of {number}")
    return True


def never_paid(world: World) -> bool:
    """The bank says in writing that it did not pay: the payment is undone."""
    found = [d for d in standing("result_unseen", "order_unseen") if d.order.number in world.unmoved]
    if not found:
        return False
    difference = world.dice.choice(found)
    claim, order = _order(world, difference.order.number)

    def may(world: World) -> bool:
        live = order.state == "paid" and claim.order is order
        return live and stands(difference) and world.audit.may_give_back(claim)

    def note(world: World) -> None:
        world.audit.give_back(claim)
        world.unmoved.discard(order.number)
        world.never_made.add(order.number)

    about = Undoing("never_paid", order, may, note)
    ask_of_a_difference(world, difference, about, order.number, asks=lambda: order.state == "paid")
    return True


# A posting that was reversed by mistake.


def misbook(world: World) -> bool:
    """Somebody reverses the posting of a payment that was made."""
    found = [
        claim
        for claim in world.claims("paid")
        if claim.order.state == "paid" and claim.order.number not in world.unmoved | world.misbooked
    ]
    if not found:
        return False
    claim = world.dice.choice(found)
    number = claim.order.number
    order = PaymentOrder.objects.get(number=number)
    cash = {"legs__account": "cash", "legs__subject_type": "payouts.paymentorder"}
    rows = Transaction.objects.filter(**cash, legs__subject_id=order.pk, reversals=None)
    posted = rows.order_by("-id").first()
    key = f"mistake:{len(world.trace)}"

    def note(_came: object) -> None:
        world.audit.misbook(claim)
        world.misbooked.add(number)

    world.ask(
        f"reverse the posting of {number} by mistake",
        lambda: reverse(posted, key, world.day, "误冲"),
        DONE,
        then=note,
        seen=lambda: Transaction.objects.filter(key=key).exists(),
    )
    return True


def repost(world: World) -> bool:
    """What the order says is posted again."""
    found = [d for d in standing("ledger_missing") if d.order.number in world.misbooked]
    if not found:
        return False
    difference = world.dice.choice(found)
    claim, order = _order(world, difference.order.number)

    def note(world: World) -> None:
        world.audit.book_again(claim)
        world.misbooked.discard(order.number)

    about = Undoing("repost", order, lambda _world: stands(difference), note)
    ask_of_a_difference(world, difference, about, order.number)
    return True


# A movement that was matched although its day is far off.


def booked_late(world: World) -> bool:
    """The bank moves the money of a payment many days after the day that it answered."""
    found = _payments_to_come(world)
    if not found:
        return False
    movement = world.dice.choice(found)
    day = world.day + timedelta(days=LATE_DAYS + 1)
    movement.day = day.isoformat()
    world.say(f"the bank books {movement.reference} only on {day:%m-%d}")
    world.day_passes(LATE_DAYS + 2)
    return True


def undo_match(world: World) -> bool:
    """The match of a payment with a movement of another day is undone; the next statement looks again."""
    found = [d for d in standing("day_differs") if StatementMatch.objects.filter(line=d.line_id).exists()]
    if not found:
        return False
    difference = world.dice.choice(found)

    def may(_world: World) -> bool:
        return stands(difference) and StatementMatch.objects.filter(line=difference.line_id).exists()

    about = Undoing("undo_match", difference.pk, may, lambda _world: None)
    ask_of_a_difference(world, difference, about, difference.order.number)
    return True


def take_back_all(world: World) -> None:
    """In the calm everything that is wrong on one side is corrected."""
    while never_paid(world) or repost(world):
        pass


# How they are asked.


def _ask_of_a_line(world: World, line: StatementLine, about: Undoing, words: str) -> None:
    waiting = any(
        paper.about.subject == about.subject and paper.about.kind == about.kind
        for paper in _waiting(world)
        if paper.about.line is not None
    )
    about.line = line.pk
    wanted = correct.Wanted(kind=about.kind, document="来函", explanation="核对有误")
    hand_in(
        world, f"correction: {about.kind} {words}", KINDS["correction:"],
        lambda: correct.request_undoing(world.town.finance, line, wanted, upload=document(), on=world.day),
        "correction_under_way" if waiting else DONE if about.may(world) else "incomplete",
        about, world.town.finance,
    )  # fmt: skip


def ask_of_a_difference(
    world: World,
    difference: Break,
    about: Undoing,
    words: str,
    *,
    asks: Callable[[], bool] | None = None,
    fund: str = "",
) -> None:
    """Finance writes a correction of a difference; where nothing else is said, the auditor's word counts."""
    about.difference = difference.pk
    may = asks() if asks else about.may(world)
    wanted = correct.Wanted(kind=about.kind, document="银行函", explanation="银行已确认", fund=fund)
    hand_in(
        world, f"correction: {about.kind} {words}", KINDS["correction:"],
        lambda: correct.request_correction(
            world.town.finance, difference, wanted, upload=document(), on=world.day
        ),
        DONE if may else "incomplete", about, world.town.finance,
    )  # fmt: skip


def _waiting(world: World) -> list[Any]:
    return [
        paper
        for paper in world.papers
        if paper.what == "correction:" and paper.state == "submitted" and isinstance(paper.about, Undoing)
    ]


def standing(*kinds: str) -> list[Break]:
    """Differences that stand and of which no correction waits for its signature."""
    rows = Break.objects.filter(state__in=["open", "explained"], kind__in=kinds).order_by("id")
    return [row for row in rows if not row.corrections.filter(state__in=["draft", "submitted"]).exists()]


def stands(difference: Break) -> bool:
    return Break.objects.filter(pk=difference.pk, state__in=["open", "explained"]).exists()


def _payments_to_come(world: World) -> list[Any]:
    """Payments of a batch that count as made and whose movement no statement shows yet."""
    made = {claim.order.number for claim in world.claims("paid") if world.entry_of(claim) is not None}
    made -= world.unmoved | world.misbooked
    last = max(world.stated_to, world.closed_to).isoformat()
    out = [m for m in world.bank.book.movements if m.amount_fen < 0 and m.day > last]
    return [movement for movement in out if named(movement) in made]


def named(movement: Any) -> str:
    """The order that a movement of the bank names."""
    return str(movement.reference).split(" ", maxsplit=1)[0]


def _order(world: World, number: str) -> tuple[Claim, Order]:
    return next(
        (claim, order)
        for claim in world.audit.claims.values()
        for order in claim.orders
        if order.number == number
    )
