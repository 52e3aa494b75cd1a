"""An account that was taken out of use pays no batch that was made up before; what is at the bank goes on."""

import pytest

from apps.banking.services.batch_steps import (
    cancel_batch,
    check_batch,
    close_batch,
    send_back_batch,
    send_batch,
    sign_batch,
)
from apps.banking.services.build_batch import build_batch
from apps.banking.services.paying_accounts import retire_paying_account
from apps.banking.services.take_result import take_result
from apps.casework.engine import Opinion
from apps.core.errors import Refused
from tests.factories import banking, numbers
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["draft", "checked", "signed"])
def test_a_batch_goes_no_further_and_its_payments_go_into_another_one(state):
    of = banking.treasury()
    batch = {"draft": banking.made, "checked": banking.checked, "signed": banking.signed}[state](of)
    step, actor = {
        "draft": (check_batch, of.checker),
        "checked": (sign_batch, of.signer),
        "signed": (send_batch, of.maker),
    }[state]
    retire_paying_account(of.maker, of.account, on=ON)
    with pytest.raises(Refused) as refusal:
        step(actor, batch, on=ON)
    assert [problem.code for problem in refusal.value.problems] == ["account_retired"]
    batch.refresh_from_db()
    assert batch.state == state
    if state == "checked":
        batch = send_back_batch(of.signer, batch, on=ON, opinion=Opinion(reason="账户已停用"))
    cancel_batch(of.maker, batch, on=ON, opinion=Opinion(reason="账户已停用"))
    other = banking.another_account(of, numbers.account_number())
    orders = [order.pk for order in of.orders()]
    again = build_batch(of.maker, other, district=of.district, orders=orders, pay_on=ON, on=ON)
    assert check_batch(of.checker, again, on=ON).state == "checked"


def test_a_file_that_is_at_the_bank_is_answered_and_its_batch_closed():
    of = make.opened(banking.treasury())
    batch = banking.sent(of)
    retire_paying_account(of.maker, of.account, on=ON)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=make.LATER)
    make.stated(of)
    batch.refresh_from_db()
    assert close_batch(of.maker, batch, on=make.LATER).state == "closed"
