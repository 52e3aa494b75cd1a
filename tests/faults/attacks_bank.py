"""Attacks on batches, answers and statements, and many at the same moment."""

import hashlib
from collections.abc import Callable
from datetime import date
from threading import Barrier, Event, Thread
from typing import Any

from django.db import connection, transaction

from apps.banking.models import (
    BankStatement,
    PayingAccount,
    PaymentBatch,
    ResultFile,
    ResultLine,
    StatementLine,
)
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.claims.models import Claim
from apps.claims.services.sign_claim import sign_claim
from apps.core import clock, jobs
from apps.core.errors import ShituError
from apps.core.models import Job, JobState
from tests.faults.attacks import another_account, copy_row, drafted, frozen, run, sent
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import Town

MANY = 4
# How long a worker waits for a second one that must not come.
SECOND_WORKER_SECONDS = 3


# Batches, answers, statements.


def order_in_two_batches(town: Town, _owner: Owner) -> None:
    batch = drafted(town)
    with transaction.atomic():
        copy_row(
            "banking_batchentry", f"batch_id = {batch.pk}", position="position + 1",
        )  # fmt: skip


def send_to_a_changed_payee(town: Town, _owner: Owner) -> None:
    from apps.casework.acting import acting

    batch = frozen(town)
    another_account(town, 1)
    with transaction.atomic(), acting(town.maker, "send"):
        PaymentBatch.objects.filter(pk=batch.pk).update(state="sent", sent_on=FIRST_DAY)


def change_a_frozen_batch(town: Town, _owner: Owner) -> None:
    run("UPDATE banking_paymentbatch SET total_fen = total_fen + 1 WHERE id = %s", frozen(town).pk)


def change_an_entry(town: Town, _owner: Owner) -> None:
    run("UPDATE banking_batchentry SET amount_fen = amount_fen + 1 WHERE batch_id = %s", frozen(town).pk)


def batch_of_two_people(town: Town, _owner: Owner) -> None:
    run("UPDATE banking_paymentbatch SET checker_id = maker_id WHERE id = %s", drafted(town).pk)


def _first_file() -> ResultFile:
    return ResultFile.objects.order_by("id").first()


def answer_twice(_town: Town, _owner: Owner) -> None:
    file = _first_file()
    copy_row("banking_resultfile", f"id = {file.pk}", sha256="repeat('0', 64)")
    line = ResultLine.objects.filter(result_file=file).order_by("id").first()
    other = ResultFile.objects.order_by("-id").first()
    copy_row(
        "banking_resultline", f"id = {line.pk}", result_file_id=str(other.pk), bank_serial="'another'",
    )  # fmt: skip


def file_twice(_town: Town, _owner: Owner) -> None:
    copy_row("banking_resultfile", f"id = {_first_file().pk}")


def movement_twice(_town: Town, _owner: Owner) -> None:
    line = StatementLine.objects.order_by("id").first()
    copy_row("banking_statementline", f"id = {line.pk}", row='"row" + 1')


def job_twice(town: Town, _owner: Owner) -> None:
    for _time in range(2):
        Job.objects.create(kind="attack", params={}, unique_key="attack", send_after=clock.now())


def _taken_by(town: Town, batch: PaymentBatch, content: bytes) -> None:
    take_result(town.maker, batch, content, name="回盘.csv", on=FIRST_DAY)


def _checked_again(lines: list[bytes]) -> bytes:
    """A result file of these lines with the check value that its sender would give it."""
    body = b"\r\n".join(lines) + b"\r\n"
    title = "校验码".encode("gb18030")
    return body + title + b"," + hashlib.sha256(body).hexdigest().encode() + b"\r\n"


def altered_file(town: Town, _owner: Owner) -> None:
    """A byte of a name's serial number changes on the way; all else still fits."""
    batch, bank = sent(town)
    content = bank.result(batch.number)
    serial = bank.book.of_batch(batch.number)[0].serial.encode()
    _taken_by(town, batch, content.replace(serial, serial[:-1] + (b"7" if serial[-1:] != b"7" else b"8")))


def wrong_total(town: Town, _owner: Owner) -> None:
    """The closing line says one payment more than the file holds."""
    batch, bank = sent(town)
    lines = bank.result(batch.number).split(b"\r\n")[:-2]
    cells = lines[-1].split(b",")
    cells[1] = str(int(cells[1]) + 1).encode()
    _taken_by(town, batch, _checked_again([*lines[:-1], b",".join(cells)]))


def wrong_amount(town: Town, _owner: Owner) -> None:
    """A line says one fen more than was ordered, and the closing line hides it."""
    batch, bank = sent(town)
    right = bank.result(batch.number).split(b"\r\n")[:-2]
    wrong = bank.result(batch.number, fault="wrong-amount").split(b"\r\n")[:-2]
    _taken_by(town, batch, _checked_again([*wrong[:-1], right[-1]]))


def contradict_an_answer(town: Town, _owner: Owner) -> None:
    """A later file says of a paid order that it failed."""
    batch, bank = sent(town)
    _taken_by(town, batch, bank.result(batch.number))
    order = bank.book.of_batch(batch.number)[0]
    order.state, order.serial, order.paid_on, order.reason = "failed", "", "", "账号已销户"
    _taken_by(town, batch, bank.result(batch.number))


def repeat_otherwise(town: Town, _owner: Owner) -> None:
    """A statement repeats a movement that was taken in with one fen more."""
    bank = town.fresh_bank()
    known = next(m for m in bank.book.movements if m.day <= town.stated_to.isoformat())
    known.amount_fen += 1
    account = PayingAccount.objects.get(pk=town.account_id)
    content = bank.statement(town.account_number, date.fromisoformat(known.day), FIRST_DAY)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)


# Many at the same moment.


def _at_once(count: int, action: Callable[[int], Any]) -> list[Any]:
    outcomes: list[Any] = [None] * count
    start = Barrier(count)

    def one(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            start.wait()
            outcomes[number] = action(number)
        except Exception as error:  # noqa: BLE001 - told in the outcomes
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _one_wins(outcomes: list[Any], *refusals: str) -> None:
    """Raises where exactly one was done and the others were told so in a sentence."""
    done = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    clean = [o for o in outcomes if isinstance(o, ShituError) and o.code in refusals]
    if len(done) == 1 and len(clean) == len(outcomes) - 1:
        raise AssertionError("exactly one of many was done")


def sign_at_once(town: Town, _owner: Owner) -> None:
    """The same signature many times at the same moment; several rounds, since the moment must be met."""
    claim = Claim.objects.select_related("training_class__plan").get(pk=town.shops[1].claim_id)
    outcomes = _at_once(MANY, lambda _n: sign_claim(town.supervisor, claim, on=FIRST_DAY))
    _one_wins(outcomes, "wrong_state")


def take_at_once(town: Town, _owner: Owner) -> None:
    """The same file taken in many times at the same moment."""
    batch, bank = sent(town)
    content = bank.result(batch.number)

    def take(_number: int) -> bool:
        return take_result(town.maker, batch, content, name="回盘.csv", on=FIRST_DAY).already

    outcomes = _at_once(MANY, take)
    if sorted(map(str, outcomes)) == ["False", *["True"] * (MANY - 1)]:
        raise AssertionError("exactly one of many was done")


def undo_at_once(town: Town, _owner: Owner) -> None:
    """The same movement said to be a payment sent back, many times at the same moment."""
    from datetime import timedelta

    bank = town.fresh_bank()
    bank.give_back(town.order_number, FIRST_DAY)
    account = PayingAccount.objects.get(pk=town.account_id)
    content = bank.statement(town.account_number, town.stated_to + timedelta(days=1), FIRST_DAY)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)
    line = StatementLine.objects.filter(statement=BankStatement.objects.latest("id")).get()
    outcomes = _at_once(MANY, lambda _n: match_return(town.finance, line, on=FIRST_DAY))
    _one_wins(outcomes, "matched")


def deliver_at_once(town: Town, _owner: Owner) -> None:
    """The same message delivered to several workers while the job runs."""
    inside: list[int] = []
    overlap: list[int] = []
    # On a busy machine the others come late: whoever runs it stays until a second one does.
    second = Event()

    def handler(job: Job) -> None:
        inside.append(job.pk)
        overlap.append(len(inside))
        if len(inside) > 1:
            second.set()
        second.wait(SECOND_WORKER_SECONDS)
        inside.pop()

    job = Job.objects.create(kind="attack", params={}, state=JobState.QUEUED, send_after=clock.now())
    jobs._handlers["attack"] = handler
    try:
        _at_once(MANY, lambda _n: jobs.run(job.pk))
    finally:
        jobs._handlers.pop("attack")
    if max(overlap) == 1 and len(overlap) == 1:
        raise AssertionError("one worker ran it")
