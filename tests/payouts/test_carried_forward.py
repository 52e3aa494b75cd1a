"""What is open at the end of a year stays against the fund and the budget year that it came from."""

from datetime import date

import pytest

from apps.ledger.models import Budget, BudgetMovement, Transaction
from apps.payouts.selectors import parts_with_year
from tests.factories import claims as make
from tests.factories.claims import SPECIAL
from tests.factories.recoveries import owed, received
from tests.payouts.test_set_off import broken

pytestmark = pytest.mark.django_db
NEXT_YEAR = date(2024, 2, 5)


def test_money_of_an_earlier_year_goes_back_into_that_year_s_budget_on_the_day_it_comes():
    of = make.money(people=1)
    recovery = owed(of)
    assert [part.budget_year for part in parts_with_year(recovery)] == [2023]
    used = Budget.objects.get(fund=SPECIAL, year=2023).used_fen
    received(of, recovery, recovery.amount_fen, "S1", on=NEXT_YEAR)
    # The year that promised it gets it back; the books say when it came.
    assert Budget.objects.get(fund=SPECIAL, year=2023).used_fen == used - recovery.amount_fen
    assert not Budget.objects.filter(year=2024).exists()
    movement = BudgetMovement.objects.filter(kind="refund").latest("id")
    assert (movement.year, movement.on) == (2023, NEXT_YEAR)
    assert Transaction.objects.get(kind="receipt").on == NEXT_YEAR
    assert broken() == set()


def test_what_nobody_repaid_is_still_open_in_the_next_year():
    of = make.money(people=1)
    recovery = owed(of)
    received(of, recovery, 100, "S1")
    recovery.refresh_from_db()
    received(of, recovery, 200, "S2", on=NEXT_YEAR)
    recovery.refresh_from_db()
    assert recovery.open_fen == recovery.amount_fen - 300
    assert broken() == set()
