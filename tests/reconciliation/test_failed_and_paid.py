"""What the bank called failed it had paid: released again, recorded by hand, and nothing is paid twice."""

from datetime import timedelta

import pytest
from django.utils import translation

from apps.banking.models import StatementMatch
from apps.banking.selectors import hints
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.take_result import take_result
from apps.core.errors import InvalidInput
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db


def test_a_payment_that_was_called_failed_counts_from_the_day_of_its_first_release():
    of = make.opened(banking.treasury(payments=2))
    batch = banking.sent(of)
    answer = of.bank.book.of_batch(batch.number)[0]
    serial = answer.serial
    answer.state, answer.reason, answer.serial, answer.paid_on = "failed", "超时", "", ""
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=make.LATER)
    line = make.stated(of).lines.get(match=None, amount_fen__lt=0)
    with translation.override("en"):
        assert "called failed" in hints([line])[line.pk].sentence
    make.run()
    assert set(make.standing()) == {"line_out"}
    order = PaymentOrder.objects.get(number=answer.number)
    claim = release_payment(of.maker, order.claim, on=make.MUCH_LATER)
    with pytest.raises(InvalidInput):
        record_payment(
            of.maker, claim, on=make.MUCH_LATER, paid_on=ON - timedelta(days=1), bank_serial=serial
        )
    record_payment(of.maker, claim, on=make.MUCH_LATER, paid_on=ON, bank_serial=serial)
    make.run()
    assert make.standing() == {}
    assert StatementMatch.objects.filter(rule="own_serial").count() == 1
    batch.refresh_from_db()
    assert close_batch(of.maker, batch, on=make.MUCH_LATER).state == "closed"
    assert make.broken() == []


def test_a_payment_that_the_bank_made_twice_is_told_so():
    of = make.opened(banking.treasury())
    batch = make.paid(of)
    order = of.bank.book.of_batch(batch.number)[0]
    of.bank.receive(of.account.account_number, -order.amount_fen, ON, payer="甲", reference=order.number)
    line = make.stated(of).lines.get(match=None, amount_fen__lt=0)
    with translation.override("en"):
        assert "paid twice" in hints([line])[line.pk].sentence
