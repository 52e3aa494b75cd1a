"""What the database itself refuses: steps outside the table, history by hand, a borrowed chair (I3, I6)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.casework.models import Decision, History, Seat
from apps.core.db import as_owner
from apps.plans.enums import APPROVED_ONCE, PlanState
from apps.plans.models import Plan
from apps.plans.transitions import PLAN_TRANSITIONS
from tests.factories import accounts, plans
from tests.factories.plans import complete_plan

HISTORY = (
    "INSERT INTO casework_history (subject_type, subject_id, action, from_state, to_state, role, reason,"
    " district_code, content_version, at)"
    " VALUES ('plans.plan', 1, 'approve', 'a', 'b', 'system', 'made up', '110105', 1, now())"
)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def refused(match: str, error: type[Exception] = IntegrityError) -> Iterator[None]:
    """The database refuses what happens inside, in these words; the test goes on after it."""
    with pytest.raises(error, match=match), transaction.atomic():
        yield


def run(sql: str, params: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def put(plan: Plan, state: str) -> None:
    """One line of SQL: the state, and the days that a submitted and an approved plan have to have."""
    day = "2023-03-01" if state in APPROVED_ONCE else None
    run(
        "UPDATE plans_plan SET state = %s, approved_on = %s, submitted_at = coalesce(submitted_at, now())"
        " WHERE id = %s",
        [state, day, plan.pk],
    )


def passes(plan: Plan, actor: Actor, action: str, state: str) -> bool:
    """Whether the database lets the plan of the moment into that state under that action."""
    refusal = ""
    with acting(actor, action, "tried"):
        try:
            with undone():
                put(plan, state)
        except IntegrityError as error:
            refusal = str(error)
    # An approved plan keeps its day of approval, which another guard holds as well.
    if refusal and "may not go from" not in refusal and plan.state not in APPROVED_ONCE:
        pytest.fail(f"refused for another reason: {refusal}")
    return not refusal


@pytest.mark.parametrize("state", PlanState.values)
def test_of_all_steps_from_a_state_the_database_takes_those_of_the_table_alone(state):
    case = complete_plan(state=state, superior=True)
    permitted = {(action, to) for source, action, to in PLAN_TRANSITIONS.triples() if source == state}
    taken = {
        (action, to)
        for action in PLAN_TRANSITIONS.actions()
        for to in PlanState.values
        if to != state and passes(case.plan, case.clerk, action, to)
    }
    assert taken == permitted


def test_a_state_does_not_change_without_an_actor():
    case = complete_plan()
    with refused("only with an actor"):
        put(case.plan, PlanState.CONSENT)


def test_the_system_acts_with_a_reason_only():
    case = complete_plan()
    nameless = Actor(role=Role.SYSTEM, user_id=None, person_id=None, name="")
    with acting(nameless, "submit"), refused("only with an actor"):
        put(case.plan, PlanState.CONSENT)
    with acting(nameless, "submit", "nightly"):
        put(case.plan, PlanState.CONSENT)


def test_who_acts_is_forgotten_at_the_end_of_the_block():
    case = complete_plan()
    with acting(case.clerk, "submit"):
        pass
    with refused("only with an actor"):
        put(case.plan, PlanState.CONSENT)


def test_a_case_begins_at_the_beginning():
    case = complete_plan()
    case.plan.pk, case.plan.number, case.plan.state = None, "PX-OTHER", PlanState.WITHDRAWN
    with acting(case.clerk, "create"), refused("begins as draft"):
        case.plan.save(force_insert=True)


def test_a_case_is_never_deleted():
    case = complete_plan()
    with refused("never deleted"):
        run("DELETE FROM plans_plan WHERE id = %s", [case.plan.pk])


def test_many_cases_in_one_statement_leave_one_entry_each():
    cases = [complete_plan(), complete_plan()]
    keys = [case.plan.pk for case in cases]
    before = History.objects.count()
    with acting(cases[0].clerk, "withdraw", "批量"):
        Plan.objects.filter(pk__in=keys).update(state=PlanState.WITHDRAWN)
    assert History.objects.count() == before + 2
    for case in cases:
        entry = History.objects.of(case.plan).last()
        assert (entry.action, entry.to_state, entry.reason) == ("withdraw", "withdrawn", "批量")


def test_one_wrong_step_among_many_refuses_them_all():
    good, bad = complete_plan(), complete_plan(state=PlanState.CITY_RECHECK)
    with acting(good.clerk, "withdraw", "批量"), refused("may not go from city_recheck"):
        Plan.objects.filter(pk__in=[good.plan.pk, bad.plan.pk]).update(state=PlanState.WITHDRAWN)
    assert Plan.objects.get(pk=good.plan.pk).state == PlanState.DRAFT


# History ----------------------------------------------------------------------------------------------


def test_history_is_not_written_by_hand():
    with refused("written by the change of state itself"):
        run(HISTORY)


@pytest.mark.parametrize(
    "attack", ["UPDATE casework_history SET reason = 'another'", "DELETE FROM casework_history"]
)
@pytest.mark.django_db(transaction=True)
def test_history_is_neither_changed_nor_removed_by_role_or_owner(attack):
    complete_plan()
    with pytest.raises(DatabaseError):
        run(attack)
    with as_owner(connection), pytest.raises(IntegrityError, match="never changed"):
        run(attack)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_history_could_be_made_up():
    """The control: the owner takes the guard away, and the attack of the test above succeeds."""
    with as_owner(connection), transaction.atomic():
        run("ALTER TABLE casework_history DISABLE TRIGGER USER")
        run(HISTORY)
        assert History.objects.filter(reason="made up").exists()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_any_step_could_be_taken():
    """The control: without the trigger a draft is approved by one line of SQL."""
    case = complete_plan()
    with as_owner(connection), transaction.atomic():
        run("ALTER TABLE plans_plan DISABLE TRIGGER USER")
        put(case.plan, PlanState.APPROVED)
        assert Plan.objects.get(pk=case.plan.pk).state == PlanState.APPROVED
        transaction.set_rollback(True)
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DRAFT


# Chairs and decisions -------------------------------------------------------------------------------------


def chair(case: plans.PlanCase, actor: Actor, seat: str) -> Seat:
    return Seat.objects.create(
        subject_type="plans.plan", subject_id=case.plan.pk, seat=seat, person_id=actor.person_id
    )


def decide(case: plans.PlanCase, seat: Seat, actor: Actor) -> Decision:
    return Decision.objects.create(
        subject_type="plans.plan",
        subject_id=case.plan.pk,
        seat=seat,
        person_id=actor.person_id,
        user_id=actor.user_id,
        role=actor.role,
        action="approve",
        from_state="district_review",
        to_state="city_recheck",
        content_version=1,
    )


def test_a_person_holds_one_chair_in_a_case():
    case = complete_plan()
    chair(case, case.reviewer, "reviewer")
    with refused("one_seat_per_person_and_case"):
        chair(case, case.reviewer, "rechecker")


def test_a_decision_is_taken_from_ones_own_chair():
    case = complete_plan()
    seat = chair(case, case.reviewer, "reviewer")
    assert decide(case, seat, case.reviewer).pk
    with refused("decision_of_its_seat"):
        decide(case, seat, case.officer)


def test_a_decision_is_not_taken_from_a_chair_in_another_case():
    case, other = complete_plan(), complete_plan()
    with refused("decision_of_its_seat"):
        decide(case, chair(other, case.reviewer, "reviewer"), case.reviewer)


def test_decisions_and_chairs_stay_as_they_were():
    case = complete_plan()
    decide(case, chair(case, case.reviewer, "reviewer"), case.reviewer)
    for table in ("casework_decision", "casework_seat"):
        with refused("permission denied", DatabaseError):
            run(f"DELETE FROM {table}")


def test_a_fresh_account_is_not_a_fresh_person():
    """Chairs are people's: the second account of a person meets the first one's chair."""
    case = complete_plan()
    chair(case, case.reviewer, "reviewer")
    second = accounts.actor(Role.CITY_OFFICER, person=case.reviewer_member.user.person)
    assert second.user_id != case.reviewer.user_id
    with refused("one_seat_per_person_and_case"):
        chair(case, second, "rechecker")
