"""The demo city is played day by day, and its history tells the days; no other city's can be told to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from apps.apprentices.models import Enrolment
from apps.casework.engine import Opinion, fire
from apps.casework.models import Decision, History, Notice
from apps.claims.models import Claim
from apps.core import clock
from apps.demo.playing import stage
from apps.plans.enums import PlanState
from apps.plans.transitions import PLAN_TRANSITIONS
from tests.demo.test_demo_city import made, small
from tests.factories.plans import ON, complete_plan
from tests.ledger.conftest import owner, refused_by, without

__all__ = ["owner", "without"]
pytestmark = pytest.mark.django_db
LONG_AGO = "2020-03-02T09:00:00+08:00"
# The part of the guard's function that asks who acts.
WITHOUT_THE_QUESTION = """
DO $$ DECLARE source text; BEGIN
    SELECT pg_get_functiondef(tgfoid) INTO STRICT source FROM pg_trigger
     WHERE tgrelid = 'casework_history'::regclass AND tgname LIKE 'pgtrigger_told_moment_%';
    EXECUTE replace(source, 'pg_get_userbyid(relowner) = current_user', 'true');
END $$
"""


def tell(moment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shitu.moment', %s, true)", [moment])


def rejected(case) -> History:
    fire(PLAN_TRANSITIONS, case.plan, "reject", case.reviewer, on=ON, opinion=Opinion(reason="不符合规定"))
    return History.objects.of(case.plan).last()


@pytest.fixture
def case():
    return complete_plan(state=PlanState.DISTRICT_REVIEW)


# Who may tell. ---------------------------------------------------------------------------------------


def test_the_application_cannot_say_when_something_happened(case):
    with refused_by("history_tells_its_own_time"), transaction.atomic():
        tell(LONG_AGO)
        rejected(case)
    assert rejected(case).at.astimezone(clock.BEIJING).date() == clock.today()


def test_without_the_question_who_acts_the_application_could(case, without):
    with without(WITHOUT_THE_QUESTION):
        tell(LONG_AGO)
        assert rejected(case).at == datetime.fromisoformat(LONG_AGO)


def test_the_owner_of_the_tables_says_it_but_never_of_days_to_come(case, owner):
    with owner():
        tell(LONG_AGO)
        assert rejected(case).at == datetime.fromisoformat(LONG_AGO)
        tell("2999-01-01T00:00:00Z")
        with stage():
            assert rejected(complete_plan(state=PlanState.DISTRICT_REVIEW)).at <= clock.now()


def test_what_was_told_of_history_is_not_changed_afterwards_either(case, owner):
    with owner():
        tell(LONG_AGO)
        told = rejected(case)
        with pytest.raises(DatabaseError), transaction.atomic():
            History.objects.filter(pk=told.pk).update(at=clock.now())


# The days. -------------------------------------------------------------------------------------------


def test_stories_are_played_side_by_side_in_the_order_of_their_days():
    heard: list[tuple[str, datetime]] = []

    def story(name: str, *days: date) -> Iterator[date]:
        for day in days:
            yield day
            heard.append((name, clock.now()))

    first, second, third = (date(2024, 5, day) for day in (6, 7, 8))
    with stage() as days:
        days.play([story("A", first, third), story("B", second, third), story("C")])
    assert [name for name, _at in heard] == ["A", "B", "A", "B"]
    assert [at.date() for _name, at in heard] == [first, second, third, third]
    assert [at for _name, at in heard] == sorted({at for _name, at in heard})


def test_no_act_is_of_the_night_or_of_days_to_come():
    heard: list[datetime] = []

    def story(day: date) -> Iterator[date]:
        for _act in range(300):
            yield day
            heard.append(clock.now())

    with stage() as days:
        days.play([story(date(2024, 5, 6)), story(clock.today() + timedelta(days=3))])
    assert {at.date() for at in heard[:300]} == {date(2024, 5, 6)}
    assert all(9 <= at.hour < 18 for at in heard[:300])
    assert heard == sorted(heard)
    assert heard[-1] <= clock.now()


def test_the_clock_is_right_again_after_a_story_that_broke():
    with pytest.raises(ZeroDivisionError), stage() as days, days.on(date(2024, 5, 6)):
        raise ZeroDivisionError
    assert clock.today() > date(2026, 1, 1)


@pytest.mark.usefixtures("transactional_db")
def test_history_decisions_and_notices_of_the_city_tell_the_days_on_which_they_were(owner):
    with owner():
        made(small("remainder_paid", "training"))
    claim = Claim.objects.filter(kind="advance", state="paid").earliest("id")
    steps = list(History.objects.of(claim))
    days = [row.at.astimezone(clock.BEIJING).date() for row in steps]
    assert days == sorted(days)
    assert (days[-1] - days[0]).days >= 7
    assert claim.orders.get().paid_on == days[-1]
    decided = {row.action: row.at for row in Decision.objects.of(claim)}
    assert {row.action: row.at for row in steps if row.action in decided} == decided
    enrolled = Enrolment.objects.filter(state="completed").first() or Enrolment.objects.first()
    set_up = History.objects.of(enrolled).get(action="enrol")
    assert set_up.at.astimezone(clock.BEIJING).date() == enrolled.set_up_on
    told = list(Notice.objects.order_by("id").values_list("at", flat=True))
    assert told == sorted(told)
    assert told[0] < clock.now() - timedelta(days=300)


def test_the_application_makes_the_city_as_well_and_its_history_tells_when_it_was_made():
    assert settings.APP_DB_ROLE
    made(small("district_review"))
    assert {row.at.astimezone(clock.BEIJING).date() for row in History.objects.all()} == {clock.today()}
