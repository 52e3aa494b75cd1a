"""The way of a plan: each step by whom it belongs to, and by nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from apps.casework.engine import Opinion
from apps.casework.models import Decision, History
from apps.core.errors import Conflict, Forbidden, NotFound, ShituError
from apps.plans import services
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from apps.plans.transitions import PLAN_TRANSITIONS
from tests.factories import plans
from tests.factories.plans import ON, complete_plan

SERVICES = {
    "submit": services.submit_plan,
    "consent": services.give_consent,
    "withhold_consent": services.withhold_consent,
    "take_back_consent": services.take_back_consent,
    "countersign": services.countersign_plan,
    "decline": services.decline_plan,
    "approve": services.approve_plan,
    "return": services.return_plan,
    "reject": services.reject_plan,
    "confirm": services.confirm_plan,
    "send_back": services.send_back_plan,
    "refuse": services.refuse_plan,
    "withdraw": services.withdraw_plan,
    "end": services.end_plan,
    "give_up": services.give_up_plan,
}
ACTORS = {
    "submit": "clerk",
    "consent": "superior",
    "withhold_consent": "superior",
    "take_back_consent": "superior",
    "countersign": "teacher",
    "decline": "teacher",
    "approve": "reviewer",
    "return": "reviewer",
    "reject": "reviewer",
    "confirm": "officer",
    "send_back": "officer",
    "refuse": "officer",
    "withdraw": "clerk",
    "end": "officer",
    "give_up": "clerk",
}
OPINION = Opinion(
    reason="说明理由",
    checklist=plans.passed().checklist,
    deficiencies=[{"code": "lines.terms", "article": "三（一）", "text": "更正培养期限"}],
)
ALLOWED = {
    (state, row.action)
    for row in PLAN_TRANSITIONS
    for state in row.sources
    if row.action != "submit_directly"
}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    mark = transaction.savepoint()
    yield
    transaction.savepoint_rollback(mark)


def test_a_plan_goes_from_the_enterprise_to_the_citys_approval():
    case = complete_plan(superior=True)
    for step, state in (
        (plans.submit, PlanState.CONSENT),
        (plans.consent, PlanState.COUNTERSIGN),
        (plans.countersign, PlanState.DISTRICT_REVIEW),
        (plans.approve, PlanState.CITY_RECHECK),
        (plans.confirm, PlanState.APPROVED),
    ):
        case.plan = step(case)
        assert case.plan.state == state
    assert case.plan.approved_on == ON
    assert [row.action for row in History.objects.of(case.plan)] == [
        "create",
        "submit",
        "consent",
        "countersign",
        "approve",
        "confirm",
    ]


def test_without_a_superior_unit_a_plan_goes_straight_to_the_institution():
    case = complete_plan(state=PlanState.COUNTERSIGN)
    assert case.plan.superior_unit_id is None
    assert History.objects.of(case.plan).last().action == "submit_directly"


def test_the_superior_unit_of_the_day_of_submission_is_asked():
    case = complete_plan()
    above = plans.parties(superior=True)["enterprise"].organisation.superior
    organisation = case.enterprise.organisation
    organisation.superior = above
    organisation.save()
    plan = plans.submit(case)
    assert (plan.state, plan.superior_unit_id) == (PlanState.CONSENT, above.pk)


@pytest.mark.parametrize("state", PlanState.values)
def test_from_each_state_exactly_its_own_steps_can_be_taken(state):
    case = complete_plan(state=state, superior=True)
    for action, service in SERVICES.items():
        actor = getattr(case, ACTORS[action])
        with undone():
            if (state, action) in ALLOWED:
                moved = service(actor, case.plan, on=ON, opinion=OPINION)
                assert moved.state == PLAN_TRANSITIONS.find(action, state).target
            else:
                with pytest.raises((Conflict, NotFound)):
                    service(actor, case.plan, on=ON, opinion=OPINION)
                assert Plan.objects.get(pk=case.plan.pk).state == state


@pytest.mark.parametrize("state", sorted({state for state, _action in ALLOWED}))
def test_each_step_is_refused_to_every_other_role(state):
    case = complete_plan(state=state, superior=True)
    for action in (action for from_state, action in ALLOWED if from_state == state):
        for name in sorted(set(ACTORS.values()) - {ACTORS[action]}):
            with pytest.raises((Forbidden, NotFound)):
                SERVICES[action](getattr(case, name), case.plan, on=ON, opinion=OPINION)
            assert Plan.objects.get(pk=case.plan.pk).state == state


@pytest.mark.parametrize(
    "action", ["withhold_consent", "decline", "return", "reject", "send_back", "refuse", "withdraw"]
)
def test_whoever_stops_a_plan_gives_a_reason(action):
    state = PLAN_TRANSITIONS.named(action)[0].sources[0]
    case = complete_plan(state=state, superior=True)
    opinion = Opinion(deficiencies=OPINION.deficiencies)
    with pytest.raises(ShituError) as refusal:
        SERVICES[action](getattr(case, ACTORS[action]), case.plan, on=ON, opinion=opinion)
    assert refusal.value.code == "reason_required"


def test_a_returned_plan_keeps_its_earlier_decisions():
    case = complete_plan(state=PlanState.RETURNED)
    services.save_courses(case.clerk, case.plan, plans.courses(), on=ON)
    plans.advance(case, PlanState.CITY_RECHECK)
    actions = list(Decision.objects.of(case.plan).values_list("action", flat=True))
    assert actions == [
        "submit_directly",
        "countersign",
        "return",
        "submit_directly",
        "countersign",
        "approve",
    ]


def test_the_deadline_of_each_stage_counts_working_days():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    # Ten working days after Wednesday 1 March 2023.
    assert case.plan.deadline_on.isoformat() == "2023-03-15"


def test_the_city_sends_a_plan_back_to_the_same_district_reviewer():
    case = complete_plan(state=PlanState.CITY_RECHECK)
    services.send_back_plan(case.officer, case.plan, on=ON, opinion=Opinion(reason="核实教材"))
    case.plan.refresh_from_db()
    assert plans.approve(case).state == PlanState.CITY_RECHECK
