"""A payment that was undone because the bank had not made it, and that a statement shows as made later on."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from apps.accounts.models import Membership
from apps.banking.models import PaymentBatch, StatementLine, StatementMatch
from apps.banking.selectors import failed_payments
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.match_lines import match_return
from apps.casework.engine import Opinion
from apps.core.errors import Refused
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_failure, record_payment
from apps.payouts.services.release_payment import release_payment
from apps.reconciliation.models import AccountBalance, Compared
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.claims import SPECIAL
from tests.ground import stands

pytestmark = pytest.mark.django_db
SECOND = make.MUCH_LATER + timedelta(days=1)


@pytest.fixture
@stands
def of():
    """The bank answered that it paid, no statement showed it, and it said in writing that it had not."""
    found = make.opened(banking.treasury())
    make.paid(found)
    make.run()
    make.corrected(found, make.standing()["result_unseen"], "never_paid")
    return found


def shown(of) -> PaymentOrder:
    """The statement comes in and shows it after all."""
    make.stated(of)
    make.run()
    return PaymentOrder.objects.get(attempt=1)


def test_it_is_a_difference_and_is_not_paid_again(of):
    order = shown(of)
    row = make.standing()["made_after_all"]
    assert (row.order, row.ours_fen, row.theirs_fen) == (order, 0, -order.amount_fen)
    seen = Compared.objects.get(batch=PaymentBatch.objects.get())
    assert (seen.statement_fen, seen.ledger_fen) == (order.amount_fen, 0)
    account = AccountBalance.objects.get()
    lying_between = (account.books_in_fen, account.books_out_fen, account.bank_in_fen, account.bank_out_fen)
    assert (lying_between, account.rest_fen) == ((0, 0, 0, order.amount_fen), 0)
    with translation.override("en"), pytest.raises(Refused, match="Do not pay it twice"):
        release_payment(of.maker, order.claim, on=make.MUCH_LATER)
    assert PaymentOrder.objects.count() == 1


def test_two_persons_undo_the_return_and_it_counts_as_made(of):
    order = shown(of)
    make.corrected(of, make.standing()["made_after_all"], "undo_return")
    order.refresh_from_db()
    assert (order.state, order.claim.state) == ("paid", "paid")
    assert StatementMatch.objects.filter(entry__order=order).count() == 1
    make.run()
    assert make.standing() == {}
    assert make.broken() == []
    assert close_batch(of.maker, PaymentBatch.objects.get(), on=make.MUCH_LATER).state == "closed"


def test_released_anew_and_refused_by_the_bank_it_still_counts_as_made(of):
    order = PaymentOrder.objects.get()
    claim = release_payment(of.maker, order.claim, on=make.MUCH_LATER)
    shown(of)
    difference = make.standing()["made_after_all"]
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, difference, "undo_return")
    assert "released_anew" in [problem.code for problem in refusal.value.problems]
    claim = record_failure(of.maker, claim, on=make.MUCH_LATER, opinion=Opinion(reason="账户已销户"))
    assert failed_payments(of.maker).exists()
    with pytest.raises(Refused) as refusal:
        release_payment(of.maker, claim, on=make.MUCH_LATER)
    assert refusal.value.code == "made_after_all"
    make.corrected(of, difference, "undo_return")
    order.claim.refresh_from_db()
    assert order.claim.state == "paid"
    assert not failed_payments(of.maker).exists()
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


def test_paid_twice_it_lies_in_suspense_until_the_payee_has_paid_it_back(of):
    order = PaymentOrder.objects.get()
    claim = release_payment(of.maker, order.claim, on=make.MUCH_LATER)
    record_payment(of.maker, claim, on=SECOND, paid_on=SECOND, bank_serial="B-2")
    shown(of)
    item = make.corrected(of, make.standing()["made_after_all"], "suspense", fund=SPECIAL)
    number = of.account.account_number
    again = of.bank.receive(number, -order.amount_fen, SECOND, payer="甲", reference="补贴")
    again.serial = "B-2"
    of.bank.receive(number, order.amount_fen, SECOND, payer="甲", reference="重复付款退回")
    make.stated(of, make.LATER + timedelta(days=1), SECOND)
    make.run(SECOND)
    make.corrected(of, make.standing()["line_in"], "pay_back", item=item.pk, on=SECOND)
    make.run(SECOND)
    assert make.standing() == {}
    assert make.broken() == []


def test_one_that_was_recorded_by_hand_is_found_by_its_serial_number():
    of = make.opened(banking.treasury())
    order = of.orders()[0]
    make.stated(of)
    record_payment(of.maker, order.claim, on=make.LATER, paid_on=make.LATER, bank_serial="B-1")
    make.run()
    make.corrected(of, make.standing()["order_unseen"], "never_paid")
    number = of.account.account_number
    of.bank.receive(number, -order.amount_fen, SECOND, payer="甲", reference="补贴").serial = "B-1"
    make.stated(of, make.LATER + timedelta(days=1), SECOND)
    make.run(SECOND)
    make.corrected(of, make.standing()["made_after_all"], "undo_return", on=SECOND)
    order.refresh_from_db()
    assert order.state == "paid"
    make.run(SECOND)
    assert set(make.standing()) <= {"day_differs"}
    assert make.broken() == []


def test_a_payment_that_came_back_is_no_such_difference():
    of = make.opened(banking.treasury())
    make.paid(of)
    order = PaymentOrder.objects.get()
    of.bank.give_back(order.number, make.LATER)
    make.stated(of)
    line = StatementLine.objects.get(reference__contains=order.number, amount_fen__gt=0)
    match_return(of.maker, line, on=make.MUCH_LATER)
    make.run()
    assert make.standing() == {}
    assert release_payment(of.maker, order.claim, on=make.MUCH_LATER).state == "released"


def test_finance_reads_what_to_do_on_the_page_of_the_difference(of):
    shown(of)
    row = make.standing()["made_after_all"]
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    page = client.get(reverse("desk:break_detail", args=[row.pk]))
    text = page.content.decode()
    for kind in ("undo_return", "suspense"):
        assert reverse("desk:correction_new", args=[row.pk, kind]) in text
        assert client.get(reverse("desk:correction_new", args=[row.pk, kind])).status_code == 200
