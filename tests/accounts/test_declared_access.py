"""A view that declares nobody is shut; the others open for whom they declare, and a refusal is logged."""

import pytest
from django.test import Client

from apps.accounts.enums import AccessAction
from apps.accounts.models import AccessLog
from apps.accounts.roles import PEOPLE, Role
from tests.factories import accounts

pytestmark = pytest.mark.urls("tests.accounts.views")


@pytest.mark.parametrize("path", ["/try/city/", "/try/city-view/"])
@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_a_view_opens_for_the_roles_it_declares_and_no_other(path: str, role: Role) -> None:
    status = accounts.client_for(role).get(path).status_code
    assert status == (200 if role == Role.CITY_OFFICER else 403)


def test_a_view_that_declares_nobody_opens_for_nobody() -> None:
    for role in (Role.CITY_OFFICER, Role.SYSTEM_ADMIN):
        response = accounts.client_for(role).get("/try/undeclared/")
        assert (response.status_code, b"never seen" in response.content) == (403, False)
    assert Client().get("/try/undeclared/").status_code == 403


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: Client) -> None:
    response = client.get("/try/city/?page=2")
    assert response["Location"] == "/accounts/login/?next=/try/city/%3Fpage%3D2"


def test_a_fragment_leads_the_whole_page_to_sign_in(client: Client) -> None:
    response = client.get("/try/city/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"][:16]) == (204, "/accounts/login/")


def test_writing_may_be_for_fewer_roles_than_reading() -> None:
    auditor, officer = accounts.client_for(Role.AUDITOR), accounts.client_for(Role.CITY_OFFICER)
    assert auditor.get("/try/read-or-write/").status_code == 200
    assert auditor.post("/try/read-or-write/").status_code == 403
    assert officer.post("/try/read-or-write/").status_code == 200


def test_a_refusal_leaves_a_row_in_the_access_log() -> None:
    member = accounts.member(Role.DISTRICT_REVIEWER)
    accounts.client_of(member).get("/try/city/")
    row = AccessLog.objects.get(action=AccessAction.REFUSED)
    assert (row.user_id, row.role, row.subject_id) == (member.user_id, Role.DISTRICT_REVIEWER, "city_only")


def test_an_account_without_a_role_reaches_nothing() -> None:
    browser = Client()
    browser.force_login(accounts.user(), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/try/city/").status_code == 403
