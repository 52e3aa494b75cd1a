"""One schedule: steps drawn by its seed, faults among them; then calm; then all must stand and be over."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.core.cache import cache

from tests.factories.apprentices import LEVEL, ON
from tests.factories.claims import EMPLOYMENT, SPECIAL
from tests.faults import answer_steps as answers
from tests.faults import background_steps as background
from tests.faults import batch_steps as batches
from tests.faults import claim_steps as claims
from tests.faults import comparing
from tests.faults import correction_steps as corrections
from tests.faults import letter_steps as letters
from tests.faults import opening_steps as openings
from tests.faults import paper_steps as papers
from tests.faults import town_steps as others
from tests.faults import undo_steps as undoing
from tests.faults import wrong_steps as wrong
from tests.faults.beginnings import begin
from tests.faults.calm import all_is_over, calm_down
from tests.faults.databases import Owner
from tests.faults.desk import ordinary, some_paper
from tests.faults.figures import ADVANCE, OWING, Batch, Entry, Person
from tests.faults.rules import Rules
from tests.faults.town import EMPLOYMENT_FEN, SPECIAL_FEN, Town, settle_numbers
from tests.faults.world import Violation, World

POLICY, MONTHS = "beijing-2022-11", 24
FIRST_DAY = date(2023, 3, 24)
STEPS = (4, 12)


@dataclass
class Outcome:
    """What came of a schedule."""

    seed: int
    problem: str
    steps: int = 0
    crashes: int = 0
    points: tuple[str, ...] = ()
    trace: list[str] = field(default_factory=list)
    kinds: Counter = field(default_factory=Counter)


def play(seed: int, town: Town, owner: Owner, *, favour: tuple[str, ...] = ()) -> Outcome:
    """Run the schedule of a seed from the seeded state; returns what was wrong, if anything.

    Events in `favour` come more often.
    """
    owner.restore()
    cache.clear()
    settle_numbers()
    world = opening(seed, town)
    problem = ""
    with world.running():
        try:
            _chaos(world, favour)
            _compare(world, "after the faults", list(comparing.differences(world)))
            calm_down(world)
            _compare(world, "at the end", list(comparing.differences(world)))
            _compare(world, "at the end", list(comparing.broken(owner)))
            all_is_over(world)
        except Violation as found:
            problem = str(found)
    return Outcome(
        seed, problem, len(world.trace), world.crashes, tuple(world.points), world.trace, world.kinds
    )


def opening(seed: int, town: Town) -> World:
    """The auditor is told how things stand before the first step."""
    world = World(town, Rules.read(POLICY, level=LEVEL), MONTHS, FIRST_DAY, seed)
    audit = world.audit
    audit.appropriate(SPECIAL, SPECIAL_FEN)
    audit.appropriate(EMPLOYMENT, EMPLOYMENT_FEN)
    for place, shop in enumerate(town.shops):
        audit.people[place] = [Person(pk) for pk in shop.enrolments]
        audit.accounts[place] = shop.account_number
        audit.owner[place] = shop.enterprise_id
    for place, shop in enumerate(town.shops):
        if shop.claim_id is None:
            continue
        claim = audit.compute(shop.claim_id, shop.claim_number, ADVANCE, place)
        for state in ("district_review", "second_signature"):
            claim.go(state)
    paid = audit.claims[town.shops[0].claim_id]
    audit.sign(paid, "sign")
    audit.today = ON
    audit.release(paid, town.order_number)
    audit.today = FIRST_DAY
    order = world.bank.book.orders[town.order_number]
    audit.pay(paid, order.serial)
    batch = Batch(town.batch_id, town.batch_number, ON, [Entry(paid, paid.order, state="paid")])
    for state in ("checked", "signed", "sent", "answered", "closed"):
        batch.go(state)
    batch.taken.add(world.bank.result(batch.number))
    world.batches[batch.pk] = batch
    return world


def _chaos(world: World, favour: tuple[str, ...]) -> None:
    dice = world.dice
    world.favour = favour
    more = favour or dice.choice(THEMES)
    begin(world, more)
    wanted = dice.randrange(*STEPS)
    weights = {name: dice.choice((0, 1, 1, 2)) + 5 * more.count(name) for name in EVENTS}
    done = tries = 0
    while done < wanted and tries < 4 * wanted:
        tries += 1
        drawn = dice.random()
        if drawn < (0.4 if more else 0.55):
            took = ordinary(world)
        else:
            name = dice.choices(list(EVENTS), [weights[name] + 0.1 for name in EVENTS])[0]
            took = EVENTS[name](world)
        done += bool(took)


def _a_claim(step, *states: str):
    def event(world: World) -> bool:
        found = world.claims(*states)
        return step(world, world.dice.choice(found)) if found else False

    return event


def _a_shop(step):
    return lambda world: step(world, world.dice.randrange(len(world.town.shops)))


def _a_batch(step, *states: str):
    def event(world: World) -> bool:
        found = world.in_states(*states)
        return step(world, world.dice.choice(found)) if found else False

    return event


def _some_entry_out(world: World, batch: Batch) -> bool:
    return batches.take_one_out(world, batch, world.dice.choice(batch.live())) if batch.live() else False


EVENTS = {
    "compute": claims.compute,
    "assess": _a_shop(others.assess),
    "leave": _a_shop(others.leave),
    "account": _a_shop(others.change_account),
    "budget": others.raise_budget,
    "day": others.day_passes,
    "release in background": background.release_in_background,
    "flush": background.flush,
    "sweep": background.sweep,
    "by hand": _a_claim(claims.pay_by_hand, "released"),
    "serial": _a_claim(claims.use_serial_twice, "released"),
    "repay": _a_claim(others.repay, *OWING),
    "receipt": _a_claim(others.receive_by_hand, *OWING),
    "too much": _a_claim(others.receive_too_much, *OWING),
    "closed month": _a_claim(background.post_into_closed, *OWING),
    "write-off": _a_claim(papers.ask_write_off, "recovering"),
    "instalments": _a_claim(papers.ask_instalments, "recovering"),
    "follow": papers.follow,
    "budget paper": papers.ask_budget,
    "decide": some_paper,
    "stray": corrections.stray,
    "correction": corrections.ask_correction,
    "pay back": corrections.pay_back,
    "undo receipt": undoing.undo_receipt,
    "undo unseen": undoing.undo_unseen_receipt,
    "receive anew": undoing.receive_anew,
    "undo return": undoing.undo_return,
    "not moved": undoing.never_moved,
    "never paid": undoing.never_paid,
    "misbook": undoing.misbook,
    "repost": undoing.repost,
    "late": undoing.booked_late,
    "undo match": undoing.undo_match,
    "further account": openings.further_account,
    "opening": openings.opening,
    "undo correction": wrong.undo_correction,
    "statement": answers.statement,
    "sent back": _a_claim(answers.send_back, "paid"),
    "undo": answers.undo_returned,
    "cancel": _a_batch(batches.cancel, "draft", "checked", "signed"),
    "take out": _a_batch(_some_entry_out, "draft"),
    "late result": _a_batch(answers.result, "sent", "answered", "closed"),
    "close": _a_batch(batches.close, "answered"),
    "month": background.month,
    "reconcile": background.reconcile,
    "letter": _a_batch(letters.answer_in_writing, "sent"),
}


# What happens more often in a schedule than by chance: much has to meet before it comes about.
_BANK = (
    "stray", "statement", "reconcile", "correction", "correction", "decide", "pay back", "undo correction",
)  # fmt: skip
UNDONE_RECEIPTS = (
    "settlement", "repay", "repay", "receipt", "statement", "day", "reconcile", "undo receipt",
    "undo receipt", "undo unseen", "receive anew", "decide", "decide",
)  # fmt: skip
UNDONE_PAYMENTS = (
    "late result", "not moved", "never paid", "misbook", "repost", "sent back", "undo", "undo return", "late",
    "undo match", "statement", "day", "reconcile", "reconcile", "decide", "decide",
)  # fmt: skip
LETTERS = (
    "letter", "letter", "letter", "decide", "late result", "statement", "day", "account", "reconcile",
)  # fmt: skip
DIVIDED = (
    "sent back", "sent back", "undo", "undo", "undo return", "decide", "statement", "statement", "day",
    "reconcile",
)  # fmt: skip
PAID_BACK = (
    "pay back", "pay back", "undo correction", "undo correction", "correction", "decide", "decide",
    "statement", "reconcile",
)  # fmt: skip
OPENING = (
    "further account", "opening", "statement", "reconcile", "correction", "decide", "undo correction",
)  # fmt: skip
THEMES: tuple[tuple[str, ...], ...] = (
    (),
    ("settlement",),
    ("settlement", "write-off", "decide"),
    ("settlement", "write-off", "decide", "repay"),
    ("settlement", "instalments", "decide", "follow", "day"),
    ("settlement", "instalments", "decide", "follow", "day"),
    _BANK,
    _BANK,
    UNDONE_RECEIPTS,
    UNDONE_RECEIPTS,
    (*UNDONE_RECEIPTS, "instalments"),
    UNDONE_PAYMENTS,
    LETTERS,
    LETTERS,
    (*LETTERS, "sent back"),
    DIVIDED,
    DIVIDED,
    OPENING,
    PAID_BACK,
    PAID_BACK,
    ("budget paper", "budget paper", "decide"),
    ("budget paper", "month", "day"),
)


def _compare(world: World, when: str, found: list[str]) -> None:
    if found:
        raise world.fail(f"{when}: " + "; ".join(found[:5]))
