"""Steps with the bank: batches, files, answers in every condition, statements, jobs, months."""

from collections.abc import Sequence
from datetime import date, timedelta

from apps.banking.fake_bank.bank import FAULTS
from apps.banking.models import (
    BankStatement,
    BatchEntry,
    PayingAccount,
    PaymentBatch,
    ResultFile,
    StatementLine,
)
from apps.banking.services.batch_steps import cancel_batch, check_batch, close_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch, take_out
from apps.banking.services.freezing import make_file, regenerate
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.banking.tasks import enqueue_result
from apps.casework.engine import Opinion
from apps.core import jobs
from apps.core.files import store_bytes
from apps.core.models import Job
from apps.ledger.models import AccountingPeriod
from apps.ledger.services.closing import close_period, propose_closing
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_many import enqueue_release
from apps.reconciliation.services.reconcile import enqueue_run
from tests.faults import claim_steps
from tests.faults.auditor import DONE, Batch, Claim, Entry
from tests.faults.town import DISTRICT
from tests.faults.world import ALREADY, CRASHED, FILE_REFUSED, World


def stored(batch: Batch) -> PaymentBatch:
    """The batch as it is stored."""
    return PaymentBatch.objects.get(pk=batch.pk)


def stands_at(batch: Batch, state: str) -> bool:
    return PaymentBatch.objects.filter(pk=batch.pk, state=state).exists()


def payees_stand(world: World, batch: Batch) -> bool:
    """Whether every payment of the batch still goes to the enterprise's account of today."""
    return all(entry.order.account == world.audit.accounts[entry.claim.shop] for entry in batch.live())


# A batch is made, checked, signed, sent.


def build(world: World) -> bool:
    """Finance makes up a batch of all released orders that are in none, or of some of them."""
    free = [claim for claim in world.claims("released") if world.entry_of(claim) is None]
    if not free:
        return False
    if not world.calm and len(free) > 1 and world.dice.random() < 0.4:
        free = free[:1]
    if world.calm:
        free = [claim for claim in free if claim.order.account == world.audit.accounts[claim.shop]]
        if not free:
            return False
    right = all(claim.order.account == world.audit.accounts[claim.shop] for claim in free)
    numbers = [claim.order.number for claim in free]
    keys = list(PaymentOrder.objects.filter(number__in=numbers).order_by("id").values_list("pk", flat=True))
    account = PayingAccount.objects.get(pk=world.town.account_id)
    before = set(world.batches)

    def request() -> PaymentBatch:
        return build_batch(
            world.town.maker, account, district=DISTRICT, orders=keys, pay_on=world.day, on=world.day
        )

    def made() -> PaymentBatch | None:
        return PaymentBatch.objects.exclude(pk__in=before).order_by("-pk").first()

    def note(came: PaymentBatch | None) -> None:
        found = came or made()
        order = {claim.order.number: claim for claim in free}
        listed = (
            BatchEntry.objects.filter(batch=found).order_by("position").values_list("order_number", flat=True)
        )
        entries = [Entry(order[number], order[number].order) for number in listed]
        for entry in entries:
            entry.order.batch = found.number
        world.batches[found.pk] = Batch(found.pk, found.number, world.day, entries)
        world.trace[-1] += f" {found.number}"

    base = set(PaymentBatch.objects.values_list("pk", flat=True))
    before |= base
    answer = world.ask(
        f"build a batch of {numbers}", request, DONE if right else "not_payable", then=note,
        seen=lambda: made() is not None,
    )  # fmt: skip
    if answer == DONE and not world.calm and world.dice.random() < 0.2:
        world.ask("the same orders into another batch", request, "not_payable", seen=lambda: False)
    return True


def batch_on(world: World, batch: Batch) -> bool:
    """Whoever has the batch on the desk takes the next ordinary step."""
    step = {"draft": check, "checked": sign, "signed": send, "answered": close}.get(batch.state)
    return step(world, batch) if step else False


def _move(world: World, batch: Batch, service, actor, allowed, target: str, *, opinion=None) -> str:
    shown = stored(batch)
    more = {} if opinion is None else {"opinion": opinion}
    return world.ask(
        f"{service.__name__} {batch.number}",
        lambda: service(actor, shown, on=world.day, **more),
        allowed,
        then=lambda _r: batch.go(target),
        seen=lambda: stands_at(batch, target),
    )


def check(world: World, batch: Batch) -> bool:
    if not world.calm and world.dice.random() < 0.05:
        _move(world, batch, check_batch, world.town.maker, "segregation", "checked")
    if not batch.live():
        return cancel(world, batch)
    right = payees_stand(world, batch)
    answer = _move(world, batch, check_batch, world.town.checker, DONE if right else "incomplete", "checked")
    if answer == "incomplete":
        take_out_wrong(world, batch)
    return True


def take_out_wrong(world: World, batch: Batch) -> None:
    """Each payment whose account changed is taken out; its release is void."""
    for entry in list(batch.live()):
        if entry.order.account != world.audit.accounts[entry.claim.shop]:
            take_one_out(world, batch, entry)


def take_one_out(world: World, batch: Batch, entry: Entry) -> bool:
    void = entry.order.account != world.audit.accounts[entry.claim.shop]
    listed = BatchEntry.objects.get(batch_id=batch.pk, order_number=entry.order.number)

    def note(_came: object) -> None:
        entry.live = False
        entry.order.batch = ""
        if void:
            world.audit.fail(entry.claim)

    world.ask(
        f"take {entry.order.number} out of {batch.number}",
        lambda: take_out(world.town.maker, listed, on=world.day, reason="账户有变"),
        DONE,
        then=note,
        seen=lambda: BatchEntry.objects.filter(pk=listed.pk, live=False).exists(),
    )
    return True


def sign(world: World, batch: Batch) -> bool:
    right = payees_stand(world, batch)
    if not world.calm and world.dice.random() < 0.05:
        _move(world, batch, sign_batch, world.town.checker, "segregation", "signed")
    answer = _move(world, batch, sign_batch, world.town.signer, DONE if right else "incomplete", "signed")
    if answer == "incomplete":
        return cancel(world, batch)
    return True


def send(world: World, batch: Batch) -> bool:
    """The frozen file goes to the bank; it is made again first and has to be the same to the byte."""
    right = payees_stand(world, batch)
    answer = _move(world, batch, send_batch, world.town.maker, DONE if right else "incomplete", "sent")
    if answer == "incomplete":
        return cancel(world, batch)
    if batch.state == "sent":
        hand_over(world, batch)
    return True


def hand_over(world: World, batch: Batch) -> None:
    """The bank gets the file and holds it against what the auditor knows to be right."""
    if any(order.batch == batch.number for order in world.bank.book.orders.values()):
        return
    found = stored(batch)
    if not regenerate(found).same:
        raise world.fail(f"the file of {batch.number} is another one when it is made again")
    world.bank.take(make_file(found))
    asked = {
        order.number: (order.amount_fen, order.payee_account)
        for order in world.bank.book.of_batch(batch.number)
    }
    right = {entry.order.number: (entry.order.amount, entry.order.account) for entry in batch.live()}
    if asked != right:
        raise world.fail(f"the file of {batch.number} says {asked}, and right is {right}")
    world.say(f"the bank has {batch.number}")


def cancel(world: World, batch: Batch) -> bool:
    """A batch that did not leave is given up; its orders are free again."""

    def note(_came: object) -> None:
        batch.go("cancelled")
        for entry in batch.live():
            entry.live = False
            entry.order.batch = ""

    shown = stored(batch)
    world.ask(
        f"cancel {batch.number}",
        lambda: cancel_batch(world.town.maker, shown, on=world.day, opinion=Opinion(reason="重做")),
        DONE,
        then=note,
        seen=lambda: stands_at(batch, "cancelled"),
    )
    return True


def close(world: World, batch: Batch) -> bool:
    """Closed only when a statement shows every payment."""
    shown = BatchEntry.objects.filter(batch_id=batch.pk, live=True, state="paid", match=None).exists()
    answer = _move(world, batch, close_batch, world.town.maker, "incomplete" if shown else DONE, "closed")
    return answer != "incomplete"


# The bank works and answers.


def settle(world: World, batch: Batch) -> bool:
    """The bank pays, refuses, or leaves some in process."""
    pending = [o for o in world.bank.book.of_batch(batch.number) if o.state == "pending"]
    if not pending:
        return False
    shares = {} if world.calm else {"fail_share": 0.25, "pending_share": world.dice.choice((0, 0, 0.4))}
    world.bank.settle(batch.number, world.day, **shares)
    now = {o.number: o.state for o in world.bank.book.of_batch(batch.number)}
    world.say(f"the bank settles {batch.number}: {now}")
    return True


def result(world: World, batch: Batch, *, by_job: bool = False) -> bool:
    """A result file is taken in: whole, in part, wrong, again; at the desk or in the background."""
    drawn = 1.0 if world.calm else world.dice.random()
    fault = world.dice.choice(_faults(world)) if drawn < 0.25 else ""
    share = world.dice.choice((0.4, 0.7)) if drawn > 0.8 and not world.calm else 1.0
    content = world.bank.result(batch.number, share=share, fault=fault)
    says = _first(world, batch, share)
    again = content in batch.taken
    if by_job:
        return _result_by_job(world, batch, world.bank.result(batch.number))
    allowed = FILE_REFUSED if fault else ALREADY if again else DONE
    if (
        not fault
        and not again
        and any(date.fromisoformat(o.paid_on) <= world.closed_to for o in says if o.paid_on)
    ):
        allowed = {DONE, FILE_REFUSED}
    shown = stored(batch)

    def request() -> object:
        return take_result(world.town.maker, shown, content, name="回盘.csv", on=world.day)

    how = f" with {fault}" if fault else " in part" if share < 1 else ""
    answer = world.ask(
        f"take the result of {batch.number}{how}",
        request,
        allowed,
        then=lambda _r: answered(world, batch, says, content),
        seen=lambda: _is_taken(batch, content),
    )
    if answer == DONE and not world.calm and world.dice.random() < 0.25:
        world.ask("the same file again", request, ALREADY, seen=lambda: False)
    return True


def _faults(world: World) -> Sequence[str]:
    return [name for name in FAULTS if name in world.favour] or FAULTS


def _is_taken(batch: Batch, content: bytes) -> bool:
    import hashlib

    return ResultFile.objects.filter(batch_id=batch.pk, sha256=hashlib.sha256(content).hexdigest()).exists()


def _first(world: World, batch: Batch, share: float) -> list:
    orders = world.bank.book.of_batch(batch.number)
    return orders[: max(1, round(len(orders) * share))]


def answered(world: World, batch: Batch, says: list, content: bytes) -> None:
    """Tell the auditor what the bank's file said; lines in the order of the claims."""
    batch.taken.add(content)
    entries = {entry.order.number: entry for entry in batch.live()}
    for order in sorted(says, key=lambda order: entries[order.number].claim.pk):
        entry = entries[order.number]
        if entry.state != "waiting" or order.state == "pending":
            continue
        entry.state = order.state
        if order.state == "paid":
            world.audit.pay(entry.claim, order.serial)
        else:
            world.audit.fail(entry.claim)
    if batch.state == "sent" and all(entry.state != "waiting" for entry in batch.live()):
        batch.go("answered")
    receive_named(world)


def _result_by_job(world: World, batch: Batch, content: bytes) -> bool:
    file = store_bytes(content, name="回盘.csv", media_type="text/csv", sealed=True)
    shown = stored(batch)
    key = f"banking.take_result:{batch.pk}:{file.pk}"
    says = world.bank.book.of_batch(batch.number)
    frozen = [(order.number, order.state) for order in says]

    def note(_came: object) -> None:
        job = Job.objects.filter(unique_key=key).order_by("-pk").first()
        jobs_of(world)[job.pk] = ("result", batch.pk, content, frozen)

    world.ask(
        f"have the result of {batch.number} taken in the background",
        lambda: enqueue_result(world.town.maker, shown, file),
        DONE,
        then=note,
        seen=lambda: Job.objects.filter(unique_key=key, state__in=("queued", "running")).exists(),
    )
    return True


# Statements and what comes back.


def statement(world: World) -> bool:
    """The statement of the days that are over, in good order or not."""
    from_day, to_day = world.stated_to + timedelta(days=1), world.day - timedelta(days=1)
    if to_day < from_day:
        return False
    content = world.bank.statement(world.town.account_number, from_day, to_day)
    account = PayingAccount.objects.get(pk=world.town.account_id)
    drawn = 1.0 if world.calm else world.dice.random()
    allowed, taken = DONE, True
    if drawn < 0.1:
        content, allowed, taken = content[: len(content) * 2 // 3], FILE_REFUSED, False
    elif drawn < 0.2 and (later := _unlike(world, from_day)):
        # Days are left out: the balances do not meet.
        content = world.bank.statement(world.town.account_number, later, world.day)
        allowed, taken = FILE_REFUSED, False

    def request() -> object:
        return take_statement(world.town.maker, account, content, name="对账单.csv", on=world.day)

    def note(_came: object) -> None:
        if taken:
            world.stated_to = to_day
            receive_named(world)

    def seen() -> bool:
        import hashlib

        return BankStatement.objects.filter(sha256=hashlib.sha256(content).hexdigest()).exists()

    answer = world.ask(f"take the statement to {to_day:%m-%d}", request, allowed, then=note, seen=seen)
    if answer == DONE and not world.calm and world.dice.random() < 0.2:
        world.ask("the same statement again", request, ALREADY, seen=lambda: False)
    return True


def _unlike(world: World, from_day: date) -> date | None:
    """A later day that began with another balance."""
    book, account = world.bank.book, world.town.account_number
    opening = book.balance(account, before=from_day)
    days = (from_day + timedelta(days=n) for n in range(1, (world.day - from_day).days + 1))
    return next((day for day in days if book.balance(account, before=day) != opening), None)


def receive_named(world: World) -> None:
    """Money in a statement that names a notice counts for it, unless its month is closed."""
    for movement in world.bank.book.movements:
        known = world.receipts.get(movement.serial)
        if known is None or movement.day > world.stated_to.isoformat():
            continue
        claim, fen = known
        if fen > claim.open_fen or date.fromisoformat(movement.day) <= world.closed_to:
            continue
        world.receipts.pop(movement.serial)
        world.audit.receive(claim, fen, movement.serial)


def send_back(world: World, claim: Claim) -> bool:
    """The bank sends a payment back that it had made."""
    number = claim.order.number
    back = [m for m in world.bank.book.movements if m.amount_fen > 0 and m.reference.startswith(number + " ")]
    if back or number not in world.bank.book.orders:
        return False
    world.bank.give_back(number, world.day)
    world.say(f"the bank sends {number} back")
    return True


def undo_returned(world: World) -> bool:
    """Finance says of open movements that they are payments sent back."""
    lines = StatementLine.objects.filter(match=None, amount_fen__gt=0, reference__contains="退汇").order_by(
        "id"
    )
    for line in lines:
        _undo(world, line)
    return bool(lines)


def _undo(world: World, line: StatementLine) -> None:
    claim = next(c for c in world.audit.claims.values() if any(_names(line, o.number) for o in c.orders))
    live = _names(line, claim.order.number) and claim.state == "paid"
    allowed = "not_a_return"
    if live:
        allowed = DONE if world.audit.may_give_back(claim) else "incomplete"
        if line.booked_on <= world.closed_to:
            allowed = "period_closed" if allowed == DONE else allowed
    number = claim.order.number
    world.ask(
        f"undo {number}, which came back",
        lambda: match_return(world.town.finance, line, on=world.day),
        allowed,
        then=lambda _r: world.audit.give_back(claim),
        seen=lambda: PaymentOrder.objects.filter(number=number, state="returned").exists(),
    )


def _names(line: StatementLine, number: str) -> bool:
    return line.reference.startswith(number + " ")


# Background work.


def jobs_of(world: World) -> dict[int, tuple]:
    """What the auditor knows of jobs: their kind and what they are to do."""
    return world.known_jobs


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
        jobs_of(world)[live().pk] = ("release", chosen)

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
    kind, *about = jobs_of(world)[job_id]
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
        return
    if Job.objects.get(pk=job_id).state == "failed":
        raise world.fail(f"job {job_id} refused a file that was right")
    batch, content, frozen = world.batches[about[0]], about[1], dict(about[2])
    if content not in batch.taken and _is_taken(batch, content):
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
        jobs_of(world)[job().pk] = ("reconcile",)

    world.ask(
        "have everything reconciled",
        lambda: enqueue_run(world.town.city_finance),
        DONE,
        then=note,
        seen=lambda: job() is not None,
    )
    found = job()
    if found is not None and world.dice.random() < 0.7:
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
    found = claim_steps.notice(claim)
    world.ask(
        "receive money for a day of a closed month",
        lambda: receive_recovery(
            world.town.finance, found, amount_fen=1, received_on=world.closed_to, bank_serial=serial,
            key=serial, on=world.day,
        ),
        "period_closed",
        seen=lambda: False,
    )  # fmt: skip
    return True
