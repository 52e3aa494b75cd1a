"""What holds a step back: role, state, version, reason, completeness, and the chair that somebody holds."""

from dataclasses import replace

import pytest

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.engine import Opinion, fire
from apps.casework.models import Decision, Deficiency, History, Seat
from apps.casework.transitions import TransitionTable
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from apps.plans.transitions import PLAN_TRANSITIONS
from tests.factories import accounts, plans
from tests.factories.plans import ON, complete_plan
from tests.ground import stands


def step(case: plans.PlanCase, action: str, actor: Actor, **options) -> Plan:
    """The engine alone, without what the service of a plan asks for beyond it."""
    return fire(PLAN_TRANSITIONS, case.plan, action, actor, on=ON, **options)


def dated(plan: Plan) -> list[str]:
    """What the service of an approval adds to the step."""
    plan.approved_on = ON
    return ["approved_on"]


@pytest.fixture
@stands
def case() -> plans.PlanCase:
    """A plan that waits for the district."""
    return complete_plan(state=PlanState.DISTRICT_REVIEW)


def where(case: plans.PlanCase) -> str:
    return Plan.objects.get(pk=case.plan.pk).state


def test_a_step_moves_the_case_and_leaves_history_and_decision(case):
    moved = step(case, "approve", case.reviewer, opinion=Opinion(reason="符合规定"))
    assert moved.state == PlanState.CITY_RECHECK
    entry = History.objects.of(case.plan).last()
    assert (entry.action, entry.from_state, entry.to_state, entry.reason) == (
        "approve",
        "district_review",
        "city_recheck",
        "符合规定",
    )
    assert (entry.person_id, entry.role) == (case.reviewer.person_id, Role.DISTRICT_REVIEWER)
    decision = Decision.objects.of(case.plan).last()
    assert (decision.action, decision.content_version) == ("approve", case.plan.version)
    assert decision.person_id == case.reviewer.person_id
    assert decision.seat.seat == "reviewer"


def test_another_role_cannot_take_the_step(case):
    with pytest.raises(Forbidden) as refusal:
        step(case, "approve", case.clerk)
    assert refusal.value.code == "not_your_step"
    assert where(case) == PlanState.DISTRICT_REVIEW


def test_a_step_from_another_state_is_a_conflict(case):
    with pytest.raises(Conflict) as refusal:
        step(case, "confirm", case.officer)
    assert refusal.value.code == "wrong_state"


def test_a_second_approval_finds_that_the_case_has_moved_on(case):
    step(case, "approve", case.reviewer)
    with pytest.raises(Conflict) as refusal:
        step(case, "approve", case.reviewer)
    assert refusal.value.code == "wrong_state"
    assert Decision.objects.of(case.plan).filter(action="approve").count() == 1


def test_who_may_not_see_a_case_is_told_that_there_is_none(case):
    elsewhere = accounts.actor(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        step(case, "approve", elsewhere)


def test_an_opinion_on_an_older_version_does_not_count(case):
    with pytest.raises(Conflict) as refusal:
        step(case, "approve", case.reviewer, opinion=Opinion(version=case.plan.version + 1))
    assert refusal.value.code == "stale_version"
    assert step(case, "approve", case.reviewer, opinion=Opinion(version=case.plan.version))


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_needs_a_reason(case, reason):
    with pytest.raises(InvalidInput) as refusal:
        step(case, "reject", case.reviewer, opinion=Opinion(reason=reason))
    assert [problem.field for problem in refusal.value.problems] == ["reason"]


def test_a_return_names_its_deficiencies(case):
    with pytest.raises(InvalidInput) as refusal:
        step(case, "return", case.reviewer, opinion=Opinion(reason="请补正"))
    assert [problem.field for problem in refusal.value.problems] == ["deficiencies"]


def test_what_is_missing_refuses_the_step_and_is_listed(case):
    missing = [Problem("a", "first"), Problem("b", "second")]
    with pytest.raises(Refused) as refusal:
        step(case, "approve", case.reviewer, guard=lambda _case, _actor: missing)
    assert refusal.value.problems == missing
    assert where(case) == PlanState.DISTRICT_REVIEW


def test_an_effect_that_refuses_leaves_nothing_behind(case):
    def effect(_locked: Plan) -> list[str]:
        raise Refused("no")

    before = (History.objects.count(), Seat.objects.count(), Decision.objects.count())
    with pytest.raises(Refused, match="no"):
        step(case, "approve", case.reviewer, effect=effect)
    assert (History.objects.count(), Seat.objects.count(), Decision.objects.count()) == before


def test_the_deadline_of_the_next_one_starts_to_run(case):
    moved = step(case, "approve", case.reviewer)
    assert moved.deadline_on is not None
    assert moved.deadline_on > ON
    assert step(case, "confirm", case.officer, effect=dated).deadline_on is None


# Chairs -----------------------------------------------------------------------------------------------


def test_who_submitted_cannot_review_from_a_second_account(case):
    clerk = case.clerk_member.user.person
    same_person = accounts.actor(Role.DISTRICT_REVIEWER, district=case.plan.district, person=clerk)
    assert same_person.user_id != case.clerk.user_id
    with pytest.raises(Refused) as refusal:
        step(case, "approve", same_person)
    assert refusal.value.code == "segregation"
    assert where(case) == PlanState.DISTRICT_REVIEW


def test_who_reviewed_cannot_recheck_from_a_second_account(case):
    step(case, "approve", case.reviewer)
    same_person = accounts.actor(Role.CITY_OFFICER, person=case.reviewer_member.user.person)
    with pytest.raises(Refused) as refusal:
        step(case, "confirm", same_person)
    assert refusal.value.code == "segregation"


def test_without_a_common_person_the_same_steps_are_taken(case):
    """The control: it is the person that refuses the two tests above, not role or state."""
    other = accounts.actor(Role.DISTRICT_REVIEWER, district=case.plan.district)
    step(case, "approve", other)
    confirmed = step(case, "confirm", accounts.actor(Role.CITY_OFFICER), effect=dated)
    assert confirmed.state == PlanState.APPROVED


def test_the_table_without_chairs_would_let_one_person_do_both(case):
    """The control: take the chairs out of the table, and the second account passes."""
    open_table = TransitionTable(
        subject=PLAN_TRANSITIONS.subject,
        initial=PLAN_TRANSITIONS.initial,
        transitions=tuple(replace(row, seat="") for row in PLAN_TRANSITIONS),
    )
    same_person = accounts.actor(
        Role.DISTRICT_REVIEWER, district=case.plan.district, person=case.clerk_member.user.person
    )
    moved = fire(open_table, case.plan, "approve", same_person, on=ON)
    assert moved.state == PlanState.CITY_RECHECK


def test_a_person_may_take_the_same_chair_again(case):
    step(case, "return", case.reviewer, opinion=plans.returned())
    plans.submit(case)
    assert where(case) == PlanState.COUNTERSIGN
    assert Seat.objects.filter(subject_id=case.plan.pk, person_id=case.clerk.person_id).count() == 1


def test_a_chair_in_another_case_counts_where_the_service_says_so(case):
    earlier = complete_plan(state=PlanState.DISTRICT_REVIEW)
    Seat.objects.create(
        subject_type="plans.plan",
        subject_id=earlier.plan.pk,
        seat="applicant",
        person_id=case.reviewer.person_id,
    )
    with pytest.raises(Refused) as refusal:
        step(case, "approve", case.reviewer, separate_from=[earlier.plan])
    assert refusal.value.code == "segregation"
    assert step(case, "approve", case.reviewer).state == PlanState.CITY_RECHECK


# One-time notice ----------------------------------------------------------------------------------------


def test_a_defect_that_an_earlier_return_could_have_named_is_marked_late(case):
    step(case, "return", case.reviewer, opinion=plans.returned(code="teaching.hours"))
    plans.submit(case)
    plans.countersign(case)
    again = [
        {"code": "teaching.hours", "text": "补足学时"},
        {"code": "papers.rules", "text": "补交制度"},
        {"code": "lines.terms", "text": "新出现的问题", "fresh": True},
    ]
    step(case, "return", case.reviewer, opinion=Opinion(reason="请补正", deficiencies=again))
    last = Decision.objects.of(case.plan).last()
    late = dict(Deficiency.objects.filter(decision=last).values_list("code", "late"))
    assert late == {"teaching.hours": False, "papers.rules": True, "lines.terms": False}


def test_a_returned_case_keeps_its_earlier_decisions(case):
    step(case, "return", case.reviewer, opinion=plans.returned())
    plans.submit(case)
    assert [row.action for row in Decision.objects.of(case.plan)] == [
        "submit_directly",
        "countersign",
        "return",
        "submit_directly",
    ]
