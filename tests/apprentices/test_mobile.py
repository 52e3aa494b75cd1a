"""A mobile number that was mistyped in the roster is corrected by the enterprise, for everybody to see."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.accounts.models import AccessLog, Membership, Person
from apps.accounts.roles import Role
from apps.accounts.sentences import MOBILE
from apps.apprentices import services
from apps.apprentices.models import MobileCorrection
from apps.casework import wording
from apps.casework.engine import Opinion
from apps.casework.models import Notice
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from tests.api.conftest import caller
from tests.factories import accounts
from tests.factories import apprentices as make
from tests.ground import stands

LATER = date(2023, 6, 1)
RIGHT = "13912345678"


@pytest.fixture
@stands
def enrolled(shop):
    return make.enrolled_class(shop).enrolments.get()


def correct(actor, enrolment, mobile=RIGHT, reason="名单上错了一位"):
    return services.correct_mobile(actor, enrolment, mobile, reason=reason, on=LATER)


def test_the_enterprise_corrects_it_with_a_reason_and_the_apprentice_is_told(shop, enrolled):
    made = correct(shop.clerk, enrolled, "+86 139 1234 5678")
    person = Person.objects.get(pk=enrolled.person_id)
    assert person.mobile == RIGHT
    assert (made.after, made.reason, made.recorded_by_id) == (
        "139****5678",
        "名单上错了一位",
        shop.clerk.account_id,
    )
    assert RIGHT not in str(MobileCorrection.objects.values())
    told = Notice.objects.get(person=person, code="apprentices.mobilecorrection.made")
    assert "139****5678" in wording.sentence(told)
    assert RIGHT not in str(told.params)


def test_it_stays_as_it_is_where_something_is_wrong(shop, enrolled):
    before = Person.objects.get(pk=enrolled.person_id).mobile
    for mobile, reason, code in [
        ("1391234567", "错号", "mobile_form"),
        ("", "错号", "mobile_blank"),
        (RIGHT, " ", "reason_blank"),
        (RIGHT, "长" * 301, "too_long"),
        (before, "错号", "mobile_same"),
    ]:
        with pytest.raises(InvalidInput) as refusal:
            correct(shop.clerk, enrolled, mobile, reason)
        assert refusal.value.code == code
    assert Person.objects.get(pk=enrolled.person_id).mobile == before
    assert not MobileCorrection.objects.exists()


def test_nobody_but_the_enterprise_of_the_apprentice_corrects_it(shop, enrolled):
    with pytest.raises(Forbidden):
        correct(accounts.actor(Role.DISTRICT_REVIEWER, district=enrolled.district), enrolled)
    with pytest.raises(NotFound):
        correct(accounts.actor(Role.ENTERPRISE_OPERATOR), enrolled)


def test_it_is_corrected_as_long_as_the_person_is_trained(shop, enrolled):
    services.suspend_enrolment(shop.clerk, enrolled, on=LATER, opinion=Opinion(reason="病假"))
    correct(shop.clerk, enrolled)
    services.withdraw_enrolment(shop.clerk, enrolled, on=LATER, opinion=Opinion(reason="离职"))
    with pytest.raises(Conflict):
        correct(shop.clerk, enrolled, "13987654321")


def test_somebody_on_an_open_roster_is_corrected_as_well(shop):
    """Their number may be known from elsewhere: no roster overwrites it, and registering anew keeps it."""
    row = make.register(shop, make.open_class(shop))
    correct(shop.clerk, row)
    assert Person.objects.get(pk=row.person_id).mobile == RIGHT


def test_the_number_of_somebody_with_an_office_elsewhere_is_not_an_enterprises_to_change(shop, enrolled):
    accounts.member(Role.FINANCE_OFFICER, person=enrolled.person)
    with pytest.raises(Refused) as refusal:
        correct(shop.clerk, enrolled)
    assert refusal.value.code == "has_an_office"


def test_who_works_for_the_enterprise_itself_may_be_an_apprentice_of_it(shop, enrolled):
    accounts.member(
        Role.ENTERPRISE_OPERATOR, person=enrolled.person, organisation=shop.enterprise.organisation
    )
    correct(shop.clerk, enrolled)


def test_a_correction_is_never_changed_and_stands_in_the_access_log(shop, enrolled):
    made = correct(shop.clerk, enrolled)
    with pytest.raises(DatabaseError), transaction.atomic():
        MobileCorrection.objects.filter(pk=made.pk).update(reason="")
    assert AccessLog.objects.filter(action="record_changed", reason=MOBILE.say()).exists()


def test_the_page_corrects_it_and_the_district_sees_that(shop, enrolled):
    browser = accounts.client_of(shop.operator)
    page = reverse("portal:enrolment_detail", args=[enrolled.pk])
    url = reverse("portal:enrolment_mobile", args=[enrolled.pk])
    assert url in browser.get(page).content.decode()
    wrong = browser.post(url, {"mobile": "123", "reason": "错号"})
    assert wrong.status_code == 422
    assert 'value="123"' in wrong.content.decode()
    answer = browser.post(url, {"mobile": RIGHT, "reason": "名单上错了一位"}, follow=True)
    shown = answer.content.decode()
    assert "手机号已更正" in shown
    assert "139****5678" in shown
    assert RIGHT not in shown
    desk = accounts.client_for(Role.DISTRICT_REVIEWER, district=enrolled.district)
    seen = desk.get(reverse("desk:enrolment_detail", args=[enrolled.pk])).content.decode()
    assert "更正为139****5678" in seen
    assert "名单上错了一位" in seen


def test_it_is_corrected_over_rest_once_a_key(shop, enrolled):
    call = caller(Membership.objects.get(pk=shop.clerk.membership_id))
    path = f"/api/v1/enrolments/{enrolled.pk}/mobile/"
    for _twice in range(2):
        answer = call("post", path, {"mobile": RIGHT, "reason": "错号"}, key="m1")
        assert answer.status_code == 200, answer.content
        assert RIGHT not in answer.content.decode()
    assert MobileCorrection.objects.count() == 1
    wrong = call("post", path, {"mobile": "1", "reason": "错号"}, key="m2")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "mobile_form")
    assert wrong.json()["problems"][0]["field"] == "mobile"
