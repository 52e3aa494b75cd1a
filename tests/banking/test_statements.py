"""Statements: taken in once and without gaps; movements find their payment, their recovery, or nobody."""

from datetime import timedelta

import pytest
from django.utils import translation

from apps.apprentices.services import withdraw_enrolment
from apps.banking.models import BankStatement, StatementLine, StatementMatch
from apps.banking.selectors import failed_payments, hints, unmatched_lines
from apps.banking.services.match_lines import match_recovery, match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Entitlement
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, NotFound, Refused
from apps.payouts.models import PaymentOrder, Recovery
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery
from apps.payouts.services.write_off import request_write_off, sign_write_off
from tests.banking.test_results import ALL
from tests.factories import accounts, banking, claims, recoveries
from tests.factories.apprentices import ON

LATER = ON + timedelta(days=3)
MUCH_LATER = ON + timedelta(days=40)


def statement(of, from_day=ON, to_day=LATER) -> bytes:
    return of.bank.statement(of.account.account_number, from_day, to_day)


def take(of, content, on=LATER):
    return take_statement(of.maker, of.account, content, name="对账单.csv", on=on)


def answered(of):
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    return batch


def recovering(of, place: int = 0) -> Recovery:
    """The only apprentice of an enterprise leaves; the advance has to come back."""
    money = of.moneys[place]
    withdraw_enrolment(money.clerk, money.enrolments()[0], on=LATER, opinion=Opinion(reason="离职"))
    claims.evidence(money)
    claim = claims.approved(money, ClaimKind.REMAINDER, on=LATER)
    claim = sign_recovery(money.supervisor, claim, on=LATER)
    return Recovery.objects.get(claim=claim)


@pytest.mark.parametrize("key", ["city-commercial", "rural-commercial", "joint-stock", "iso20022"])
def test_payments_are_found_in_the_statement(key):
    of = banking.treasury(payments=3, profile_key=key)
    answered(of)
    taken = take(of, statement(of))
    assert (taken.already, taken.matched) == (False, 3)
    assert not unmatched_lines(of.maker).exists()
    assert all(found.holds for found in invariants.audit(["I10b", "I10c"]))


def test_the_same_statement_again_is_already_taken_in():
    of = banking.treasury()
    answered(of)
    content = statement(of)
    first = take(of, content)
    assert take(of, content).already
    assert take(of, content).statement == first.statement
    assert BankStatement.objects.count() == 1


def test_a_movement_counts_once_whatever_statement_it_stands_in():
    of = banking.treasury()
    answered(of)
    first = take(of, statement(of)).statement
    again = take(of, statement(of, to_day=LATER - timedelta(days=1)))
    assert (again.already, again.statement) == (True, first)
    assert StatementLine.objects.count() == 1


def test_a_statement_that_leaves_days_out_is_refused_where_money_moved_in_them():
    of = banking.treasury()
    answered(of)
    take(of, statement(of))
    account = of.account.account_number
    of.bank.receive(account, 100, LATER + timedelta(days=1), payer="甲", reference="利息")
    of.bank.receive(account, 200, LATER + timedelta(days=2), payer="甲", reference="利息")
    day = LATER + timedelta(days=2)
    with pytest.raises(Exception) as refusal:
        take(of, statement(of, day, day), on=day)
    assert [p.code for p in refusal.value.problems] == ["gap"]
    take(of, statement(of, LATER + timedelta(days=1), day), on=day)
    assert unmatched_lines(of.maker).count() == 2


def test_an_earlier_statement_has_to_lead_to_the_one_that_is_there():
    of = banking.treasury()
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1000)
    of.bank.receive(account, 100, ON, payer="甲", reference="利息")
    of.bank.receive(account, 200, ON + timedelta(days=1), payer="甲", reference="利息")
    of.bank.receive(account, 300, LATER, payer="甲", reference="利息")
    take(of, statement(of, LATER, LATER))
    with pytest.raises(Exception) as refusal:
        take(of, statement(of, ON, ON))
    assert [p.code for p in refusal.value.problems] == ["gap"]
    take(of, statement(of, ON, LATER - timedelta(days=1)))
    assert BankStatement.objects.count() == 2


def test_a_statement_of_the_future_or_of_another_account_is_refused():
    of = banking.treasury()
    answered(of)
    with pytest.raises(Exception) as refusal:
        take(of, statement(of), on=ON)
    assert "days" in [p.code for p in refusal.value.problems]
    of.bank.open_account("11009999000011112222", "别的账户", 0)
    with pytest.raises(Exception) as refusal:
        take(of, of.bank.statement("11009999000011112222", ON, LATER))
    assert [p.code for p in refusal.value.problems] == ["other_account"]
    assert not BankStatement.objects.exists()


def test_a_payment_is_matched_when_its_result_comes_after_the_statement():
    of = banking.treasury()
    batch = banking.sent(of)
    assert take(of, statement(of)).matched == 0
    assert unmatched_lines(of.maker).count() == 1
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    assert not unmatched_lines(of.maker).exists()


def test_money_that_names_a_notice_is_received_for_it():
    of = banking.treasury()
    answered(of)
    recovery = recovering(of)
    of.bank.receive(
        of.account.account_number,
        recovery.amount_fen,
        LATER,
        payer="甲",
        reference=f"{recovery.number}追回款",
    )
    assert take(of, statement(of)).matched == 2
    recovery.refresh_from_db()
    recovery.claim.refresh_from_db()
    assert (recovery.state, recovery.claim.state) == ("repaid", ClaimState.SETTLED)
    assert StatementMatch.objects.filter(kind="receipt").count() == 1


def test_a_receipt_recorded_by_hand_is_not_received_twice():
    of = banking.treasury()
    answered(of)
    recovery = recovering(of)
    moved = of.bank.receive(
        of.account.account_number, 100, LATER, payer="甲", reference=f"还款 {recovery.number}"
    )
    receive_recovery(
        of.maker,
        recovery,
        amount_fen=100,
        received_on=LATER,
        bank_serial=moved.serial,
        key="by-hand",
        on=LATER,
    )
    assert take(of, statement(of)).matched == 2
    recovery.refresh_from_db()
    assert recovery.received_fen == 100


def test_more_than_is_owed_stays_listed_and_moves_nothing():
    of = banking.treasury()
    answered(of)
    recovery = recovering(of)
    of.bank.receive(
        of.account.account_number, recovery.amount_fen + 1, LATER, payer="甲", reference=recovery.number
    )
    assert take(of, statement(of)).matched == 1
    recovery.refresh_from_db()
    assert recovery.received_fen == 0
    assert unmatched_lines(of.maker).get().amount_fen == recovery.amount_fen + 1


@pytest.mark.parametrize(
    ("more", "given_up", "told", "offered"),
    [
        (0, False, "still open", True),
        (1, False, "Divide the movement", False),
        (None, False, "repaid already", False),
        (0, True, "written off", True),
    ],
)
def test_an_open_movement_says_how_it_fits_the_notice_that_it_names(more, given_up, told, offered):
    of = banking.treasury()
    answered(of)
    recovery = recovering(of)
    whole = recovery.amount_fen
    if more is None:
        receive_recovery(
            of.maker, recovery, amount_fen=whole, received_on=LATER, bank_serial="R-1", key="r", on=LATER
        )
    if given_up:
        paper = {"document": "决定", "reason": "已注销", "upload": recoveries.paper()}
        request = request_write_off(of.maker, recovery, amount_fen=whole, on=LATER, **paper)
        sign_write_off(of.signer, request, on=LATER)
    number = of.account.account_number
    of.bank.receive(number, whole + (more or 0), LATER, payer="甲", reference="退款")
    take(of, statement(of))
    line = unmatched_lines(of.maker).get()
    line.reference = recovery.number
    with translation.override("en"):
        hint = hints([line])[line.pk]
    assert told in hint.sentence
    assert (hint.notice == recovery.number) is offered


def test_money_that_names_nothing_is_matched_by_hand():
    of = banking.treasury()
    answered(of)
    recovery = recovering(of)
    of.bank.receive(of.account.account_number, 5000, LATER, payer="甲", reference="退款")
    take(of, statement(of))
    line = unmatched_lines(of.maker).get()
    with pytest.raises(Forbidden):
        match_recovery(of.signer, line, recovery, on=LATER)
    stranger = accounts.actor("finance_officer", district=accounts.district("110108"))
    with pytest.raises(NotFound):
        match_recovery(stranger, line, recovery, on=LATER)
    match_recovery(of.maker, line, recovery, on=LATER)
    recovery.refresh_from_db()
    assert recovery.received_fen == 5000
    with pytest.raises(Conflict):
        match_recovery(of.maker, line, recovery, on=LATER)


def test_money_that_went_out_is_no_receipt():
    of = banking.treasury()
    banking.sent(of)
    take(of, statement(of))
    line = unmatched_lines(of.maker).get()
    recovery = Recovery(pk=0)
    with pytest.raises(Refused):
        match_recovery(of.maker, line, recovery, on=LATER)


def test_a_payment_that_the_bank_sends_back_later_stays_listed():
    of = banking.treasury()
    answered(of)
    order = next(iter(of.bank.book.orders))
    of.bank.give_back(order, LATER)
    assert take(of, statement(of)).matched == 1
    assert unmatched_lines(of.maker).get().amount_fen > 0


def test_another_amount_than_the_payments_is_not_matched():
    of = banking.treasury()
    answered(of)
    of.bank.book.movements[0].amount_fen -= 1
    assert take(of, statement(of)).matched == 0
    assert unmatched_lines(of.maker).count() == 1


def test_an_open_movement_says_what_it_seems_to_be():
    of = banking.treasury()
    batch = banking.sent(of)
    order = batch.entries.get()
    account = of.account.account_number
    of.bank.give_back(order.order_number, LATER)
    of.bank.book.movements[0].amount_fen -= 1
    of.bank.receive(account, 5, LATER, payer="甲", reference="利息")
    take(of, statement(of))
    lines = list(unmatched_lines(of.maker))
    found = hints(lines)
    assert [line.pk in found and order.order_number in found[line.pk].sentence for line in lines] == [
        True,
        True,
        False,
    ]
    assert not any(hint.sent_back for hint in found.values())


def sent_back(of):
    """A payment that was made, and the movement with which the bank sent it back."""
    answered(of)
    order = PaymentOrder.objects.get()
    of.bank.give_back(order.number, LATER)
    take(of, statement(of))
    return order, unmatched_lines(of.maker).get()


def test_a_payment_sent_back_is_undone_and_paid_by_a_new_attempt():
    of = banking.treasury()
    order, line = sent_back(of)
    match_return(of.maker, line, on=LATER)
    order.refresh_from_db()
    order.claim.refresh_from_db()
    assert (order.state, order.returned_on, order.claim.state) == ("returned", LATER, ClaimState.APPROVED)
    assert "退汇" in order.failure
    assert [row.pk for row in failed_payments(of.maker)] == [order.pk]
    assert not unmatched_lines(of.maker).exists()
    kept = Entitlement.objects.get()
    assert (kept.paid_fen, kept.committed_fen) == (0, order.amount_fen)
    assert all(found.holds for found in invariants.audit(ALL))

    release_payment(of.maker, order.claim, on=LATER)
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r2.csv", on=LATER)
    order.claim.refresh_from_db()
    assert order.claim.state == ClaimState.PAID
    assert Entitlement.objects.get().paid_fen == order.amount_fen
    assert all(found.holds for found in invariants.audit(ALL))


def test_a_movement_of_another_amount_is_no_payment_sent_back():
    of = banking.treasury()
    answered(of)
    order = PaymentOrder.objects.get()
    of.bank.receive(
        of.account.account_number, order.amount_fen - 1, LATER, payer="甲", reference=order.number
    )
    take(of, statement(of))
    with pytest.raises(Refused) as refusal:
        match_return(of.maker, unmatched_lines(of.maker).get(), on=LATER)
    assert refusal.value.code == "not_a_return"
    assert PaymentOrder.objects.get().state == "paid"


def test_a_payment_on_which_a_later_claim_rests_is_not_undone():
    of = banking.treasury()
    _order, line = sent_back(of)
    recovering(of)
    with pytest.raises(Refused) as refusal:
        match_return(of.maker, line, on=LATER)
    assert [problem.code for problem in refusal.value.problems] == ["later_claim"]


def test_only_finance_of_the_account_says_that_a_payment_came_back_and_only_once():
    of = banking.treasury()
    _order, line = sent_back(of)
    with pytest.raises(Forbidden):
        match_return(of.signer, line, on=LATER)
    stranger = accounts.actor("finance_officer", district=accounts.district("110108"))
    with pytest.raises(NotFound):
        match_return(stranger, line, on=LATER)
    match_return(of.maker, line, on=LATER)
    with pytest.raises(Conflict):
        match_return(of.maker, line, on=LATER)
