"""The pages of the three administrators, from a new account to its first day at work."""

import re
from datetime import date

import pytest
from django.test import Client

from apps.accounts.enums import AccessAction
from apps.accounts.models import AccessLog, ApiToken, Membership, Organisation, User
from apps.accounts.roles import Role
from apps.accounts.services import authenticate_token
from tests.factories import accounts, numbers

BASE = "/desk/administration"


@pytest.fixture
def system() -> Client:
    return accounts.client_of(accounts.founding_administrator(Role.SYSTEM_ADMIN))


@pytest.fixture
def security() -> Client:
    return accounts.client_of(accounts.founding_administrator(Role.SECURITY_ADMIN))


def _new_account(**changed) -> dict:
    return {
        "name": "王芳",
        "id_number": numbers.id_number(),
        "mobile": "13800138000",
        "username": "wang.fang",
        "email": "",
        **changed,
    }


def _shown(page: str) -> str:
    return re.search(r'<code class="user-select-all[^"]*">([^<]+)</code>', page)[1]


def test_a_new_colleague_is_let_in_by_two_administrators(system: Client, security: Client) -> None:
    password = _shown(system.post(f"{BASE}/accounts/new/", _new_account()).content.decode())
    user = User.objects.get(username="wang.fang")
    grant = {
        "role": Role.DISTRICT_REVIEWER,
        "district": accounts.district("110105").pk,
        "valid_from": "2023-03-01",
        "reason": "新任审核员",
    }
    assert system.post(f"{BASE}/accounts/{user.pk}/roles/new/", grant).status_code == 302
    membership = Membership.objects.get(user=user)
    assert "待批准" in security.get(f"{BASE}/roles/").content.decode()
    security.post(f"{BASE}/roles/{membership.pk}/", {"verb": "approve"})
    browser = Client()
    browser.post("/accounts/login/", {"login": "wang.fang", "password": password})
    change = {"oldpassword": password, "password1": "Another-2023-x", "password2": "Another-2023-x"}
    assert browser.post("/accounts/password/change/", change).status_code == 302
    assert browser.get("/desk/registers/enterprises/").status_code == 200


def test_what_was_typed_is_kept_when_something_is_wrong(system: Client) -> None:
    response = system.post(f"{BASE}/accounts/new/", _new_account(username="x"))
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="王芳"' in page
    assert "用户名为3至60位" in page
    assert not User.objects.filter(username="x").exists()


def test_a_taken_name_is_a_sentence(system: Client) -> None:
    system.post(f"{BASE}/accounts/new/", _new_account())
    response = system.post(f"{BASE}/accounts/new/", _new_account())
    assert (response.status_code, "该用户名已被使用" in response.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("verb", "action"),
    [
        ("disable", AccessAction.ACCOUNT_DISABLED),
        ("enable", AccessAction.ACCOUNT_ENABLED),
        ("unlock", AccessAction.ACCOUNT_UNLOCKED),
        ("password", AccessAction.PASSWORD_RESET),
    ],
)
def test_each_change_of_an_account_needs_a_reason_and_leaves_a_row(
    verb: str, action: str, system: Client
) -> None:
    user = accounts.user()
    url = f"{BASE}/accounts/{user.pk}/{verb}/"
    assert system.post(url, {"reason": ""}).status_code == 422
    assert not AccessLog.objects.filter(action=action).exists()
    assert system.post(url, {"reason": "本人申请"}).status_code in (200, 302)
    assert AccessLog.objects.get(action=action).reason == "本人申请"


def test_an_administrator_does_not_disable_the_own_account(system: Client) -> None:
    own = accounts.founding_administrator(Role.SYSTEM_ADMIN).user
    system.post(f"{BASE}/accounts/{own.pk}/disable/", {"reason": "x"})
    own.refresh_from_db()
    assert own.is_active


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        ({"role": "enterprise_operator"}, "organisation"),
        ({"role": "enterprise_operator", "organisation": "没有这个单位"}, "organisation"),
        ({"role": "district_reviewer"}, "district"),
        ({"role": "city_officer", "reason": ""}, "reason"),
        ({"role": "city_officer", "valid_from": "昨天"}, "valid_from"),
        ({"role": "apprentice"}, "role"),
        ({"role": "system"}, "role"),
    ],
)
def test_a_grant_that_does_not_fit_says_which_field(grant: dict, field: str, system: Client) -> None:
    user = accounts.user()
    given = {"valid_from": "2023-03-01", "reason": "x", **grant}
    response = system.post(f"{BASE}/accounts/{user.pk}/roles/new/", given)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Membership.objects.filter(user=user).exists()


def test_the_own_proposal_shows_no_buttons_and_cannot_be_approved(security: Client) -> None:
    person = accounts.founding_administrator(Role.SECURITY_ADMIN).user.person
    proposed = Membership.objects.create(
        user=accounts.user(person=person),
        role=Role.SECURITY_ADMIN,
        valid_from=date(2023, 1, 1),
        proposed_by=accounts.founding_administrator(Role.SYSTEM_ADMIN).user,
    )
    url = f"{BASE}/roles/{proposed.pk}/"
    assert 'value="approve"' not in security.get(url).content.decode()
    assert security.post(url, {"verb": "approve"}).status_code == 422
    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_ending_a_role_shuts_its_pages_with_the_next_request(security: Client) -> None:
    member = accounts.member(Role.CITY_OFFICER)
    browser = accounts.client_of(member)
    assert browser.get("/desk/registers/enterprises/").status_code == 200
    security.post(f"{BASE}/roles/{member.pk}/", {"verb": "end", "reason": "调离"})
    assert browser.get("/desk/registers/enterprises/").status_code == 403


def test_a_token_is_shown_once(security: Client) -> None:
    member = accounts.member(Role.ENTERPRISE_OPERATOR)
    given = {"membership": member.pk, "name": "ERP", "scopes": ["plans:read"], "expires_on": "2027-01-31"}
    secret = _shown(security.post(f"{BASE}/tokens/new/", given).content.decode())
    assert authenticate_token(secret) == ApiToken.objects.get()
    assert secret not in security.get(f"{BASE}/tokens/").content.decode()
    security.post(f"{BASE}/tokens/{ApiToken.objects.get().pk}/revoke/", {"reason": "丢失"})
    assert authenticate_token(secret) is None


def test_organisations_are_registered_and_changed(system: Client) -> None:
    superior = accounts.organisation("superior_unit", "首都国资委")
    given = {
        "kind": "enterprise",
        "name": "新能源公司",
        "uscc": numbers.credit_code(),
        "district": accounts.district().pk,
        "superior": "首都国资委",
    }
    assert system.post(f"{BASE}/organisations/new/", given).status_code == 302
    made = Organisation.objects.get(name="新能源公司")
    assert made.superior == superior
    changed = {**given, "name": "新能源股份公司", "kind": "institution", "superior": ""}
    system.post(f"{BASE}/organisations/{made.pk}/", changed)
    made.refresh_from_db()
    assert (made.name, made.kind, made.superior) == ("新能源股份公司", "enterprise", None)


def test_an_enterprise_without_a_district_is_refused_in_a_sentence(system: Client) -> None:
    response = system.post(f"{BASE}/organisations/new/", {"kind": "enterprise", "name": "甲", "uscc": ""})
    assert (response.status_code, "请选择单位所在区" in response.content.decode()) == (422, True)


def test_the_access_log_is_filtered_and_shows_no_number() -> None:
    audit = accounts.client_of(accounts.founding_administrator(Role.AUDIT_ADMIN))
    user = accounts.user("li.ming")
    Client().post("/accounts/login/", {"login": "li.ming", "password": "wrong"})
    accounts.client_of(accounts.member(Role.CITY_OFFICER))
    page = audit.get(f"{BASE}/access-log/", {"action": "failures"}).content.decode()
    assert "登录失败" in page
    assert "li.ming" in page
    assert user.person.id_number not in page
    assert "accounts.user" not in page
    nobody = audit.get(f"{BASE}/access-log/", {"who": "nobody"}).content.decode()
    assert "没有符合条件的日志" in nobody
    old = audit.get(f"{BASE}/access-log/", {"until": "2000-01-01"}).content.decode()
    assert "没有符合条件的日志" in old


@pytest.mark.parametrize("page", ["accounts/", "organisations/"])
def test_filters_take_any_text(page: str, system: Client) -> None:
    for text in ("'; DROP TABLE", "%", "\\", "𠮷", "a" * 500):
        assert system.get(f"{BASE}/{page}", {"q": text}).status_code == 200


@pytest.mark.parametrize(("page", "rows"), [("accounts/", 3), ("organisations/", 3), ("accounts/", 9)])
def test_a_longer_list_asks_no_more_questions(
    page: str, rows: int, system: Client, django_assert_max_num_queries
) -> None:
    for _row in range(rows):
        accounts.member(Role.ENTERPRISE_OPERATOR)
    with django_assert_max_num_queries(9):
        system.get(f"{BASE}/{page}")
