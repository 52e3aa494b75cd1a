"""Money that comes in with one of our numbers: what it seems to be, and what there is to do."""

import pytest
from django.utils import translation

from apps.banking.models import StatementLine, StatementMatch
from apps.banking.selectors import hints
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.payouts.models import PaymentOrder
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_payment
from tests.banking.test_statements import LATER, answered, recovering
from tests.factories import banking
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db


def stated(of, since=ON) -> None:
    content = of.bank.statement(of.account.account_number, since, LATER)
    take_statement(of.maker, of.account, content, name="s.csv", on=LATER)


def told(of) -> str:
    """What is said of the one movement in that nothing explains."""
    line = StatementLine.objects.get(match=None, amount_fen__gt=0)
    with translation.override("en"):
        return hints([line])[line.pk].sentence


def came_in(of, fen: int, reference: str) -> None:
    of.bank.receive(of.account.account_number, fen, LATER, payer="甲", reference=reference)
    stated(of)


@pytest.mark.parametrize(("more", "advice"), [(-1, "only a part back"), (1, "what the rest is")])
def test_another_amount_than_the_payment_is_to_be_asked_of_the_bank(more, advice):
    of = banking.treasury()
    answered(of)
    order = PaymentOrder.objects.get()
    came_in(of, order.amount_fen + more, f"退汇 {order.number}")
    assert advice in told(of)


def test_what_came_back_twice_is_not_called_a_payment_sent_back():
    of = banking.treasury()
    answered(of)
    order = PaymentOrder.objects.get()
    of.bank.give_back(order.number, LATER)
    stated(of)
    match_return(of.maker, StatementLine.objects.get(match=None), on=LATER)
    came_in(of, order.amount_fen, f"退汇 {order.number}")
    assert "sent back already" in told(of)


def test_what_came_back_of_a_payment_that_failed_pays_that_back():
    of = banking.treasury()
    batch = banking.sent(of, failures={PaymentOrder.objects.get().number: "户名不符"})
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    order = PaymentOrder.objects.get()
    came_in(of, order.amount_fen, f"退汇 {order.number}")
    assert "pays it back" in told(of)


def test_what_came_back_before_the_bank_answered_waits_for_its_result_file():
    of = banking.treasury()
    banking.sent(of)
    order = PaymentOrder.objects.get()
    came_in(of, order.amount_fen, f"退汇 {order.number}")
    assert "result file first" in told(of)


@pytest.mark.parametrize(
    "written", [str.lower, lambda number: "".join(chr(ord(one) + 0xFEE0) for one in number), str.title]
)
def test_a_payer_may_write_the_number_of_a_notice_in_other_letters(written):
    of = banking.treasury()
    answered(of)
    notice = recovering(of)
    came_in(of, 100, f"还款 {written(notice.number)}")
    assert StatementMatch.objects.get(receipt__recovery=notice).line.amount_fen == 100


def test_two_notices_in_other_letters_are_two():
    of = banking.treasury(payments=2)
    answered(of)
    one, two = recovering(of), recovering(of, 1)
    came_in(of, 100, f"{one.number} {two.number.lower()}")
    assert not StatementMatch.objects.filter(receipt__recovery__in=[one, two]).exists()


def test_what_was_recorded_by_hand_under_its_own_number_is_not_called_a_double_payment():
    """The reconciliation matches both; until then nobody takes them to suspense."""
    of = banking.treasury()
    order = PaymentOrder.objects.get()
    account = of.account.account_number
    of.bank.open_account(account, of.account.account_name, 10_000_000_00)
    out = of.bank.receive(account, -order.amount_fen, ON, payer="甲", reference=order.number)
    record_payment(of.maker, of.claims[0], on=LATER, paid_on=ON, bank_serial=out.serial)
    notice = recovering(of)
    money = of.bank.receive(account, 100, LATER, payer="甲", reference="退还补贴")
    receive_recovery(
        of.maker, notice, amount_fen=100, received_on=LATER, bank_serial=money.serial, key="hand", on=LATER
    )
    stated(of)
    lines = list(StatementLine.objects.filter(match=None))
    with translation.override("en"):
        found = [hints(lines)[line.pk].sentence for line in lines]
    assert ["by hand" in sentence for sentence in found] == [True, True]
    assert order.number in found[0]
    assert notice.number in found[1]
