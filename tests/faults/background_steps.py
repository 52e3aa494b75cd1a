"""Steps of background work and of the month: jobs, the broker, the sweeper, reconciliation, closing."""

from datetime import date, timedelta

from apps.core import jobs
from apps.core.models import Job
from apps.ledger.models import AccountingPeriod
from apps.ledger.services.closing import close_period, propose_closing
from apps.payouts.services.release_many import enqueue_release
from apps.reconciliation.services.reconcile import enqueue_run
from tests.faults import claim_steps, correction_steps, town_steps
from tests.faults.answer_steps import answered, is_taken
from tests.faults.figures import DONE, Claim
from tests.faults.town import ON
from tests.faults.world import CRASHED, World

# Background work.


def release_in_background(world: World) -> bool:
    """Finance has several claims released; asked twice it is one job."""
    ready = world.claims("approved")
    if not ready:
        return False
    chosen = sorted(claim.pk for claim in ready)
    newest = Job.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def live() -> Job | None:
        found = Job.objects.filter(kind="payouts.release", state__in=("queued", "running"))
        return next((job for job in found.order_by("-pk") if job.params["claims"] == chosen), None)

    def note(_came: object) -> None:
        world.known_jobs[live().pk] = ("release", chosen)

    def request() -> Job:
        return enqueue_release(world.town.finance, chosen)

    answer = world.ask(
        f"release {chosen} in the background", request, DONE, then=note,
        seen=lambda: live() is not None,
    )  # fmt: skip
    if answer == DONE and world.dice.random() < 0.3:
        world.ask("asked once more", request, DONE, seen=lambda: True)
        if Job.objects.filter(pk__gt=newest, kind="payouts.release").count() > 1:
            raise world.fail("one request made two jobs")
    return True


def deliver(world: World) -> bool:
    """A worker gets one of the messages; now and then the broker keeps it, to deliver it again."""
    queue = world.broker.queue
    if not queue:
        return False
    place = world.dice.randrange(len(queue))
    job_id = queue[place]
    if world.calm or world.dice.random() < 0.7:
        queue.pop(place)
    run(world, job_id)
    return True


def run(world: World, job_id: int) -> None:
    """A job runs, perhaps not to its end; the auditor takes note of whatever it did."""
    ended = Job.objects.get(pk=job_id).state in ("done", "failed", "dead")

    def note(_came: object) -> None:
        if not ended:
            follow(world, job_id)

    answer = world.ask(
        f"job {job_id} is delivered", lambda: jobs.run(job_id), DONE, then=note, seen=lambda: False
    )
    if answer == CRASHED and not ended:
        follow(world, job_id)


def follow(world: World, job_id: int) -> None:
    """What a job did so far, told by one row each: a claim's state, or that the file is kept."""
    kind, *about = world.known_jobs[job_id]
    if kind == "release":
        for pk in about[0]:
            claim = world.audit.claims[pk]
            if claim.state != "approved":
                continue
            same = claim.signed_account == world.audit.accounts[claim.shop]
            same = same or world.audit.is_set_off_whole(claim)
            if claim_steps.stands_at(claim, "released", "settled"):
                if not same:
                    raise world.fail(f"{claim.number} was released to an account that was not signed")
                world.audit.release(claim, f"{claim.number}-{len(claim.orders) + 1}")
            elif same and Job.objects.get(pk=job_id).state == "done":
                raise world.fail(f"job {job_id} is done and did not release {claim.number}")
        return
    if kind == "reconcile":
        correction_steps.booked_by_rule(world, done=Job.objects.get(pk=job_id).state == "done")
        return
    if Job.objects.get(pk=job_id).state == "failed":
        raise world.fail(f"job {job_id} refused a file that was right")
    batch, content, frozen = world.batches[about[0]], about[1], dict(about[2])
    if content not in batch.taken and is_taken(batch, content):
        orders = world.bank.book.of_batch(batch.number)
        says = [order for order in orders if frozen[order.number] == order.state]
        if len(says) != len(orders):
            # The bank went on since: the file says what it was then.
            says = [_as_it_was(order, frozen[order.number]) for order in orders]
        answered(world, batch, says, content)


def _as_it_was(order: object, state: str) -> object:
    from dataclasses import replace

    return order if order.state == state else replace(order, state=state)


def flush(world: World) -> bool:
    """The broker loses everything."""
    if not world.broker.queue:
        return False
    world.say(f"the broker loses {len(world.broker.queue)} messages")
    world.broker.queue.clear()
    return True


def sweep(world: World) -> bool:
    """Time goes by, and the sweeper sends again what nobody took or whose worker died."""
    if not Job.objects.filter(state__in=("queued", "running")).exists():
        return False
    from django.core.cache import cache
    from django.db.models import F

    cache.clear()
    Job.objects.filter(state__in=("queued", "running")).update(
        send_after=F("send_after") - timedelta(hours=1)
    )
    sent = jobs.resume_stale()
    world.say(f"the sweeper sends {sent} messages")
    return True


# Months.


def reconcile(world: World) -> bool:
    """Claims, orders, the bank's lines and the books are compared, as every night."""

    def job() -> Job | None:
        return Job.objects.filter(kind="reconciliation.run", state__in=("queued", "running")).first()

    def note(_came: object) -> None:
        world.known_jobs[job().pk] = ("reconcile",)

    world.ask(
        "have everything reconciled",
        lambda: enqueue_run(world.town.city_finance),
        DONE,
        then=note,
        seen=lambda: job() is not None,
    )
    found = job()
    if found is not None and (world.calm or world.dice.random() < 0.7):
        run(world, found.pk)
    return True


def month(world: World) -> bool:
    """The city closes the month before, if nothing of it is open."""
    last = world.day.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    if last <= world.closed_to:
        return False
    reconcile(world)
    unanswered = any(claim.order.day <= last for claim in world.claims("released"))
    under_way = world.in_states("draft", "checked", "signed", "sent", "answered")
    unfinished = unanswered or any(batch.pay_on <= last for batch in under_way)
    unfinished = unfinished or any(found.day <= last for found in world.unexplained())
    allowed = {"period_open", "wrong_state"} if unfinished else {DONE, "period_open", "wrong_state"}

    def state() -> str:
        return AccountingPeriod.objects.filter(month=first).values_list("state", flat=True).first() or "open"

    world.ask(
        f"propose to close {first:%Y-%m}",
        lambda: propose_closing(world.town.city_finance, first, on=world.day),
        allowed,
        seen=lambda: state() == "proposed",
    )
    if state() == "proposed":
        if world.dice.random() < 0.3:
            world.ask(
                "close it by the same person",
                lambda: close_period(world.town.city_finance, first, on=world.day),
                "segregation",
                seen=lambda: state() == "closed",
            )
        world.ask(
            f"close {first:%Y-%m}",
            lambda: close_period(world.town.city_officer, first, on=world.day),
            allowed,
            then=lambda _r: setattr(world, "closed_to", last),
            seen=lambda: state() == "closed",
        )
    return True


def post_into_closed(world: World, claim: Claim) -> bool:
    """Money is recorded for a day of a month that is closed."""
    if world.closed_to == date.min:
        return False
    from apps.payouts.services.receive_recovery import receive_recovery

    serial = f"C{len(world.trace):09d}"
    found = town_steps.notice(claim)
    world.ask(
        "receive money for a day of a closed month",
        lambda: receive_recovery(
            world.town.finance, found, amount_fen=1, received_on=world.closed_to, bank_serial=serial,
            key=serial, on=world.day,
        ),
        # Before anything was paid nothing can have come back, whatever the month.
        "bank_data" if world.closed_to < ON else {"period_closed", "bank_data"},
        seen=lambda: False,
    )  # fmt: skip
    return True
