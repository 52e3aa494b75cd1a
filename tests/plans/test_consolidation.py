"""The city's consolidated list: frozen, numbered, and each plan on one list only."""

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.core.errors import Conflict, Forbidden, InvalidInput
from apps.plans import selectors, services
from apps.plans.enums import PlanState
from apps.plans.models import Consolidation, Plan
from apps.policy.rules import digest
from tests.factories import accounts
from tests.factories.plans import ON, complete_plan
from tests.ground import stands


@pytest.fixture
@stands
def approved():
    return [
        complete_plan(state=PlanState.APPROVED),
        complete_plan(state=PlanState.APPROVED, district="110108"),
    ]


def test_a_list_freezes_its_plans_and_totals(approved):
    officer = approved[0].officer
    made = services.consolidate_plans(officer, [case.plan.pk for case in approved], on=ON, note="第一批")
    assert (made.number, made.plan_count, made.headcount) == ("HZ-2023-001", 2, 60)
    # Sixty people, senior level of an ordinary occupation for two years: the document's own 6,000 a year.
    assert made.standard_fen == 60 * 2 * 600_000
    assert made.sha256 == digest(made.content)
    assert [row["submission_sha256"] for row in made.content["plans"]] == [
        case.plan.submissions.get().sha256 for case in approved
    ]
    assert set(Plan.objects.values_list("consolidation", flat=True)) == {made.pk}
    assert not selectors.to_consolidate(officer).exists()


def test_numbers_run_through_the_year(approved):
    officer = approved[0].officer
    numbers = [services.consolidate_plans(officer, [case.plan.pk], on=ON).number for case in approved]
    assert numbers == ["HZ-2023-001", "HZ-2023-002"]


def test_a_plan_stands_on_one_list_only(approved):
    officer = approved[0].officer
    services.consolidate_plans(officer, [approved[0].plan.pk], on=ON)
    with pytest.raises(Conflict):
        services.consolidate_plans(officer, [case.plan.pk for case in approved], on=ON)
    assert Consolidation.objects.count() == 1


def test_a_plan_that_is_not_confirmed_is_not_consolidated(approved):
    pending = complete_plan(state=PlanState.CITY_RECHECK)
    with pytest.raises(Conflict):
        services.consolidate_plans(approved[0].officer, [approved[0].plan.pk, pending.plan.pk], on=ON)


@pytest.mark.parametrize("role", [Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER])
def test_only_the_city_consolidates(approved, role):
    with pytest.raises(Forbidden):
        services.consolidate_plans(actor_of(accounts.member(role)), [approved[0].plan.pk], on=ON)


@pytest.mark.parametrize("chosen", [[], range(1, 2_002)])
def test_a_choice_is_neither_empty_nor_boundless(approved, chosen):
    with pytest.raises(InvalidInput):
        services.consolidate_plans(approved[0].officer, chosen, on=ON)


def test_the_database_keeps_a_plan_on_its_list(approved):
    officer = approved[0].officer
    services.consolidate_plans(officer, [approved[0].plan.pk], on=ON)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Plan.objects.filter(pk=approved[0].plan.pk).update(consolidation=None)
    with pytest.raises(Exception, match=r"permission denied|never changed"), transaction.atomic():
        Consolidation.objects.update(headcount=1)
