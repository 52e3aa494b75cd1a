"""A closed month takes no postings; two persons close it, and nothing may be open."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, InvalidInput, Problem, Refused
from apps.core.invariants import audit
from apps.ledger import periods, services
from apps.ledger.enums import PeriodState
from apps.ledger.models import AccountingPeriod, Transaction
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts, claims
from tests.factories import ledger as make
from tests.ground import stands
from tests.ledger.conftest import refused_by, run

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2023, 3, 1), date(2023, 4, 1)
ON = date(2023, 4, 5)


@pytest.fixture
@stands
def march(books) -> AccountingPeriod:
    """March 2023 is closed, with one posting in it."""
    make.posted("march")
    return closed()


def closed(month=MARCH, on=ON) -> AccountingPeriod:
    services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), month, on=on)
    return services.close_period(accounts.actor(Role.CITY_OFFICER), month, on=on)


def test_a_closed_month_takes_no_posting_one_at_a_time_or_in_bulk(march):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        make.posted("late", on=date(2023, 3, 31))
    assert refusal.value.code == "period_closed"
    with pytest.raises(Refused), transaction.atomic():
        services.post_many([make.posting("april", on=APRIL), make.posting("late", on=date(2023, 2, 1))])
    assert Transaction.objects.count() == 1
    make.posted("april", on=APRIL)


def test_without_the_trigger_it_would(march, without):
    with without("DROP TRIGGER ledger_period_open ON ledger_transaction"):
        make.posted("late", on=date(2023, 3, 31))
        assert Transaction.objects.count() == 2
        assert audit(only=["I6d"])[0].violations


def test_a_mistake_of_a_closed_month_is_reversed_in_the_open_one(march):
    wrong = Transaction.objects.get()
    with pytest.raises(Refused), transaction.atomic():
        services.reverse(wrong, "back", date(2023, 3, 31), "错账")
    assert services.reverse(wrong, "back", APRIL, "错账").on == APRIL


def test_the_same_key_again_is_still_the_same_posting(march):
    assert make.posted("march") == Transaction.objects.get()


def test_who_proposes_does_not_close(books):
    make.posted("march")
    finance = accounts.actor(Role.FINANCE_OFFICER)
    services.propose_closing(finance, MARCH, on=ON)
    with pytest.raises(Refused) as refusal:
        services.close_period(finance, MARCH, on=ON)
    assert refusal.value.code == "segregation"


def test_the_database_asks_for_two_persons_and_for_the_proposal(books):
    period = AccountingPeriod.objects.create(month=MARCH)
    person = accounts.actor(Role.FINANCE_OFFICER).person_id
    steps = "state = 'closed', proposed_on = '2023-04-01', closed_at = now()"
    with refused_by("ledger_period_steps"):
        run(f"UPDATE ledger_accountingperiod SET {steps}, proposed_by_id = {person}, closed_by_id = {person}")
    period.state, period.proposed_by_id, period.proposed_on = PeriodState.PROPOSED, person, ON
    period.save()
    with refused_by("ledger_period_of_two_persons"):
        run(f"UPDATE ledger_accountingperiod SET {steps}, closed_by_id = {person}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_accountingperiod SET state = 'open', closed_by_id = NULL",
        "UPDATE ledger_accountingperiod SET month = '2020-01-01'",
        "DELETE FROM ledger_accountingperiod",
    ],
)
def test_a_closed_month_stays_closed(march, sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("role", "district"),
    [(Role.DISTRICT_SUPERVISOR, "110105"), (Role.FINANCE_OFFICER, "110105"), (Role.AUDITOR, None)],
)
def test_only_the_citys_finance_closes(books, role, district):
    scope = {"district": accounts.district(district)} if district else {}
    with pytest.raises(Forbidden):
        services.propose_closing(accounts.actor(role, **scope), MARCH, on=ON)


def test_a_month_that_is_not_over_is_not_closed(books):
    with pytest.raises(Refused) as refusal:
        closed(on=date(2023, 3, 31))
    assert [problem.code for problem in refusal.value.problems] == ["month_not_over"]


def test_months_are_closed_in_their_order(books):
    make.posted("march")
    make.posted("april", on=APRIL)
    with pytest.raises(Refused) as refusal:
        closed(APRIL, date(2023, 5, 2))
    assert "2023-03" in refusal.value.problems[0].message
    closed(MARCH, date(2023, 5, 2))
    closed(APRIL, date(2023, 5, 2))
    assert periods.open_from() == date(2023, 5, 1)


def test_what_others_registered_keeps_a_month_open_at_both_signatures(books, monkeypatch):
    make.posted("march")
    open_things: list[Problem] = []
    monkeypatch.setitem(periods._obstacles, "test", (lambda *_asked: open_things, ""))
    services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), MARCH, on=ON)
    open_things.append(Problem("break", "还有差异"))
    with pytest.raises(Refused) as refusal:
        services.close_period(accounts.actor(Role.CITY_OFFICER), MARCH, on=ON)
    assert refusal.value.problems == open_things


def test_an_order_without_an_answer_keeps_its_month_open(monkeypatch):
    of = claims.money(people=1)
    claim = release_payment(of.finance, claims.signed(of), on=claims.ON)
    order = claim.orders.get()
    month = timezone.localtime(order.released_at, clock.BEIJING).date().replace(day=1)
    on = periods.next_month(periods.next_month(month))
    period = AccountingPeriod(month=month)
    assert [row.field for row in periods.obstacles(period, on) if row.code == "order_without_answer"] == [
        order.number
    ]
    record_payment(of.finance, claim, on=claims.ON, paid_on=claims.ON, bank_serial="B1")
    assert not [row for row in periods.obstacles(period, on) if row.code == "order_without_answer"]


def test_a_month_without_postings_before_a_closed_one_is_closed_with_it(books):
    january, february = date(2023, 1, 1), date(2023, 2, 1)
    closed(january)
    make.posted("march")
    closed(MARCH)
    found = {str(row.period): row.period.state for row in periods.months(ON)}
    assert found == {f"2023-0{month}": "closed" for month in (1, 2, 3)} | {"2023-04": "open"}
    with pytest.raises(Refused) as refusal:
        services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), february, on=ON)
    assert [problem.code for problem in refusal.value.problems] == ["closed_with_a_later_one"]


def test_a_proposal_is_withdrawn_with_a_reason(books):
    make.posted("march")
    finance = accounts.actor(Role.FINANCE_OFFICER)
    services.propose_closing(finance, MARCH, on=ON)
    with pytest.raises(InvalidInput):
        services.withdraw_closing(finance, MARCH, reason=" ", on=ON)
    assert services.withdraw_closing(finance, MARCH, reason="等待对账单", on=ON).state == PeriodState.OPEN
    with pytest.raises(Conflict):
        services.close_period(accounts.actor(Role.CITY_OFFICER), MARCH, on=ON)
    assert AccessLog.objects.filter(action__startswith="period_").count() == 2


def test_months_are_listed_with_their_postings(march):
    found = periods.months(ON)
    assert [(str(row.period), row.period.state, row.transactions) for row in found] == [
        ("2023-04", "open", 0),
        ("2023-03", "closed", 1),
    ]
