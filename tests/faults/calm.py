"""The end of a schedule: the faults cease, all work is done, and then everything has to be over."""

from apps.core.models import Job
from tests.faults import answer_steps as answers
from tests.faults import background_steps as background
from tests.faults import batch_steps as batches
from tests.faults import claim_steps as claims
from tests.faults import correction_steps as corrections
from tests.faults import paper_steps as papers
from tests.faults import town_steps as others
from tests.faults import undo_steps as undoing
from tests.faults.figures import Batch, Order
from tests.faults.world import World

ROUNDS_MAX = 25
ENDED = ("paid", "settled", "rejected", "withdrawn", "written_off")


def calm_down(world: World) -> None:
    world.calm = True
    world.say("the faults cease")
    for _round in range(ROUNDS_MAX):
        before = _where(world)
        _work(world)
        if _where(world) == before or _nothing_left(world):
            return
    raise world.fail(f"the work does not come to an end in {ROUNDS_MAX} rounds")


def _nothing_left(world: World) -> bool:
    """Whether another round would find nothing to do."""
    ended = all(claim.state in ENDED for claim in world.audit.claims.values())
    closed = all(batch.state in ("closed", "cancelled") for batch in world.batches.values())
    told = not any(paper.state == "submitted" for paper in world.papers) and not world.unexplained()
    return ended and closed and told and not world.broker.queue and not _live_jobs()


def _live_jobs() -> list[tuple[int, str]]:
    return list(Job.objects.exclude(state__in=("done", "failed", "dead")).values_list("pk", "state"))


def _where(world: World) -> tuple:
    return (
        tuple((claim.pk, claim.state, claim.received) for claim in world.audit.claims.values()),
        tuple((batch.pk, batch.state) for batch in world.batches.values()),
        len(world.broker.queue),
        tuple(paper.state for paper in world.papers),
        len(world.unexplained()),
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
    _papers_done(world)
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


def _papers_done(world: World) -> None:
    """What nobody has explained is explained, and every paper is signed, or taken back where it cannot be."""
    corrections.name_overpaid(world)
    if world.unmoved or world.misbooked:
        background.reconcile(world)
        undoing.take_back_all(world)
    if world.unexplained():
        background.reconcile(world)
        while corrections.ask_correction(world):
            pass
    for paper in [paper for paper in world.papers if paper.state == "submitted"]:
        papers.decide(world, paper)


def all_is_over(world: World) -> None:
    """Every valid instalment is paid, or waits for a person who can see it."""
    live = _live_jobs()
    if live:
        raise world.fail(f"jobs are still under way: {live}")
    for claim in world.audit.claims.values():
        if claim.state in ENDED:
            continue
        if claim.state == "second_signature" and not world.audit.fits(world.audit.needs(claim)):
            continue
        if claim.state == "recovering" and _waits_at_closed_month(world, claim):
            continue
        raise world.fail(f"{claim.number} ends {claim.state}, and nothing explains it")
    left = [f"{p.what} {p.pk}" for p in world.papers if p.state == "submitted"]
    left += [f"movement {found.serial}" for found in world.unexplained()]
    if left:
        raise world.fail(f"nobody decided on: {left}")
    under_way = [
        batch
        for batch in world.in_states("draft", "checked", "signed", "sent", "answered")
        if not _waits_for_the_bank(world, batch)
    ]
    if under_way:
        raise world.fail(f"batches are left: {[(batch.number, batch.state) for batch in under_way]}")


def _waits_for_the_bank(world: World, batch: Batch) -> bool:
    """The bank did not make one of its payments, and a later claim rests on it: that one goes first."""
    orders = [entry.order for entry in batch.live() if entry.order.number in world.unmoved]
    return any(order.state == "paid" and not _may_come_back(world, order) for order in orders)


def _may_come_back(world: World, order: Order) -> bool:
    claim = next(claim for claim in world.audit.claims.values() if order in claim.orders)
    return world.audit.may_give_back(claim)


def _waits_at_closed_month(world: World, claim) -> bool:
    """Its money came in a month that was closed before the statement was taken in: listed as unexplained."""
    serials = [serial for serial, (other, _fen) in world.receipts.items() if other is claim]
    from apps.banking.models import StatementLine

    return bool(serials) and (
        StatementLine.objects.filter(
            bank_serial__in=serials, match=None, booked_on__lte=world.closed_to
        ).exists()
    )
