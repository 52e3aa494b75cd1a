"""Attacks on the bank's answers in writing: answers that nobody gave, letters of one person, or of none."""

from datetime import date
from threading import Event, Thread
from time import sleep
from typing import Any

import psycopg2
from django.db import connection, transaction

from apps.banking.models import BatchEntry, PaymentBatch, ResultFile, ResultLine, WrittenAnswer
from apps.banking.services.answer_in_writing import Letter, enter_answer, sign_answer, withdraw_answer
from apps.banking.services.take_result import take_result
from apps.casework.engine import Opinion
from tests.factories.recoveries import paper as document
from tests.faults.attacks import acted, copy_row, run, sent
from tests.faults.databases import Owner, connect
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import Town

# How long the other transaction stays open; whoever waits for it waits as long.
OPEN_SECONDS = 1.5


def waiting(town: Town) -> tuple[BatchEntry, Letter]:
    """A payment that the bank made and has not answered, and what its letter says of it."""
    batch, bank = sent(town)
    entry = BatchEntry.objects.get(batch=batch, live=True)
    order = bank.book.orders[entry.order_number]
    day = date.fromisoformat(order.paid_on)
    return entry, Letter("paid", "银行函〔2023〕8号", paid_on=day, bank_serial=order.serial)


def entered(town: Town) -> WrittenAnswer:
    """The letter, entered by one person."""
    entry, letter = waiting(town)
    return enter_answer(town.maker, entry, letter, upload=document(), on=FIRST_DAY)


def _written(town: Town, entry: BatchEntry, **changes: Any) -> WrittenAnswer:
    """A letter past the services."""
    said = {
        "number": "DF-attack", "entry": entry, "district_id": entry.batch.district_id, "outcome": "failed",
        "reason": "户名不符", "document": "银行函", "requested_by_id": town.maker.person_id,
    }  # fmt: skip
    with acted(town.maker, "create"):
        return WrittenAnswer.objects.create(**(said | changes))


def _signed_past_the_service(town: Town, answer: WrittenAnswer, person: int) -> None:
    with acted(town.checker, "sign"):
        WrittenAnswer.objects.filter(pk=answer.pk).update(
            state="signed", signed_by_id=person, signed_on=FIRST_DAY
        )


def answer_from_nowhere(town: Town, _owner: Owner) -> None:
    """A payment counts as made, and the bank has not said so."""
    entry, letter = waiting(town)
    run(
        "UPDATE banking_batchentry SET state = 'paid', paid_on = %s, bank_serial = %s WHERE id = %s",
        letter.paid_on, letter.bank_serial, entry.pk,
    )  # fmt: skip


def _own_file(batch: PaymentBatch) -> ResultFile:
    first = ResultFile.objects.order_by("id").first()
    copy_row("banking_resultfile", f"id = {first.pk}", sha256="repeat('0', 64)", batch_id=str(batch.pk))
    return ResultFile.objects.get(sha256="0" * 64)


def _said_in_a_file(entry: BatchEntry) -> None:
    ResultLine.objects.create(
        result_file=_own_file(entry.batch), entry=entry, row=1, outcome="failed", amount_fen=entry.amount_fen,
        reason="户名不符",
    )  # fmt: skip


def answer_by_letter_and_file(town: Town, _owner: Owner) -> None:
    """What a signed letter answered is answered by a file as well, and otherwise."""
    answer = sign_answer(town.checker, entered(town), on=FIRST_DAY)
    _said_in_a_file(BatchEntry.objects.select_related("batch").get(pk=answer.entry_id))


def change_a_letter(town: Town, _owner: Owner) -> None:
    """Another serial number than the one that was compared is signed for."""
    run("UPDATE banking_writtenanswer SET bank_serial = 'another' WHERE id = %s", entered(town).pk)


def letter_on_an_answered_payment(town: Town, _owner: Owner) -> None:
    _written(town, BatchEntry.objects.select_related("batch").filter(state="paid").first())


def sign_what_a_file_overtook(town: Town, _owner: Owner) -> None:
    """The letter waits; the file answers first; the letter counts all the same."""
    batch, bank = sent(town)
    entry = BatchEntry.objects.select_related("batch").get(batch=batch, live=True)
    answer = _written(town, entry, state="draft")
    with acted(town.maker, "submit"):
        WrittenAnswer.objects.filter(pk=answer.pk).update(state="submitted")
    take_result(town.maker, batch, bank.result(batch.number), name="回盘.csv", on=FIRST_DAY)
    _signed_past_the_service(town, answer, town.checker.person_id)


def letter_while_a_file_answers(town: Town, _owner: Owner) -> None:
    """The file's transaction has answered the payment and is open; the letter does not wait for it."""
    entry, _letter = waiting(town)
    entry = BatchEntry.objects.select_related("batch").get(pk=entry.pk)
    answered, failures = Event(), []

    def file() -> None:
        try:
            with transaction.atomic():
                _said_in_a_file(entry)
                run(
                    "UPDATE banking_batchentry SET state = 'failed', reason = '户名不符' WHERE id = %s",
                    entry.pk,
                )
                answered.set()
                sleep(OPEN_SECONDS)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            answered.set()
            connection.close()

    other = Thread(target=file)
    other.start()
    answered.wait()
    try:
        _written(town, entry)
    finally:
        other.join()
    if failures:
        raise LookupError("the file did not answer") from failures[0]


def sign_ones_own_letter(town: Town, _owner: Owner) -> None:
    _signed_past_the_service(town, entered(town), town.maker.person_id)


def second_letter(town: Town, _owner: Owner) -> None:
    """Two letters on one payment wait, and one says otherwise."""
    _written(town, BatchEntry.objects.select_related("batch").get(pk=entered(town).entry_id))


def number_twice(town: Town, _owner: Owner) -> None:
    """The number of a letter that was withdrawn is another one's."""
    answer = withdraw_answer(town.maker, entered(town), on=FIRST_DAY, opinion=Opinion(reason="写错"))
    _written(town, BatchEntry.objects.select_related("batch").get(pk=answer.entry_id), number=answer.number)


def paid_without_a_serial(town: Town, _owner: Owner) -> None:
    entry, _letter = waiting(town)
    _written(town, entry, outcome="paid", paid_on=FIRST_DAY, reason="")


def letter_without_a_name(town: Town, _owner: Owner) -> None:
    entry, _letter = waiting(town)
    _written(town, entry, document="")


def letter_in_no_state(town: Town, _owner: Owner) -> None:
    """The owner puts it where no step leads to."""
    answer = entered(town)
    _as_owner(
        "ALTER TABLE banking_writtenanswer DISABLE TRIGGER USER;"
        f" UPDATE banking_writtenanswer SET state = 'lost' WHERE id = {answer.pk};"
        " ALTER TABLE banking_writtenanswer ENABLE TRIGGER USER"
    )


def _as_owner(sql: str) -> None:
    raw = connect(autocommit=False)
    try:
        with raw, raw.cursor() as cursor:
            cursor.execute(sql)
    except psycopg2.Error as refusal:
        raise AssertionError(refusal.diag.constraint_name or str(refusal)) from refusal
    finally:
        raw.close()


def sign_without_the_letter(town: Town, _owner: Owner) -> None:
    """Nothing was handed in, and the payment is answered."""
    entry, letter = waiting(town)
    answer = _written(
        town, entry, outcome="paid", paid_on=letter.paid_on, bank_serial=letter.bank_serial, reason=""
    )
    with acted(town.maker, "submit"):
        WrittenAnswer.objects.filter(pk=answer.pk).update(state="submitted")
    sign_answer(town.checker, WrittenAnswer.objects.get(pk=answer.pk), on=FIRST_DAY)
