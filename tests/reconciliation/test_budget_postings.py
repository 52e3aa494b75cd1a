"""The cash of budgets: what was posted and the bank never moves is taken back together with its budget."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.core.errors import Refused
from apps.ledger.models import Budget
from apps.ledger.selectors import trial_balance
from apps.payouts.services.request_budget import Wanted, request_budget, sign_request
from apps.reconciliation.models import AccountBalance, Break, Correction
from tests.factories import accounts, banking, recoveries
from tests.factories import reconciliation as make
from tests.factories.claims import EMPLOYMENT, SPECIAL
from tests.ground import stands

pytestmark = pytest.mark.django_db
FEN = 5_000_00


@pytest.fixture
@stands
def of():
    """A month in which all sides agree."""
    found = make.opened(banking.treasury())
    make.paid(found)
    make.stated(found)
    return found


def changed(of, kind: str, **more) -> None:
    """A budget was changed by a document and two persons."""
    wanted = {"fund": SPECIAL, "district": of.district, "year": make.LATER.year, "amount_fen": FEN}
    wanted |= {"document": f"京财社〔2023〕9号{kind}"} | more
    request = request_budget(of.maker, Wanted(kind=kind, **wanted), upload=recoveries.paper(), on=make.LATER)
    sign_request(accounts.actor(Role.CITY_OFFICER), request, on=make.LATER)


def budgets_and_books() -> list[tuple[str, int, int]]:
    """By fund what the budgets say was given, and what the books say."""
    given = {row.fund_id: row.appropriated_fen for row in Budget.objects.all()}
    booked = {row.fund.pk: -row.balance_fen for row in trial_balance() if row.account.pk == "appropriations"}
    return [(fund, given[fund], abs(booked[fund])) for fund in sorted(given)]


def in_transit() -> tuple[int, ...]:
    row = AccountBalance.objects.get()
    return row.bank_in_fen, row.bank_out_fen, row.books_in_fen, row.books_out_fen, row.rest_fen


def test_cash_that_never_came_is_not_reversed_without_its_budget(of):
    changed(of, "appropriate")
    make.run()
    row = make.standing()["posting_unseen"]
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, row, "repost")
    assert [problem.code for problem in refusal.value.problems] == ["changed_a_budget"]
    assert not Correction.objects.exists()
    assert all(given == booked for _fund, given, booked in budgets_and_books())


def test_an_appropriation_that_was_cut_again_is_no_difference(of):
    changed(of, "appropriate")
    changed(of, "cut")
    make.run()
    assert make.standing() == {}
    assert in_transit() == (0, 0, 0, 0, 0)
    assert all(given == booked for _fund, given, booked in budgets_and_books())
    assert make.broken() == []


def test_money_that_moves_between_the_funds_of_one_account_is_no_difference(of):
    changed(of, "move", to_fund=EMPLOYMENT)
    make.run()
    assert make.standing() == {}
    assert in_transit() == (0, 0, 0, 0, 0)
    assert all(given == booked for _fund, given, booked in budgets_and_books())
    assert make.broken() == []


def test_what_the_bank_moves_after_all_shows_the_other_one(of):
    changed(of, "appropriate")
    changed(of, "cut")
    day = make.LATER + timedelta(days=1)
    number = of.account.account_number
    of.bank.receive(number, FEN, day, payer="市财政局", reference="拨款 京财社〔2023〕9号appropriate")
    make.stated(of, day, day)
    make.run()
    assert (make.standing()["posting_unseen"].ours_fen, in_transit()[-2:]) == (-FEN, (FEN, 0))


def test_two_alike_are_not_taken_back_by_one(of):
    changed(of, "appropriate")
    changed(of, "appropriate")
    changed(of, "cut")
    make.run()
    assert [row.ours_fen for row in Break.objects.filter(state="open")] == [FEN]


def test_finance_is_told_to_change_the_budget_back(of):
    changed(of, "appropriate")
    make.run()
    row = make.standing()["posting_unseen"]
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    text = client.get(reverse("desk:break_detail", args=[row.pk])).content.decode()
    assert reverse("desk:correction_new", args=[row.pk, "repost"]) not in text
    assert "预算" in text
