"""Steps with the bank: it settles and answers in every condition; statements, and what comes back."""

from collections.abc import Sequence
from datetime import date, timedelta

from apps.banking.fake_bank.bank import FAULTS
from apps.banking.models import (
    BankStatement,
    PayingAccount,
    ResultFile,
    StatementLine,
)
from apps.banking.parts import division_in_force, parts_of
from apps.banking.services.divide import Part, divide, take_back
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.banking.tasks import enqueue_result
from apps.core.files import store_bytes
from apps.core.models import Job
from apps.payouts.models import PaymentOrder
from tests.faults.batch_steps import stored
from tests.faults.figures import DONE, Batch, Claim
from tests.faults.moving import TOGETHER, came_back, drawn_for
from tests.faults.town import ON
from tests.faults.world import ALREADY, FILE_REFUSED, World

# The bank works and answers.


def settle(world: World, batch: Batch) -> bool:
    """The bank pays, refuses, or leaves some in process."""
    orders = world.bank.book.of_batch(batch.number)
    pending = [o for o in orders if o.state == "pending"]
    if not pending:
        return False
    shares = {} if world.calm else {"fail_share": 0.25, "pending_share": world.dice.choice((0, 0, 0.4))}
    share = 0.1 if len(orders) == 1 else 0.5
    as_one_sum = len(pending) == len(orders) and drawn_for(f"{batch.number}:{world.day}") < share
    if as_one_sum:
        shares.pop("pending_share", None)
        world.say(f"the bank books {batch.number} as one sum")
    world.bank.settle(batch.number, world.day, as_one_sum=as_one_sum, **shares)
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
        seen=lambda: is_taken(batch, content),
    )
    if answer == DONE and not world.calm and world.dice.random() < 0.25:
        world.ask("the same file again", request, ALREADY, seen=lambda: False)
    return True


def _faults(world: World) -> Sequence[str]:
    return [name for name in FAULTS if name in world.favour] or FAULTS


def is_taken(batch: Batch, content: bytes) -> bool:
    """Whether this very file was taken in: the one row that is asked after a crash."""
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
        world.known_jobs[job.pk] = ("result", batch.pk, content, frozen)

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
    drawn = 1.0 if world.calm else 0.15 if "gap" in world.favour else world.dice.random()
    allowed, taken = DONE, True
    if drawn < 0.1:
        content, allowed, taken = content[: len(content) * 2 // 3], FILE_REFUSED, False
    elif drawn < 0.2 and (later := _unlike(world, from_day)):
        # Days are left out: the balances do not meet.
        content = world.bank.statement(world.town.account_number, later, world.day)
        allowed, taken = FILE_REFUSED, False
    elif drawn < 0.4:
        # It repeats what was taken in.
        since = max(ON, from_day - timedelta(days=world.dice.randrange(1, 15)))
        content = world.bank.statement(world.town.account_number, since, to_day)

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
    """Money in a statement that names a notice counts for it; of a closed month, on the first open day."""
    for movement in world.bank.book.movements:
        known = world.receipts.get(movement.serial)
        if known is None or movement.day > world.stated_to.isoformat():
            continue
        claim, fen = known
        if fen > claim.wanted_fen:
            continue
        world.receipts.pop(movement.serial)
        world.audit.receive(claim, fen, movement.serial)


def send_back(world: World, claim: Claim) -> bool:
    """The bank sends a payment back that it had made."""
    number = claim.order.number
    if not _may_send_back(world, number):
        return False
    others = [c.order.number for c in world.claims("paid") if c is not claim]
    others = [other for other in others if _may_send_back(world, other)]
    if others and drawn_for(f"{number}:{world.day}") < 0.8:
        world.bank.give_back_together([number, others[0]], world.day)
        world.say(f"the bank sends {number} and {others[0]} back in one movement")
        return True
    world.bank.give_back(number, world.day)
    world.say(f"the bank sends {number} back")
    return True


def _may_send_back(world: World, number: str) -> bool:
    if number not in world.bank.book.orders or number in world.unmoved:
        return False
    return not came_back(world.bank, number)


def undo_returned(world: World) -> bool:
    """Finance divides what came back together, and says of open movements that they came back."""
    together = StatementLine.objects.filter(division=None, reference__startswith=TOGETHER).order_by("id")
    for line in together:
        _divide(world, line)
    lines = StatementLine.objects.filter(match=None, amount_fen__gt=0, reference__contains="退汇")
    found = list(lines.exclude(reference__startswith=TOGETHER).order_by("id"))
    for line in found:
        _undo(world, line)
    return bool(found)


def _divide(world: World, line: StatementLine) -> None:
    """Each payment is a part. Where it is typed wrongly at first, the division is taken back."""
    numbers = [word for word in line.reference.split() if word in world.bank.book.orders]
    right = [world.bank.book.orders[number].amount_fen for number in numbers]
    wrong = [right[0] + 1, right[1] - 1]
    typed = [wrong, right] if not world.calm and drawn_for(line.reference) < 0.3 else [right]
    for amounts in typed:
        stands = _divided_into(line)
        if stands == right:
            return
        if stands:
            world.ask(
                "take a division back",
                lambda: take_back(world.town.checker, line, reason="输错了"),
                DONE,
                seen=lambda: not _divided_into(line),
            )
        if _divided_into(line):
            return
        wanted = [Part(fen, f"{number} 退汇") for fen, number in zip(amounts, numbers, strict=True)]
        world.ask(
            "divide what came back together",
            lambda wanted=wanted: divide(world.town.finance, line, wanted, reason="两笔退汇"),
            DONE,
            seen=lambda: bool(_divided_into(line)),
        )


def _divided_into(line: StatementLine) -> list[int]:
    division = division_in_force(line)
    return [part.amount_fen for part in parts_of(division)] if division is not None else []


def _undo(world: World, line: StatementLine) -> None:
    claim = next(c for c in world.audit.claims.values() if any(_names(line, o.number) for o in c.orders))
    live = _names(line, claim.order.number) and claim.state == "paid"
    live = live and line.amount_fen == claim.order.amount
    allowed = "not_a_return"
    if live:
        allowed = DONE if world.audit.may_give_back(claim) else "incomplete"
        if claim.order.number in world.misbooked and allowed != "incomplete":
            allowed = "not_in_the_books"
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
