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
from tests.faults.calm import all_is_over, calm_down
from tests.faults.databases import Owner
from tests.faults.figures import ADVANCE, OWING, REMAINDER, Batch, Entry, Person
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
    _begin(world, more)
    wanted = dice.randrange(*STEPS)
    weights = {name: dice.choice((0, 1, 1, 2)) + 5 * more.count(name) for name in EVENTS}
    done = tries = 0
    while done < wanted and tries < 4 * wanted:
        tries += 1
        drawn = dice.random()
        if drawn < (0.4 if more else 0.55):
            took = _ordinary(world)
        else:
            name = dice.choices(list(EVENTS), [weights[name] + 0.1 for name in EVENTS])[0]
            took = EVENTS[name](world)
        done += bool(took)


def _begin(world: World, more: tuple[str, ...]) -> None:
    """Where a schedule is about something, it begins with what that needs."""
    if "settlement" in more or (more and world.dice.random() < 0.1):
        owing = any(name in more for name in ("write-off", "instalments"))
        _settlement(world, whole=not owing and world.dice.random() < 0.7)
    for claim in world.claims("recovering"):
        asks = [ask for name, ask in ASKS.items() if name in more]
        for _time in range(2):
            running = claim.agreement is not None and claim.agreement.state == "in_force"
            if asks and not running and world.dice.choice(asks)(world, claim) and "wait" not in more:
                _some_paper(world)
    if "follow" in more:
        world.day_passes(world.dice.choice((2, 9, 9)))
        papers.follow(world)
    if "budget paper" in more:
        papers.ask_budget(world)
        _some_paper(world)
    if "stray" in more:
        _found_money(world)
    _mistaken(world, more)
    if "month" in more and world.dice.random() < 0.5:
        # The month ends while payments of it are on their way.
        for _step in range(3):
            _ordinary(world)
        world.day_passes(8)
        background.month(world)


def _found_money(world: World) -> None:
    """The bank's own movement is found in a statement and explained; out of suspense it goes on its way."""
    corrections.stray(world)
    for _round in range(3):
        world.day_passes()
        answers.statement(world)
        background.reconcile(world)
        corrections.ask_correction(world)
        _some_paper(world)
        if not corrections.pay_back(world) and not world.held():
            return
    if wrong.undo_correction(world):
        _some_paper(world)


def _mistaken(world: World, more: tuple[str, ...]) -> None:
    """Something is believed that is not so, and a correction says so."""
    if "undo receipt" in more:
        _misread(world, more)
    if "undo match" in more:
        _misled(world)
    if "opening" in more and openings.further_account(world):
        background.reconcile(world)
        if openings.opening(world):
            _some_paper(world)


def _misread(world: World, more: tuple[str, ...]) -> None:
    """Money comes for a notice, is found in the statement or recorded before, and is another's."""
    for claim in world.claims(*OWING):
        others.repay(world, claim)
        if world.dice.random() < 0.4:
            others.receive_by_hand(world, claim)
        if world.dice.random() < 0.5:
            others.repay(world, claim, 100)
    world.day_passes()
    if world.dice.random() < 0.8:
        answers.statement(world)
    background.reconcile(world)
    for claim in world.claims("recovering") if "instalments" in more else ():
        # Agreed over what the money left: the agreement falls with the receipt.
        if papers.ask_instalments(world, claim):
            _some_paper(world)
    if undoing.undo_receipt(world) or undoing.undo_unseen_receipt(world):
        _some_paper(world)
        undoing.receive_anew(world)


def _misled(world: World) -> None:
    """A payment goes through the bank, which then says or does something else."""
    for claim in world.claims("second_signature", "approved"):
        for _step in range(3):
            claims.go_on(world, claim)
    batches.build(world)
    for batch in world.in_states("draft", "checked", "signed"):
        for _step in range(3):
            batches.batch_on(world, batch)
    for batch in world.in_states("sent"):
        answers.settle(world, batch)
        answers.result(world, batch)
    for claim in world.claims("paid"):
        if world.dice.random() < 0.3:
            answers.send_back(world, claim)
    first = world.dice.choice((undoing.never_moved, undoing.never_moved, undoing.booked_late))
    first(world)
    world.day_passes(world.dice.choice((1, 9)))
    answers.statement(world)
    answers.undo_returned(world)
    background.reconcile(world)
    for step in (undoing.undo_return, undoing.never_paid, undoing.undo_match):
        if step(world):
            _some_paper(world)


ASKS = {"write-off": papers.ask_write_off, "instalments": papers.ask_instalments}


def _settlement(world: World, *, whole: bool) -> None:
    """The first class comes to its end: results, somebody who left, and the claim for the remainder."""
    for _person in world.town.shops[0].enrolments if whole else (None,):
        # Where one of them leaves first, the others' remainder is set off against what is owed for that one.
        world.dice.choice((others.leave, others.assess) if whole else (others.leave,))(world, 0)
    claims.compute(world, 0, REMAINDER)
    for claim in world.claims("draft"):
        while claim.state in ("draft", "district_review", "second_signature"):
            before = claim.state
            claims.go_on(world, claim)
            if claim.state == before:
                break


def _ordinary(world: World) -> bool:
    """Somebody does what lies on the desk."""
    desk = [
        *world.claims(
            "draft", "returned", "district_review", "second_signature", "approved", "payee_signature"
        )
    ]
    files = world.in_states("draft", "checked", "signed", "sent", "answered")
    choices = [("claim", claim) for claim in desk] + [("batch", batch) for batch in files]
    choices += [("build", None)] if world.claims("released") else []
    choices += [("message", None)] * len(world.broker.queue)
    choices += [("owing", claim) for claim in world.claims("recovering")]
    choices += [("paper", paper) for paper in world.papers if paper.state == "submitted"] * 2
    choices += [("stray", None)] if world.unexplained() else []
    if not choices:
        return claims.compute(world)
    kind, case = world.dice.choice(choices)
    if kind == "claim":
        return claims.go_on(world, case)
    if kind == "build":
        return batches.build(world)
    if kind == "message":
        return background.deliver(world)
    if kind == "owing":
        steps = (others.repay, others.repay, papers.ask_write_off, papers.ask_instalments)
        return world.dice.choice(steps)(world, case)
    if kind == "paper":
        return papers.decide(world, case)
    if kind == "stray":
        return corrections.ask_correction(world) or background.reconcile(world)
    if case.state == "sent":
        if not answers.settle(world, case) or world.dice.random() < 0.5:
            return answers.result(world, case, by_job=world.dice.random() < 0.3)
        return True
    return batches.batch_on(world, case)


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


def _some_paper(world: World) -> bool:
    found = [paper for paper in world.papers if paper.state == "submitted"]
    return papers.decide(world, world.dice.choice(found)) if found else False


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
    "decide": _some_paper,
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
    OPENING,
    ("budget paper", "budget paper", "decide"),
    ("budget paper", "month", "day"),
)


def _compare(world: World, when: str, found: list[str]) -> None:
    if found:
        raise world.fail(f"{when}: " + "; ".join(found[:5]))
