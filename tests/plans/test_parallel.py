"""Many at once: one wins, the others are refused cleanly."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.casework.models import Decision, History
from apps.core.errors import Conflict
from apps.plans import services
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from tests.factories import plans
from tests.factories.plans import ON, complete_plan, draft

MANY = 50


def at_once(many, work):
    """Run `work` in so many threads that start together; each has a connection of its own."""
    start = threading.Barrier(many)

    def one(number):
        start.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


@pytest.mark.django_db(transaction=True)
def test_of_fifty_parallel_approvals_one_is_taken_and_forty_nine_are_refused():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    actor, plan = case.reviewer, case.plan

    def approve(_number):
        try:
            services.approve_plan(actor, plan, on=ON, opinion=plans.passed())
        except Conflict as refusal:
            return refusal.code
        return "approved"

    answers = at_once(MANY, approve)
    assert sorted(answers) == ["approved", *["wrong_state"] * (MANY - 1)]
    assert History.objects.of(plan).filter(action="approve").count() == 1
    assert Decision.objects.of(plan).filter(action="approve").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_row_lock_the_same_attack_succeeds(monkeypatch):
    """The control: eight readers who all saw the plan waiting decide on it eight times."""
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    actor, plan, many = case.reviewer, case.plan, 8
    everybody_has_read = threading.Barrier(many)

    def read_without_lock(found, _actor):
        row = Plan.objects.get(pk=found.pk)
        everybody_has_read.wait()
        return row

    monkeypatch.setattr("apps.casework.engine.lock", read_without_lock)
    at_once(many, lambda _n: services.approve_plan(actor, plan, on=ON, opinion=plans.passed()))
    assert Decision.objects.of(plan).filter(action="approve").count() == many


@pytest.mark.django_db(transaction=True)
def test_plans_that_are_begun_at_once_get_different_numbers():
    clerk = draft().clerk
    numbers = at_once(20, lambda _number: services.create_plan(clerk, on=ON).number)
    assert len(set(numbers)) == 20


@pytest.mark.django_db(transaction=True)
def test_a_step_saved_from_many_windows_at_once_keeps_each_row_once():
    case = draft()
    row = plans.lines(row_key="a")[0]
    at_once(10, lambda _number: services.save_lines(case.clerk, case.plan, [row], on=ON))
    assert case.plan.lines.count() == 1
