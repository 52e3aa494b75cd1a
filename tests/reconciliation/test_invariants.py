"""The nightly audit finds what came past the guards of the reconciliation, and names the row."""

from datetime import timedelta

import pytest

from apps.banking.models import StatementMatch
from apps.casework.engine import Opinion
from apps.core.errors import Refused
from apps.core.invariants import audit
from apps.ledger.models import Transaction
from apps.ledger.services import post
from apps.payouts.models import PaymentOrder, RecoveryReceipt
from apps.payouts.services.record_return import record_return
from apps.reconciliation.models import Break
from tests.banking.test_statements import recovering
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.ledger import two_legs
from tests.ground import stands
from tests.reconciliation.test_differences import planting

pytestmark = pytest.mark.django_db
DAY = make.LATER + timedelta(days=1)


@pytest.fixture
@stands
def of():
    """Payments that agree, and money that nothing explains."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    found.bank.receive(found.account.account_number, 123_45, ON, payer="某公司", reference="往来款")
    make.stated(found)
    make.run()
    return found


def broken(number):
    return audit(only=[number])[0].violations


def test_suspense_that_nobody_signed_is_found(of):
    make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    assert not broken("I6e")
    legs = two_legs(1_00, debited="cash", credited="unidentified", district=of.district)
    post("past-the-correction", ON, "suspense", "未经签批", legs)
    assert broken("I6e") == 1


def test_a_correction_without_its_document_or_its_posting_is_found(of):
    done = make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    assert not broken("I6f")
    with planting("reconciliation_correction") as cursor:
        cursor.execute("UPDATE reconciliation_correction SET posted_id = NULL WHERE id = %s", [done.pk])
    assert broken("I6f") == 1
    legs = two_legs(1_00, debited="cash", credited="appropriations", district=of.district)
    post("correction:999", ON, "suspense", "没有这张更正单", legs)
    assert broken("I6f") == 2


def test_a_movement_that_was_taken_for_a_posting_of_another_amount_is_found(of):
    row = make.standing()["line_in"]
    other = Transaction.objects.filter(kind="payment").first()
    assert not broken("I6g")
    StatementMatch.objects.create(
        line=row.line, kind="posting", transaction=other, matched_by_id=of.maker.user_id
    )
    assert broken("I6g") == 1


def test_a_difference_that_was_closed_past_the_run_is_found(of):
    assert not broken("I6h")
    with planting("reconciliation_break") as cursor:
        cursor.execute("UPDATE reconciliation_break SET state = 'gone', closed_on = now()")
    assert broken("I6h") == 1


# What leaves suspense, and what came back. -----------------------------------------------------------


def test_money_in_suspense_that_turns_out_to_be_a_recovery_is_received_for_its_notice():
    of = make.opened(banking.treasury())
    make.paid(of)
    make.stated(of)
    recovery = recovering(of)
    of.bank.receive(of.account.account_number, 500, DAY, payer="某公司", reference="退款")
    make.stated(of, DAY, DAY)
    make.run()
    make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    make.run()
    done = make.corrected(of, Break.objects.get(kind="suspense"), "clear", recovery=recovery.pk)
    receipt = RecoveryReceipt.objects.get()
    assert (receipt.amount_fen, receipt.received_on, receipt.matches.get().line_id) == (
        500,
        DAY,
        done.line_id,
    )
    recovery.refresh_from_db()
    assert recovery.received_fen == 500
    make.run()
    assert make.standing() == {}
    assert not broken("I6e")


def test_money_in_suspense_is_not_named_for_a_notice_of_which_too_much_was_set_off():
    of = make.opened(banking.treasury())
    make.paid(of)
    make.stated(of)
    recovery = recovering(of)
    of.bank.receive(of.account.account_number, 500, DAY, payer="某公司", reference="退款")
    make.stated(of, DAY, DAY)
    make.run()
    make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    make.run()
    with planting("payouts_recovery") as cursor:
        cursor.execute("UPDATE payouts_recovery SET offset_fen = amount_fen - 499, state = 'partly'")
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, Break.objects.get(kind="suspense"), "clear", recovery=recovery.pk)
    assert [problem.code for problem in refusal.value.problems] == ["more_than_owed"]


def test_a_payment_that_came_back_and_was_recorded_by_hand_finds_its_movement():
    of = make.opened(banking.treasury())
    make.paid(of)
    make.stated(of)
    order = PaymentOrder.objects.get()
    of.bank.give_back(order.number, DAY)
    record_return(of.maker, order.claim, on=DAY, returned_on=DAY, opinion=Opinion(reason="账号已销户"))
    make.stated(of, DAY, DAY)
    make.run()
    assert StatementMatch.objects.get(kind="return").rule == "document_named"
    assert make.standing() == {}
    assert make.broken() == []
