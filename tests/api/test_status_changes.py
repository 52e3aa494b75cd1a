"""Over REST a status change has its day, and a transfer its class, as on the page."""

from datetime import timedelta

import pytest

from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment, StatusRecord
from apps.core import clock
from tests.api.conftest import Call, caller
from tests.factories import accounts
from tests.factories import apprentices as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> make.Workshop:
    return make.workshop()


@pytest.fixture
def call(shop: make.Workshop) -> Call:
    return caller(accounts.member(Role.ENTERPRISE_OPERATOR, organisation=shop.enterprise.organisation))


def path_of(enrolment: Enrolment, step: str) -> str:
    return f"/api/v1/enrolments/{enrolment.pk}/{step}/"


def test_a_change_holds_from_the_day_that_is_named(shop, call):
    enrolment = make.enrolled_class(shop).enrolments.get()
    day = enrolment.set_up_on + timedelta(days=3)
    body = {"reason": "离职", "effective_on": day.isoformat()}
    assert call("post", path_of(enrolment, "withdraw"), body).status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.left_on == day


def test_a_change_holds_from_today_where_no_day_is_named(shop, call):
    enrolment = make.enrolled_class(shop).enrolments.get()
    assert call("post", path_of(enrolment, "suspend"), {"reason": "病假"}).status_code == 200
    assert StatusRecord.objects.get().effective_on == clock.today()


@pytest.mark.parametrize(
    ("day", "status"), [("2999-01-01", 400), ("1999-01-01", 400), ("昨天", 400), (20230301, 400)]
)
def test_a_day_that_cannot_be_is_refused_by_its_name(shop, call, day, status):
    enrolment = make.enrolled_class(shop).enrolments.get()
    answer = call("post", path_of(enrolment, "withdraw"), {"reason": "离职", "effective_on": day})
    assert answer.status_code == status
    assert [problem["field"] for problem in answer.json()["problems"]] == ["effective_on"]
    assert not StatusRecord.objects.exists()


def test_a_transfer_names_the_class_and_registers_the_person_there(shop, call):
    enrolment = make.enrolled_class(shop).enrolments.get()
    target = make.open_class(shop)
    body = {"reason": "换班", "to_class": target.pk}
    assert call("post", path_of(enrolment, "transfer"), body).json()["state"] == "transferred"
    assert target.enrolments.get().person_id == enrolment.person_id


def test_a_transfer_to_a_class_that_is_not_one_s_own_changes_nothing(shop, call):
    enrolment = make.enrolled_class(shop).enrolments.get()
    foreign = make.open_class(make.workshop(district="110108"))
    body = {"reason": "换班", "to_class": foreign.pk}
    assert call("post", path_of(enrolment, "transfer"), body).status_code == 404
    enrolment.refresh_from_db()
    assert enrolment.state == "enrolled"
