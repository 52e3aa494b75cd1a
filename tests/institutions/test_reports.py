"""A district reports an institution to the city, which alone stops its training (六（四）)."""

import pytest
from django.urls import reverse

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.casework import wording
from apps.casework.models import Notice
from apps.core.errors import Forbidden, InvalidInput, NotFound
from apps.institutions.services.report import report_institution
from tests.api.conftest import caller
from tests.factories import accounts, institutions

pytestmark = pytest.mark.django_db
WHY = "师资不足，约谈后拒不改正"


@pytest.fixture
def place():
    return accounts.district("110105")


@pytest.fixture
def institution(place):
    return institutions.institution("示例技工学校", district=place)


def test_the_city_is_told_with_the_reason_and_a_way_to_the_institution(institution, place):
    report_institution(accounts.actor(Role.DISTRICT_SUPERVISOR, district=place), institution, WHY)
    told = Notice.objects.visible_to(accounts.actor(Role.CITY_OFFICER)).get()
    shown = wording.with_words([told], "desk")[0]
    assert "示例技工学校" in shown["text"]
    assert shown["reason"] == WHY
    assert shown["url"] == reverse("desk:institution", args=[institution.pk])
    assert AccessLog.objects.filter(action="institution_reported", reason=WHY).count() == 1
    institution.refresh_from_db()
    assert institution.standing == "listed"


@pytest.mark.parametrize("role", [Role.DISTRICT_REVIEWER, Role.INSTITUTION_OPERATOR, Role.CITY_OFFICER])
def test_only_the_supervisor_reports(institution, place, role):
    scope = {"district": place} if role == Role.DISTRICT_REVIEWER else {}
    with pytest.raises(Forbidden):
        report_institution(accounts.actor(role, **scope), institution, WHY)


def test_not_without_a_reason_and_not_of_another_district(institution, place):
    with pytest.raises(InvalidInput):
        report_institution(accounts.actor(Role.DISTRICT_SUPERVISOR, district=place), institution, " ")
    stranger = accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        report_institution(stranger, institution, WHY)
    assert not Notice.objects.exists()


def test_by_the_page_and_over_rest(institution, place):
    member = accounts.member(Role.DISTRICT_SUPERVISOR, district=place)
    browser = accounts.client_of(member)
    page = reverse("desk:institution", args=[institution.pk])
    address = reverse("desk:institution_report", args=[institution.pk])
    assert address in browser.get(page).content.decode()
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": WHY}).url == page
    assert WHY in browser.get(page).content.decode()
    call = caller(member)
    answer = call("post", f"/api/v1/institutions/{institution.pk}/report/", {"reason": WHY}, key="report")
    assert (answer.status_code, answer.json()["standing"]) == (200, "listed")
    call("post", f"/api/v1/institutions/{institution.pk}/report/", {"reason": WHY}, key="report")
    assert Notice.objects.count() == 2
