"""One schedule: steps drawn by its seed, faults among them; then calm; then all must stand and be over."""

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache

from apps.core.models import Job
from tests.factories.apprentices import LEVEL, ON
from tests.factories.claims import EMPLOYMENT, SPECIAL
from tests.faults import answer_steps as answers
from tests.faults import background_steps as background
from tests.faults import batch_steps as batches
from tests.faults import claim_steps as claims
from tests.faults import comparing
from tests.faults import town_steps as others
from tests.faults.databases import Owner
from tests.faults.figures import ADVANCE, REMAINDER, Batch, Entry, Person
from tests.faults.rules import Rules
from tests.faults.town import EMPLOYMENT_FEN, SPECIAL_FEN, Town, settle_numbers
from tests.faults.world import Violation, World

POLICY, MONTHS = "beijing-2022-11", 24
FIRST_DAY = date(2023, 3, 24)
STEPS = (4, 12)
ROUNDS_MAX = 25


@dataclass
class Outcome:
    """What came of a schedule."""

    seed: int
    problem: str
    steps: int
    crashes: int
    points: tuple[str, ...]
    trace: list[str]


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
            _calm(world)
            _compare(world, "at the end", list(comparing.differences(world)))
            _compare(world, "at the end", list(comparing.broken(owner)))
            _all_is_over(world)
        except Violation as found:
            problem = str(found)
    return Outcome(seed, problem, len(world.trace), world.crashes, tuple(world.points), world.trace)


def opening(seed: int, town: Town) -> World:
    """The auditor is told how things stand before the first step."""
    world = World(town, Rules.read(POLICY, level=LEVEL), MONTHS, FIRST_DAY, seed)
    audit = world.audit
    audit.appropriate(SPECIAL, SPECIAL_FEN)
    audit.appropriate(EMPLOYMENT, EMPLOYMENT_FEN)
    for place, shop in enumerate(town.shops):
        audit.people[place] = [Person(pk) for pk in shop.enrolments]
        audit.accounts[place] = shop.account_number
    for place, shop in enumerate(town.shops):
        if shop.claim_id is None:
            continue
        claim = audit.compute(shop.claim_id, claims.Row.objects.get(pk=shop.claim_id).number, ADVANCE, place)
        for state in ("district_review", "second_signature"):
            claim.go(state)
    paid = audit.claims[town.shops[0].claim_id]
    audit.sign(paid, "sign")
    audit.today = ON
    audit.release(paid, town.order_number)
    audit.today = FIRST_DAY
    order = world.bank.book.orders[town.order_number]
    audit.pay(paid, order.serial)
    first = claims.order_of(paid).entries.get().batch
    batch = Batch(first.pk, first.number, ON, [Entry(paid, paid.order, state="paid")])
    for state in ("checked", "signed", "sent", "answered", "closed"):
        batch.go(state)
    batch.taken.add(world.bank.result(batch.number))
    world.batches[first.pk] = batch
    return world


def _chaos(world: World, favour: tuple[str, ...]) -> None:
    dice = world.dice
    world.favour = favour
    if dice.random() < (0.8 if "settlement" in favour else 0.35):
        _settlement(world)
    wanted = dice.randrange(*STEPS)
    weights = {name: dice.choice((0, 1, 1, 2)) + 4 * favour.count(name) for name in EVENTS}
    done = tries = 0
    while done < wanted and tries < 4 * wanted:
        tries += 1
        drawn = dice.random()
        if drawn < (0.4 if favour else 0.55):
            took = _ordinary(world)
        else:
            name = dice.choices(list(EVENTS), [weights[name] + 0.1 for name in EVENTS])[0]
            took = EVENTS[name](world)
        done += bool(took)


def _settlement(world: World) -> None:
    """The first class comes to its end: results, somebody who left, and the claim for the remainder."""
    for _person in world.town.shops[0].enrolments:
        world.dice.choice((others.leave, others.assess))(world, 0)
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
    if not choices:
        return claims.compute(world)
    kind, case = world.dice.choice(choices)
    if kind == "claim":
        return claims.go_on(world, case)
    if kind == "build":
        return batches.build(world)
    if kind == "message":
        return background.deliver(world)
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
    "repay": _a_claim(others.repay, "recovering"),
    "receipt": _a_claim(others.receive_by_hand, "recovering"),
    "too much": _a_claim(others.receive_too_much, "recovering"),
    "closed month": _a_claim(background.post_into_closed, "recovering"),
    "statement": answers.statement,
    "sent back": _a_claim(answers.send_back, "paid"),
    "undo": answers.undo_returned,
    "cancel": _a_batch(batches.cancel, "draft", "checked", "signed"),
    "take out": _a_batch(_some_entry_out, "draft"),
    "late result": _a_batch(answers.result, "sent", "answered", "closed"),
    "month": background.month,
    "reconcile": background.reconcile,
}


def _compare(world: World, when: str, found: list[str]) -> None:
    if found:
        raise world.fail(f"{when}: " + "; ".join(found[:5]))


# Calm: the faults have ceased, the sweeper runs, and everybody does the work that lies there.


def _calm(world: World) -> None:
    world.calm = True
    world.say("the faults cease")
    for _round in range(ROUNDS_MAX):
        before = _where(world)
        _work(world)
        if _where(world) == before:
            return
    raise world.fail(f"the work does not come to an end in {ROUNDS_MAX} rounds")


def _where(world: World) -> tuple:
    return (
        tuple((claim.pk, claim.state, claim.received) for claim in world.audit.claims.values()),
        tuple((batch.pk, batch.state) for batch in world.batches.values()),
        len(world.broker.queue),
    )


def _work(world: World) -> None:
    background.sweep(world)
    while world.broker.queue:
        background.deliver(world)
    for claim in list(world.audit.claims.values()):
        for _step in range(8):
            state = claim.state
            claims.go_on(world, claim)
            if claim.state == state:
                break
        if claim.state == "released" and claim.order.account != world.audit.accounts[claim.shop]:
            claims.void_by_hand(world, claim)
        if claim.state == "recovering":
            others.repay(world, claim)
    while batches.build(world):
        pass
    for batch in list(world.batches.values()):
        while batch.state in ("draft", "checked", "signed"):
            batches.batch_on(world, batch)
        if batch.state == "sent":
            batches.hand_over(world, batch)
            answers.settle(world, batch)
            answers.result(world, batch)
    world.day_passes()
    answers.statement(world)
    answers.undo_returned(world)
    for batch in world.in_states("answered"):
        batches.close(world, batch)


def _all_is_over(world: World) -> None:
    """Every valid instalment is paid, or waits for a person who can see it."""
    live = list(Job.objects.exclude(state__in=("done", "failed", "dead")).values_list("pk", "state"))
    if live:
        raise world.fail(f"jobs are still under way: {live}")
    for claim in world.audit.claims.values():
        if claim.state in ("paid", "settled", "rejected", "withdrawn"):
            continue
        if claim.state == "second_signature" and not world.audit.fits(world.audit.needs(claim)):
            continue
        if claim.state == "recovering" and _waits_at_closed_month(world, claim):
            continue
        raise world.fail(f"{claim.number} ends {claim.state}, and nothing explains it")
    under_way = world.in_states("draft", "checked", "signed", "sent", "answered")
    if under_way:
        raise world.fail(f"batches are left: {[(batch.number, batch.state) for batch in under_way]}")


def _waits_at_closed_month(world: World, claim) -> bool:
    """Its money came in a month that was closed before the statement was taken in: listed as unexplained."""
    serials = [serial for serial, (other, _fen) in world.receipts.items() if other is claim]
    from apps.banking.models import StatementLine

    return bool(serials) and (
        StatementLine.objects.filter(
            bank_serial__in=serials, match=None, booked_on__lte=world.closed_to
        ).exists()
    )
