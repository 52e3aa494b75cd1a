"""What the bank did in a month that was closed before anybody heard of it is recorded all the same."""

from datetime import timedelta

import pytest

from apps.accounts.roles import Role
from apps.banking.models import StatementMatch
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.match_lines import match_return
from apps.ledger import services
from apps.ledger.models import AccountingPeriod, Transaction
from apps.ledger.periods import open_from
from apps.payouts.models import PaymentOrder
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
MONTH = ON.replace(day=1)
END = AccountingPeriod(month=MONTH).last_day
AFTER = END + timedelta(days=5)


def closed() -> None:
    make.run(AFTER)
    services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), MONTH, on=AFTER)
    services.close_period(accounts.actor(Role.CITY_OFFICER), MONTH, on=AFTER)


def test_a_payment_that_came_back_in_a_closed_month_is_recorded_on_the_first_open_day():
    of = make.opened(banking.treasury(payments=2))
    batch = make.paid(of)
    make.stated(of, ON, END, on=AFTER)
    batch.refresh_from_db()
    close_batch(of.maker, batch, on=AFTER)
    closed()
    order = PaymentOrder.objects.order_by("id").first()
    of.bank.give_back(order.number, END)
    line = make.stated(of, END, AFTER).lines.get()
    assert match_return(of.maker, line, on=AFTER).returned == order
    order.refresh_from_db()
    assert (order.state, order.returned_on, order.claim.state) == ("returned", END, "approved")
    assert Transaction.objects.get(key=f"order:{order.pk}:returned").on == open_from()
    make.run(AFTER)
    assert make.standing() == {}
    assert StatementMatch.objects.filter(kind="return").count() == 1
    assert make.broken() == []
