"""On which account cash lies that names none: the one that held it that day, whatever is entered later."""

from datetime import date, timedelta

import pytest

from apps.banking.models import PayingAccount
from apps.banking.services.paying_accounts import (
    enter_paying_account,
    retire_paying_account,
    sign_paying_account,
)
from apps.payouts.services.record_appropriation import record_appropriation
from apps.reconciliation.models import AccountBalance, Break
from tests.factories import banking, numbers
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.claims import SPECIAL
from tests.ground import stands

pytestmark = pytest.mark.django_db
NEW = make.LATER + timedelta(days=1)
FEN = 5_000_00


@pytest.fixture
@stands
def of():
    """A month that agrees but for an appropriation that did not come."""
    found = make.opened(banking.treasury())
    make.paid(found)
    make.stated(found)
    given(found, make.LATER)
    return found


def given(of, on: date) -> None:
    """An appropriation is posted; nothing moves at the bank."""
    wanted = {"fund": SPECIAL, "district": of.district, "year": ON.year, "amount_fen": FEN}
    record_appropriation(of.maker, key=f"given:{on}", document=f"补充拨款{on}", on=on, **wanted)


def entered(of, *, signed_on: date | None) -> PayingAccount:
    """A further account, of one fund."""
    account = enter_paying_account(
        of.maker,
        profile_key=of.account.profile_key,
        account_name="朝阳区技能提升专账",
        account_number=numbers.account_number(),
        bank_name="北京银行朝阳支行",
        district=of.district,
        fund=SPECIAL,
    )
    return account if signed_on is None else sign_paying_account(of.checker, account, on=signed_on)


def seen() -> tuple[list[tuple[int | None, int]], dict[int, int]]:
    """The postings that no statement shows, by account; what the books say lies on each account."""
    make.run()
    rows = Break.objects.filter(kind="posting_unseen", state="open").order_by("id")
    books = AccountBalance.objects.values_list("paying_account_id", "books_fen")
    return [(row.paying_account_id, row.ours_fen) for row in rows], dict(books)


def test_an_account_that_nobody_signed_for_changes_nothing(of):
    before = seen()
    assert before[0] == [(of.account.pk, FEN)]
    entered(of, signed_on=None)
    assert seen() == before


def test_an_account_of_a_fund_takes_the_cash_of_later_days_only(of):
    before = seen()
    other = entered(of, signed_on=NEW)
    assert seen() == before
    of.bank.open_account(other.account_number, other.account_name, 0)
    given(of, NEW)
    of.account, first = other, of.account
    make.stated(of, NEW, NEW)
    unseen, books = seen()
    assert unseen == [(first.pk, FEN), (other.pk, FEN)]
    assert books == {first.pk: before[1][first.pk], other.pk: FEN}


def test_where_an_account_is_out_of_use_later_cash_lies_on_the_other_one(of):
    other = entered(of, signed_on=make.LATER)
    retire_paying_account(of.maker, other, on=NEW)
    before = seen()
    given(of, NEW)
    assert seen()[0] == [*before[0], (of.account.pk, FEN)]
