"""A payment that was taken for sent back and was not: undone by two persons, and matched anew."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.banking.models import PaymentBatch, StatementLine, StatementMatch, UndoneMatch
from apps.banking.selectors import failed_payments
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimState
from apps.claims.models import Entitlement
from apps.core.errors import Forbidden, InvalidInput, NotFound, Refused
from apps.ledger.models import Leg, Transaction
from apps.ledger.periods import open_from
from apps.ledger.services import close_period, propose_closing
from apps.ledger.services import reverse as reversed_by
from apps.payouts.in_force import postings_in_force
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.record_return import record_return
from apps.payouts.services.release_payment import release_payment
from apps.reconciliation.models import Correction
from apps.reconciliation.services.correct import Wanted, request_undoing, sign_correction
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

AFTER = ON.replace(month=ON.month + 1, day=20)


@pytest.fixture
@stands
def of():
    """A month in which two payments were made; money came in that names one of them."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    order = PaymentOrder.objects.order_by("id").first()
    found.bank.give_back(order.number, make.LATER)
    make.stated(found)
    return found


def taken_back(of) -> PaymentOrder:
    """The payment that was taken for sent back."""
    line = line_of(PaymentOrder.objects.order_by("id").first())
    return match_return(of.maker, line, on=make.MUCH_LATER).returned


def line_of(order: PaymentOrder) -> StatementLine:
    return StatementLine.objects.get(reference__contains=order.number, amount_fen__gt=0)


def asked(of, order, *, actor=None, kind="undo_return", explanation="另一笔款项，误认为退汇") -> Correction:
    wanted = Wanted(kind=kind, document="银行函〔2023〕3号", explanation=explanation)
    return request_undoing(
        actor or of.maker, line_of(order), wanted, upload=make.document(), on=make.MUCH_LATER
    )


def cash_of(order: PaymentOrder) -> int:
    legs = Leg.objects.filter(account="cash", subject_type="payouts.paymentorder", subject_id=order.pk)
    return sum(leg.debit_fen - leg.credit_fen for leg in legs)


def test_a_return_is_undone_by_two_persons_and_its_movement_is_matched_anew(of):
    order = taken_back(of)
    before = Entitlement.objects.get(enrolment__claim_lines__claim=order.claim)
    assert (cash_of(order), before.paid_fen) == (0, 0)
    correction = asked(of, order)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.maker, correction, on=make.MUCH_LATER)
    assert refusal.value.code == "segregation"
    done = sign_correction(of.checker, correction, on=make.MUCH_LATER)
    order.refresh_from_db()
    order.claim.refresh_from_db()
    before.refresh_from_db()
    assert (order.state, order.returned_on, order.failure) == ("paid", None, "")
    assert (order.claim.state, before.paid_fen) == (ClaimState.PAID, order.amount_fen)
    assert not order.lines.filter(live=False).exists()
    assert cash_of(order) == -order.amount_fen
    assert postings_in_force(order) == [done.posted]
    undone = UndoneMatch.objects.get(kind="return")
    assert (undone.returned, undone.line) == (order, line_of(order))
    assert not StatementMatch.objects.filter(line=undone.line).exists()
    assert make.broken() == []
    make.run()
    assert set(make.standing()) == {"line_in"}

    assert match_return(of.maker, line_of(order), on=make.MUCH_LATER).returned == order
    assert (cash_of(order), postings_in_force(order)) == (0, [])
    assert make.broken() == []
    sign_correction(of.checker, asked(of, order), on=make.MUCH_LATER)
    assert cash_of(order) == -order.amount_fen
    assert make.broken() == []


def test_a_return_on_which_a_new_release_rests_stays(of):
    order = taken_back(of)
    correction = asked(of, order)
    release_payment(of.maker, order.claim, on=make.MUCH_LATER)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert "released_anew" in [problem.code for problem in refusal.value.problems]
    order.refresh_from_db()
    assert order.state == "returned"


def test_a_return_whose_new_release_came_to_nothing_is_undone(of):
    order = taken_back(of)
    claim = release_payment(of.maker, order.claim, on=make.MUCH_LATER)
    record_failure(of.maker, claim, on=make.MUCH_LATER, opinion=Opinion(reason="户名不符"))
    sign_correction(of.checker, asked(of, order), on=make.MUCH_LATER)
    order.refresh_from_db()
    order.claim.refresh_from_db()
    assert (order.state, order.claim.state) == ("paid", ClaimState.PAID)
    assert cash_of(order) == -order.amount_fen
    assert not failed_payments(of.maker).exists()
    assert make.broken() == []


def test_a_return_of_a_closed_month_is_undone_on_the_first_open_day(of):
    order = taken_back(of)
    make.run(AFTER)
    close_batch(of.maker, PaymentBatch.objects.get(), on=AFTER)
    propose_closing(accounts.actor(Role.FINANCE_OFFICER), ON.replace(day=1), on=AFTER)
    close_period(accounts.actor(Role.CITY_OFFICER), ON.replace(day=1), on=AFTER)
    done = sign_correction(of.checker, asked(of, order), on=AFTER)
    order.refresh_from_db()
    assert (order.state, done.posted.on) == ("paid", open_from())
    assert make.broken() == []


def came_back_by_hand(of, order: PaymentOrder) -> None:
    record_return(
        of.maker, order.claim, on=make.MUCH_LATER, returned_on=make.LATER, opinion=Opinion(reason="银行来函")
    )


def test_no_rule_takes_the_movement_for_that_payment_again(of):
    order = taken_back(of)
    wrong = line_of(order)
    sign_correction(of.checker, asked(of, order), on=make.MUCH_LATER)
    came_back_by_hand(of, order)
    make.run()
    assert not StatementMatch.objects.filter(line=wrong).exists()
    assert make.standing()["line_in"].line == wrong


def test_the_rule_takes_the_other_movement_that_is_the_payment_coming_back(of):
    order = taken_back(of)
    wrong = line_of(order)
    sign_correction(of.checker, asked(of, order), on=make.MUCH_LATER)
    came_back_by_hand(of, order)
    of.bank.receive(
        of.account.account_number, order.amount_fen, make.LATER, payer="企业", reference=f"退 {order.number}"
    )
    make.stated(of)
    make.run()
    match = StatementMatch.objects.get(returned=order)
    assert (match.rule, match.line == wrong) == ("document_named", False)
    assert make.standing()["line_in"].line == wrong
    assert make.broken() == []


def test_a_movement_that_the_rule_misread_is_left_to_a_person(of):
    first, second = PaymentOrder.objects.order_by("id")
    make.run()
    make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    both = f"{first.number} {second.number}"
    of.bank.receive(of.account.account_number, first.amount_fen, make.LATER, payer="企业", reference=both)
    make.stated(of)
    came_back_by_hand(of, second)
    make.run()
    match = StatementMatch.objects.get(returned=second)
    assert (match.rule, match.line.reference) == ("document_named", both)
    wanted = Wanted(kind="undo_return", document="函", explanation="另一笔款项")
    correction = request_undoing(of.maker, match.line, wanted, upload=make.document(), on=make.MUCH_LATER)
    sign_correction(of.checker, correction, on=make.MUCH_LATER)
    came_back_by_hand(of, first)
    make.run()
    assert not StatementMatch.objects.filter(line=match.line).exists()


def test_only_finance_of_the_district_asks_and_with_a_paper(of):
    order = taken_back(of)
    with pytest.raises(Forbidden):
        asked(of, order, actor=of.signer)
    with pytest.raises(NotFound):
        asked(of, order, actor=make.outsider())
    with pytest.raises(InvalidInput):
        asked(of, order, kind="suspense")
    with pytest.raises(InvalidInput):
        asked(of, order, explanation=" ")
    asked(of, order)
    with pytest.raises(Refused) as refusal:
        asked(of, order)
    assert refusal.value.code == "correction_under_way"


def test_a_supervisor_does_not_sign_what_changes_a_claim(of):
    correction = asked(of, taken_back(of))
    with pytest.raises(Forbidden):
        sign_correction(of.signer, correction, on=make.MUCH_LATER)


def test_the_database_wants_a_difference_for_every_other_kind(of):
    correction = asked(of, taken_back(of))
    row = Correction.objects.filter(pk=correction.pk).values().get()
    wrong = {**row, "id": None, "number": "GZ-1", "kind": "charge", "state": "withdrawn"}
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Correction.objects.create(**wrong)
    assert "correction_names_what_it_corrects" in str(refusal.value)


def test_the_requester_reads_that_another_person_signs(of):
    correction = asked(of, taken_back(of))
    address = reverse("desk:correction", args=[correction.pk])
    pages = {
        who: accounts.client_of(Membership.objects.get(pk=who.membership_id)).get(address).content.decode()
        for who in (of.maker, of.checker)
    }
    assert [("another-person" in page, 'value="sign"' in page) for page in pages.values()] == [
        (True, False),
        (False, True),
    ]


def test_finance_asks_on_the_page_of_the_movement(of):
    order = taken_back(of)
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    line = line_of(order)
    address = reverse("desk:movement_undo", args=[line.pk])
    assert address in client.get(reverse("desk:statement_detail", args=[line.statement_id])).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"document": "函"}).status_code == 422
    given = {"document": "函", "explanation": "误认", "file": make.document()}
    made = client.post(address, given)
    assert made.headers["Location"] == reverse("desk:correction", args=[Correction.objects.get().pk])
    assert client.get(made.headers["Location"]).status_code == 200
    assert client.get(reverse("desk:correction_list")).status_code == 200
    other = StatementLine.objects.exclude(pk=line.pk).first()
    assert client.get(reverse("desk:movement_undo", args=[other.pk])).status_code == 422


def test_a_payment_that_was_posted_again_can_come_back(of):
    order = PaymentOrder.objects.order_by("id").last()
    posted = Transaction.objects.get(key=f"order:{order.pk}:paid")
    reversed_by(posted, "by-mistake", ON, "误冲")
    make.run()
    make.corrected(of, make.standing()["ledger_missing"], "repost")
    again = postings_in_force(order)
    assert [row.kind for row in again] == ["repost"]
    record_return(
        of.maker, order.claim, on=make.MUCH_LATER, returned_on=make.LATER, opinion=Opinion(reason="退汇")
    )
    assert (cash_of(order), postings_in_force(order)) == (0, [])


def test_a_payment_that_the_books_do_not_hold_is_posted_first(of):
    order = PaymentOrder.objects.order_by("id").last()
    reversed_by(Transaction.objects.get(key=f"order:{order.pk}:paid"), "by-mistake", ON, "误冲")
    with pytest.raises(Refused) as refusal:
        record_return(
            of.maker, order.claim, on=make.MUCH_LATER, returned_on=make.LATER, opinion=Opinion(reason="退汇")
        )
    assert refusal.value.code == "not_in_the_books"


def test_a_payment_comes_back_although_the_bank_had_named_a_later_day_of_it():
    """Its result file says the 4th; its statement shows the payment and its return before."""
    of = make.opened(banking.treasury())
    batch = banking.sent(of)
    paid = of.bank.book.of_batch(batch.number)[0]
    paid.paid_on = make.LATER.isoformat()
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=make.LATER)
    before = make.LATER - timedelta(days=1)
    of.bank.give_back(paid.number, before)
    make.stated(of)
    returned = taken_back(of)
    returned.refresh_from_db()
    assert (returned.state, returned.returned_on) == ("returned", make.LATER)
    assert (line_of(returned).booked_on, cash_of(returned)) == (before, 0)
    make.run()
    assert make.broken() == []
    assert make.standing() == {}
