"""An account that is entered anew, for another form of the bank's files, is the same with the same money."""

from datetime import timedelta

import pytest

from apps.banking.formats.profiles import profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.models import BankStatement, StatementLine
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.paying_accounts import retire_paying_account
from apps.banking.services.take_statement import take_statement
from apps.core.errors import Refused
from apps.reconciliation.models import AccountBalance
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

pytestmark = pytest.mark.django_db
NEXT = make.LATER + timedelta(days=1)


@pytest.fixture
@stands
def of():
    """A month in which all sides agree; then the bank gives its files in another form."""
    found = make.opened(banking.treasury())
    batch = make.paid(found)
    make.stated(found)
    make.run()
    batch.refresh_from_db()
    close_batch(found.maker, batch, on=make.LATER)
    found.account = entered_anew(found)
    found.bank.profile = profile("rural-commercial")
    return found


def entered_anew(of):
    retire_paying_account(of.maker, of.account, on=make.LATER)
    return banking.signed_account(
        of.maker,
        profile_key="rural-commercial",
        account_name=of.account.account_name,
        account_number=of.account.account_number,
        bank_name=of.account.bank_name,
        district=of.district,
    )


def test_its_payments_are_found_before_it_is_entered_anew():
    of = banking.treasury()
    banking.sent(of)
    with pytest.raises(Refused) as refusal:
        entered_anew(of)
    assert refusal.value.code == "batch_under_way"


def statement(of, since, until):
    content = of.bank.statement(of.account.account_number, since, until)
    return take_statement(of.maker, of.account, content, name="s.csv", on=until).statement


def test_its_money_lies_on_it_once(of):
    of.bank.receive(of.account.account_number, 500_00, NEXT, payer="某公司", reference="往来")
    statement(of, NEXT, NEXT)
    make.run()
    assert set(make.standing()) == {"line_in"}
    balance = AccountBalance.objects.get()
    assert (balance.paying_account, balance.rest_fen) == (of.account, 0)
    assert balance.bank_fen - balance.books_fen == 500_00
    assert make.broken() == []


def test_its_statements_go_on_where_those_before_ended_and_no_movement_counts_twice(of):
    before = BankStatement.objects.get()
    assert statement(of, ON, make.LATER) == before
    statement(of, NEXT, NEXT)
    assert StatementLine.objects.filter(statement=before).count() == StatementLine.objects.count()
    of.bank.receive(of.account.account_number, 500_00, NEXT, payer="某公司", reference="往来")
    later = NEXT + timedelta(days=1)
    with pytest.raises(FileRefused) as refusal:
        statement(of, later, later)
    assert [problem.code for problem in refusal.value.problems] == ["gap"]
