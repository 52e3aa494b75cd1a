"""What no result file says of a payment, the bank's letter does: entered by one person, signed by another."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from apps.banking.models import (
    BatchEntry,
    ResultLine,
    StatementMatch,
    WrittenAnswer,
)
from apps.banking.selectors import candidates, failed_payments, hints, open_orders
from apps.banking.services import answer_in_writing as service
from apps.banking.services.batch_steps import close_batch, take_back_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.take_result import take_result
from apps.casework.engine import Opinion
from apps.casework.models import CaseDocument, History
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.ledger.models import Transaction
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.letters import (
    BY_FILE,
    NOT_PAID,
    PAID,
    answered,
    at_the_bank,
    batch_of,
    entered,
    said,
    waiting,
)
from tests.ground import stands

pytestmark = pytest.mark.django_db
BECAUSE = Opinion(reason="函件有误")


@pytest.fixture
@stands
def of():
    """A batch of two payments of which the bank has answered one."""
    return at_the_bank()


def codes(refusal) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


class TestWithBothSignatures:
    def test_a_paid_one_is_posted_its_claim_is_paid_and_the_batch_is_answered(self, of):
        entry = answered(of)
        assert (entry.state, entry.paid_on, entry.bank_serial) == ("paid", ON, "LETTER-1")
        assert (entry.order.state, entry.order.claim.state) == ("paid", "paid")
        assert Transaction.objects.get(key=f"order:{entry.order_id}:paid").on == ON
        assert batch_of(of).state == "answered"
        assert make.broken() == []

    def test_one_that_was_not_paid_waits_for_its_correction(self, of):
        entry = answered(of, NOT_PAID)
        assert (entry.state, entry.reason) == ("failed", NOT_PAID.reason)
        assert (entry.order.state, entry.order.failure) == ("failed", NOT_PAID.reason)
        assert list(failed_payments(of.maker)) == [entry.order]
        assert batch_of(of).state == "answered"
        assert release_payment(of.maker, entry.order.claim, on=make.MUCH_LATER).state == "released"
        assert make.broken() == []

    def test_the_statement_finds_it_the_sides_agree_and_the_batch_is_closed(self, of):
        entry = answered(of)
        of.bank.receive(
            of.account.account_number, -entry.amount_fen, ON, payer="甲", reference="补贴"
        ).serial = "LETTER-1"
        make.stated(of)
        make.run()
        assert make.standing() == {}
        assert StatementMatch.objects.filter(entry=entry).exists()
        assert close_batch(of.maker, batch_of(of), on=make.MUCH_LATER).state == "closed"
        assert make.broken() == []

    def test_a_batch_of_which_another_payment_waits_stays_with_the_bank(self):
        of = make.opened(banking.treasury(payments=2))
        batch = banking.sent(of)
        entry = batch.entries.order_by("position").first()
        service.sign_answer(of.checker, entered(of, entry=entry), on=make.LATER)
        assert batch_of(of).state == "sent"
        assert make.broken() == []

    def test_a_payment_that_the_letter_denies_and_a_statement_shows_is_recorded_by_hand(self, of):
        entry = answered(of, NOT_PAID)
        of.bank.receive(
            of.account.account_number, -entry.amount_fen, ON, payer="甲", reference=entry.order_number
        ).serial = "AFTER-ALL"
        line = make.stated(of).lines.get(bank_serial="AFTER-ALL")
        with translation.override("en"):
            assert "called failed" in hints([line])[line.pk].sentence
        make.run()
        assert set(make.standing()) == {"line_out"}
        claim = release_payment(of.maker, entry.order.claim, on=make.MUCH_LATER)
        record_payment(of.maker, claim, on=make.MUCH_LATER, paid_on=ON, bank_serial="AFTER-ALL")
        make.run()
        assert make.standing() == {}
        assert make.broken() == []

    def test_a_payment_that_the_letter_denies_and_a_statement_shows_goes_into_no_further_batch(self, of):
        entry = answered(of, NOT_PAID)
        claim = release_payment(of.maker, entry.order.claim, on=make.MUCH_LATER)
        [candidate] = candidates(of.account, open_orders(of.maker, of.account, of.district))
        assert candidate.problems == ()
        of.bank.receive(
            of.account.account_number, -entry.amount_fen, ON, payer="甲", reference=entry.order_number
        ).serial = "AFTER-ALL"
        make.stated(of)
        order = claim.orders.get(attempt=2)
        with translation.override("en"), pytest.raises(Refused) as refused:
            build_batch(
                of.maker,
                of.account,
                district=of.district,
                orders=[order.pk],
                pay_on=make.MUCH_LATER,
                on=make.MUCH_LATER,
            )
        assert "Do not pay it twice" in refused.value.problems[0].message
        record_payment(of.maker, claim, on=make.MUCH_LATER, paid_on=ON, bank_serial="AFTER-ALL")
        make.run()
        assert make.standing() == {}

    def test_a_payment_that_the_letter_affirms_and_no_statement_shows_is_a_difference(self, of):
        entry = answered(of)
        make.stated(of)
        make.run()
        make.corrected(of, make.standing()["result_unseen"], "never_paid")
        entry.order.refresh_from_db()
        assert entry.order.state == "returned"
        day = make.MUCH_LATER + timedelta(days=1)
        of.bank.receive(
            of.account.account_number, -entry.amount_fen, day, payer="甲", reference="补贴"
        ).serial = "LETTER-1"
        make.stated(of, make.LATER + timedelta(days=1), day)
        make.run(day)
        assert set(make.standing()) == {"made_after_all"}


class TestBeforeTheSecondSignature:
    def test_nothing_is_answered(self, of):
        answer = entered(of)
        assert answer.state == "submitted"
        assert CaseDocument.objects.of(answer).get().kind == "bank_letter"
        assert waiting(of).order.state == "released"
        assert batch_of(of).state == "sent"

    def test_it_is_taken_back_or_refused_with_a_reason_and_entered_anew(self, of):
        with pytest.raises(InvalidInput):
            service.withdraw_answer(of.maker, entered(of), on=make.LATER)
        answer = service.withdraw_answer(
            of.maker, WrittenAnswer.objects.get(), on=make.LATER, opinion=BECAUSE
        )
        assert answer.state == "withdrawn"
        answer = service.refuse_answer(of.checker, entered(of), on=make.LATER, opinion=BECAUSE)
        assert answer.state == "refused"
        assert waiting(of).order.state == "released"
        assert answered(of, NOT_PAID).state == "failed"

    def test_there_is_one_letter_on_a_payment_at_a_time(self, of):
        entered(of)
        with pytest.raises(Conflict) as refusal:
            entered(of, NOT_PAID)
        assert refusal.value.code == "answer_open"

    def test_whoever_entered_it_does_not_sign(self, of):
        answer = entered(of)
        with pytest.raises(Refused) as refusal:
            service.sign_answer(of.maker, answer, on=make.LATER)
        assert refusal.value.code == "segregation"

    def test_only_finance_enters_and_signs_and_only_of_its_own_district(self, of):
        with pytest.raises(Forbidden):
            entered(of, actor=of.signer)
        with pytest.raises(NotFound):
            entered(of, actor=make.outsider())
        answer = entered(of)
        with pytest.raises(Forbidden):
            service.sign_answer(of.signer, answer, on=make.LATER)
        with pytest.raises(NotFound):
            service.sign_answer(make.outsider(), answer, on=make.LATER)

    def test_a_result_file_that_comes_before_the_signature_counts(self, of):
        answer = entered(of)
        content = said(of, waiting(of).order_number, **BY_FILE)
        take_result(of.maker, batch_of(of), content, name="r2.csv", on=make.LATER)
        with pytest.raises(Refused) as refusal:
            service.sign_answer(of.checker, answer, on=make.LATER)
        assert "answered" in codes(refusal)
        service.withdraw_answer(of.maker, answer, on=make.LATER, opinion=BECAUSE)
        assert make.broken() == []


class TestWhatIsEntered:
    @pytest.mark.parametrize(
        ("letter", "field"),
        [
            (replace(PAID, paid_on=None), "paid_on"),
            (replace(PAID, paid_on=make.LATER + timedelta(days=1)), "paid_on"),
            (replace(PAID, bank_serial=" "), "bank_serial"),
            (replace(PAID, document=""), "document"),
            (replace(PAID, outcome="pending"), "outcome"),
            (replace(NOT_PAID, reason=" "), "reason"),
        ],
    )
    def test_each_thing_that_is_missing_is_named_at_its_field(self, of, letter, field):
        with pytest.raises(InvalidInput) as refusal:
            entered(of, letter)
        assert [problem.field for problem in refusal.value.problems] == [field]
        assert not WrittenAnswer.objects.exists()

    def test_the_letter_itself_is_handed_in(self, of):
        with pytest.raises(InvalidInput) as refusal:
            entered(of, upload=None)
        assert [problem.field for problem in refusal.value.problems] == ["file"]

    def test_the_bank_cannot_have_paid_before_the_file_was_signed(self, of):
        with pytest.raises(Refused) as refusal:
            entered(of, replace(PAID, paid_on=ON - timedelta(days=1)))
        assert codes(refusal) == ["paid_on"]

    def test_a_serial_number_counts_once(self, of):
        used = BatchEntry.objects.get(state="paid").bank_serial
        with pytest.raises(Refused) as refusal:
            entered(of, replace(PAID, bank_serial=used))
        assert codes(refusal) == ["serial_used"]

    def test_it_is_about_a_payment_that_waits_at_the_bank(self, of):
        with pytest.raises(Conflict) as refusal:
            entered(of, entry=BatchEntry.objects.get(state="paid"))
        assert refusal.value.code == "answered"

    def test_a_batch_that_is_not_with_the_bank_has_no_answers(self):
        batch = banking.signed(of := banking.treasury())
        with pytest.raises(Conflict) as refusal:
            entered(of, entry=batch.entries.get())
        assert refusal.value.code == "not_sent"

    def test_whoever_records_by_hand_is_told_of_the_answer_in_writing(self, of):
        claim = waiting(of).order.claim
        with translation.override("en"), pytest.raises(Refused, match="answers in writing"):
            record_payment(of.maker, claim, on=make.LATER, paid_on=make.LATER, bank_serial="B-9")


class TestALaterResultFile:
    @pytest.mark.parametrize("letter", [PAID, NOT_PAID])
    def test_that_says_the_same_is_taken_and_changes_nothing(self, of, letter):
        entry = answered(of, letter)
        word = {"serial": "LETTER-1", "paid_on": ON.isoformat()} if letter is PAID else {"reason": "账户销户"}
        content = said(of, entry.order_number, state=letter.outcome, **word)
        take_result(of.maker, batch_of(of), content, name="r2.csv", on=make.LATER)
        assert not ResultLine.objects.filter(entry=entry).exclude(outcome="pending").exists()
        entry.refresh_from_db()
        assert entry.state == letter.outcome
        assert make.broken() == []

    @pytest.mark.parametrize(
        ("letter", "words"),
        [
            (PAID, {"state": "failed", "reason": "账户销户"}),
            (PAID, {"state": "paid", "serial": "OTHER", "paid_on": ON.isoformat()}),
            (NOT_PAID, {"state": "paid", "serial": "OTHER", "paid_on": ON.isoformat()}),
        ],
    )
    def test_that_says_otherwise_is_refused_with_its_line_and_the_letter(self, of, letter, words):
        entry = answered(of, letter)
        content = said(of, entry.order_number, **words)
        with translation.override("en"), pytest.raises(InvalidInput) as refusal:
            take_result(of.maker, batch_of(of), content, name="r2.csv", on=make.LATER)
        [problem] = refusal.value.problems
        assert (problem.code, bool(problem.row)) == ("answered_otherwise", True)
        assert letter.document in str(problem.message)

    def test_that_still_calls_it_in_process_is_taken(self, of):
        answered(of)
        content = of.bank.result(batch_of(of).number, share=0.5)
        taken = take_result(of.maker, batch_of(of), content, name="r2.csv", on=make.LATER)
        assert taken.file.pending_count == 1
        assert make.broken() == []


def test_a_file_of_which_a_payment_was_answered_in_writing_was_taken_by_the_bank():
    of = make.opened(banking.treasury(payments=2))
    batch = banking.sent(of)
    entry = batch.entries.order_by("position").first()
    service.sign_answer(of.checker, entered(of, entry=entry), on=make.LATER)
    with pytest.raises(Refused) as refusal:
        take_back_batch(of.signer, batch_of(of), on=make.LATER, opinion=BECAUSE)
    assert "answered" in codes(refusal)


def test_the_history_tells_who_entered_and_who_signed(of):
    answered(of)
    rows = History.objects.of(WrittenAnswer.objects.get())
    assert [(row.action, row.person_id) for row in rows] == [
        ("create", of.maker.person_id),
        ("submit", of.maker.person_id),
        ("sign", of.checker.person_id),
    ]
