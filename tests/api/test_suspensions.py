"""Programs read where an institution stands, and what a suspension means for a class, as the pages say it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.core.clock import today
from apps.institutions import services as directory
from apps.training.enums import SessionSide
from tests.api.conftest import caller
from tests.factories import accounts, institutions, training
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOT_HALTED = {
    "halted": False,
    "standing": None,
    "first_day": None,
    "last_day": None,
    "reason": "",
    "lessons": 0,
    "first_lesson": None,
    "last_lesson": None,
}


@pytest.fixture
def of():
    return training.training(people=1)


@pytest.fixture
def city():
    return accounts.actor(Role.CITY_OFFICER)


def read(membership, name: str, pk: int) -> dict:
    answer = caller(membership)("get", reverse(f"api:{name}-detail", args=[pk]))
    assert answer.status_code == 200, answer.content
    return answer.json()


def clerk(of):
    return of.shop.operator


def test_a_class_says_whether_it_is_halted_since_when_why_and_which_lessons_it_touches(of, city):
    shown = read(clerk(of), "class", of.training_class.pk)
    assert shown["suspension"] == NOT_HALTED
    lesson = training.hold(of, SessionSide.INSTITUTION, day=11)
    since = ON + 10 * DAY
    directory.suspend(city, of.training_class.institution, "师资不足", on=since)
    shown = read(clerk(of), "class", of.training_class.pk)["suspension"]
    day = lesson.starts_at.date().isoformat()
    assert shown == {
        "halted": True,
        "standing": "suspended",
        "first_day": since.isoformat(),
        "last_day": None,
        "reason": "师资不足",
        "lessons": 1,
        "first_lesson": day,
        "last_lesson": day,
    }


def test_a_suspension_that_is_over_halts_nothing_and_its_lessons_are_still_named(of, city):
    training.hold(of, SessionSide.INSTITUTION, day=11)
    institution = of.training_class.institution
    directory.suspend(city, institution, "师资不足", on=ON + 10 * DAY, until=ON + 12 * DAY)
    shown = read(clerk(of), "class", of.training_class.pk)["suspension"]
    assert (shown["halted"], shown["standing"], shown["lessons"]) == (False, None, 1)
    plan = read(clerk(of), "plan", of.training_class.plan_id)["institution_standing"]
    assert (plan["standing"], plan["standing_until"]) == ("listed", (ON + 12 * DAY).isoformat())


def test_a_list_of_classes_asks_nothing_of_suspensions(of):
    with CaptureQueriesContext(connection) as asked:
        rows = caller(clerk(of))("get", reverse("api:class-list")).json()["results"]
    assert rows
    assert "suspension" not in rows[0]
    assert not [query for query in asked if "institutions_institution" in query["sql"]]


def test_a_plan_and_the_directory_say_where_the_institution_stands(of, city):
    institution = of.training_class.institution
    directory.suspend(city, institution, "师资不足", on=today(), until=today() + DAY)
    expected = {
        "standing": "suspended",
        "standing_from": today().isoformat(),
        "standing_until": (today() + DAY).isoformat(),
        "standing_reason": "师资不足",
    }
    assert read(clerk(of), "plan", of.training_class.plan_id)["institution_standing"] == expected
    reviewer = accounts.member(Role.DISTRICT_REVIEWER, district=institution.organisation.district)
    shown = read(reviewer, "institution", institution.pk)
    assert {name: shown[name] for name in expected} == expected
    assert shown["name"] == institution.organisation.name


def test_the_directory_is_read_with_one_statement_for_however_many(of):
    district = of.training_class.institution.organisation.district
    for _many in range(3):
        institutions.institution(district=district)
    call = caller(accounts.member(Role.DISTRICT_REVIEWER, district=district))
    with CaptureQueriesContext(connection) as asked:
        rows = call("get", reverse("api:institution-list")).json()["results"]
    assert len(rows) >= 4
    assert sum("institutions_institution" in query["sql"] for query in asked) == 1


def test_an_institution_of_another_district_is_not_there(of):
    foreign = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    address = reverse("api:institution-detail", args=[of.training_class.institution_id])
    assert caller(foreign)("get", address).status_code == 404
