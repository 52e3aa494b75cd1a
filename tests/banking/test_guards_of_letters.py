"""What the database refuses of the bank's answers in writing, and what the audit finds of them."""

import pytest
from django.db import connection, transaction

from apps.banking.models import BatchEntry, ResultFile, ResultLine, WrittenAnswer
from apps.banking.services.take_result import take_result
from apps.casework.acting import acting
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.letters import BY_FILE, NOT_PAID, answered, at_the_bank, batch_of, entered, said, waiting
from tests.ground import stands
from tests.ledger.conftest import refused_by, run
from tests.reconciliation.test_differences import planting

pytestmark = pytest.mark.django_db


@pytest.fixture
@stands
def of():
    """A batch of two payments of which the bank has answered one."""
    return at_the_bank()


def past_the_services(of, change, by) -> None:
    """Change letters in the database as this person, without any service."""
    with transaction.atomic(), acting(by, "sign"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE banking_writtenanswer SET {change}")


def signed_by(person_id) -> str:
    return f"state = 'signed', signed_by_id = {person_id}, signed_on = '{make.LATER}'"


def another(of, entry, number="DF-2") -> WrittenAnswer:
    """A second letter, written past the services."""
    with transaction.atomic(), acting(of.maker, "create"):
        return WrittenAnswer.objects.create(
            number=number,
            entry=entry,
            district_id=of.district,
            outcome="failed",
            reason="x",
            document="x",
            requested_by_id=of.maker.person_id,
        )


class TestTheDatabase:
    def test_takes_no_answer_from_anywhere_but_a_file_or_a_signed_letter(self, of):
        entered(of)
        with refused_by("banking_answered_by_the_bank"):
            run(
                f"UPDATE banking_batchentry SET state = 'paid', paid_on = '{ON}', bank_serial = 'LETTER-1'"
                " WHERE state = 'waiting'"
            )

    def test_takes_no_other_answer_than_the_letter_gives(self, of):
        entered(of)
        past_the_services(of, signed_by(of.checker.person_id), of.checker)
        with refused_by("banking_answered_by_the_bank"):
            run(
                f"UPDATE banking_batchentry SET state = 'paid', paid_on = '{ON}', bank_serial = 'OTHER'"
                " WHERE state = 'waiting'"
            )

    def test_takes_no_other_answer_than_the_file_gives(self, of):
        entry = waiting(of)
        assert entry.result_lines.get().outcome == "pending"
        with refused_by("banking_answered_by_the_bank"):
            run("UPDATE banking_batchentry SET state = 'failed', reason = 'x' WHERE state = 'waiting'")

    def test_wants_two_persons(self, of):
        entered(of)
        with refused_by("written_answer_of_two_persons"):
            past_the_services(of, signed_by(of.maker.person_id), of.maker)

    def test_keeps_a_letter_as_it_was_entered(self, of):
        entered(of)
        with refused_by("banking_written_answer_stands"):
            run("UPDATE banking_writtenanswer SET bank_serial = 'OTHER'")

    def test_has_one_letter_under_way_on_a_payment(self, of):
        answer = entered(of)
        with refused_by("one_written_answer_per_payment"):
            another(of, answer.entry)

    def test_has_no_letter_on_a_payment_that_is_answered(self, of):
        with refused_by("banking_written_answer_awaited"):
            another(of, BatchEntry.objects.get(state="paid"))

    def test_signs_no_letter_on_a_payment_that_a_file_answered_meanwhile(self, of):
        entered(of)
        content = said(of, waiting(of).order_number, **BY_FILE)
        take_result(of.maker, batch_of(of), content, name="r2.csv", on=make.LATER)
        with refused_by("banking_written_answer_awaited"):
            past_the_services(of, signed_by(of.checker.person_id), of.checker)

    def test_takes_no_line_of_a_file_on_what_was_answered_in_writing(self, of):
        entry = answered(of, NOT_PAID)
        first = ResultFile.objects.get()
        first.pk, first.sha256 = None, "0" * 64
        first.save(force_insert=True)
        with refused_by("banking_answered_in_writing"):
            ResultLine.objects.create(
                result_file=first, entry=entry, row=1, outcome="failed", amount_fen=1, reason="x"
            )


BROKEN = {
    "a_letter_that_is_gone": (
        "banking_writtenanswer",
        "UPDATE banking_writtenanswer SET state = 'refused', signed_by_id = NULL, signed_on = NULL",
        {"I10"},
    ),
    "another_answer_than_the_letters": (
        "banking_writtenanswer",
        "UPDATE banking_writtenanswer SET bank_serial = 'OTHER'",
        {"I10f"},
    ),
    "a_letter_without_its_paper": (
        "casework_casedocument",
        "UPDATE casework_casedocument SET subject_id = 0 WHERE subject_type = 'banking.writtenanswer'",
        {"I10f"},
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_audit_finds(of, what):
    answered(of)
    assert make.broken() == []
    table, change, wanted = BROKEN[what]
    with planting(table) as cursor:
        cursor.execute(change)
    assert {number for number, _rows in make.broken()} == wanted
