"""Signing in by role and scope: passwords, the lock, sessions that end, switching roles."""

from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.middleware import MEMBERSHIP_KEY, actor_of
from apps.accounts.models import AccessLog, User
from apps.accounts.passwords import CharacterClassesValidator
from apps.accounts.roles import Role
from apps.accounts.services import disable_user, end_membership, reset_password, unlock_user
from apps.accounts.tasks import forget_ended_sessions
from apps.core import clock
from tests.factories import accounts

LOGIN = "/accounts/login/"
PROTECTED = "/accounts/password/change/"


def _sign_in(browser: Client, user: User, password: str = accounts.PASSWORD):
    return browser.post(LOGIN, {"login": user.username, "password": password})


def _signed_in(browser: Client) -> bool:
    return browser.get(PROTECTED).status_code == 200


@pytest.fixture
def administrator() -> Actor:
    return actor_of(accounts.founding_administrator(Role.SYSTEM_ADMIN))


def test_the_right_password_signs_in_and_is_logged(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    assert _sign_in(client, user).status_code == 302
    assert _signed_in(client)
    assert AccessLog.objects.filter(user=user, action=AccessAction.SIGNED_IN).count() == 1


def test_signing_in_changes_the_session_key(client: Client) -> None:
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    _sign_in(client, accounts.member(Role.CITY_OFFICER).user)
    assert client.session.session_key != before


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    statuses = [_sign_in(client, user, "wrong").status_code for _try in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    assert _sign_in(client, user).status_code == 429
    assert AccessLog.objects.filter(user=user, action=AccessAction.LOCKED_OUT).exists()


def test_emptying_redis_does_not_unlock(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    for _try in range(5):
        _sign_in(client, user, "wrong")
    cache.clear()
    assert _sign_in(client, user).status_code == 429
    assert AccessAttempt.objects.filter(username=user.username).exists()


def test_another_account_is_not_locked_along(client: Client) -> None:
    locked, other = accounts.member(Role.CITY_OFFICER).user, accounts.member(Role.CITY_OFFICER).user
    for _try in range(5):
        _sign_in(client, locked, "wrong")
    assert _sign_in(Client(), other).status_code == 302


def test_the_administrator_unlocks(client: Client, administrator: Actor) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    for _try in range(5):
        _sign_in(client, user, "wrong")
    unlock_user(administrator, user, "called, known by voice")
    assert _sign_in(client, user).status_code == 302


def test_the_lock_opens_by_itself_after_the_cool_off(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    for _try in range(5):
        _sign_in(client, user, "wrong")
    later = clock.now() + timedelta(hours=settings.AXES_COOLOFF_TIME, minutes=1)
    with time_machine.travel(later, tick=False):
        assert _sign_in(client, user).status_code == 302


def test_an_unknown_name_and_a_wrong_password_answer_alike(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    known = _sign_in(client, user, "wrong").content.decode()
    unknown = client.post(LOGIN, {"login": "nobody-at-all", "password": "wrong"}).content.decode()
    assert _errors(known) == _errors(unknown)


def _errors(page: str) -> list[str]:
    return [line for line in page.splitlines() if "error" in line or "alert" in line]


def test_a_name_that_no_account_bears_is_not_written_into_the_log(client: Client) -> None:
    client.post(LOGIN, {"login": "My-Secret-Passw0rd", "password": "x"})
    row = AccessLog.objects.get(action=AccessAction.SIGN_IN_FAILED)
    assert (row.user_id, row.subject_id, row.reason) == (None, "", "")


def test_a_session_ends_after_thirty_minutes_without_a_request(client: Client) -> None:
    _sign_in(client, accounts.member(Role.CITY_OFFICER).user)
    with time_machine.travel(clock.now() + timedelta(minutes=29), tick=False):
        assert _signed_in(client)
    with time_machine.travel(clock.now() + timedelta(minutes=29 + 31), tick=False):
        response = client.get(PROTECTED)
    assert response.status_code == 302
    assert "ended=idle" in response["Location"]


def test_a_session_ends_after_eight_hours_however_busy(client: Client) -> None:
    _sign_in(client, accounts.member(Role.CITY_OFFICER).user)
    start = clock.now()
    for minutes in range(20, 481, 20):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert _signed_in(client), minutes
    with time_machine.travel(start + timedelta(minutes=495), tick=False):
        assert "ended=absolute" in client.get(PROTECTED)["Location"]


def test_a_disabled_account_is_out_with_the_next_request_and_stays_out(administrator: Actor) -> None:
    member = accounts.member(Role.CITY_OFFICER)
    browser = accounts.client_of(member)
    assert _signed_in(browser)
    disable_user(administrator, member.user, "left the office", on=clock.today())
    assert not _signed_in(browser)
    User.objects.filter(pk=member.user_id).update(is_active=True)
    assert not _signed_in(browser)


def test_a_reset_password_ends_every_session(administrator: Actor, client: Client) -> None:
    member = accounts.member(Role.CITY_OFFICER)
    browser = accounts.client_of(member)
    password = reset_password(administrator, member.user, "forgotten")
    assert not _signed_in(browser)
    assert _sign_in(client, member.user).status_code == 200
    assert _sign_in(client, member.user, password).status_code == 302


def test_whoever_was_given_a_password_has_to_choose_another_first(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER, user=accounts.user(must_change_password=True)).user
    _sign_in(client, user)
    response = client.get(reverse("mfa_index"))
    assert (response.status_code, response["Location"]) == (302, PROTECTED)
    change = {"oldpassword": accounts.PASSWORD, "password1": "Another-2023-x", "password2": "Another-2023-x"}
    assert client.post(PROTECTED, change).status_code == 302
    user.refresh_from_db()
    assert not user.must_change_password
    assert AccessLog.objects.filter(user=user, action=AccessAction.PASSWORD_CHANGED).exists()


def test_changing_the_password_ends_the_other_sessions(client: Client) -> None:
    member = accounts.member(Role.CITY_OFFICER)
    other = accounts.client_of(member)
    _sign_in(client, member.user)
    change = {"oldpassword": accounts.PASSWORD, "password1": "Another-2023-x", "password2": "Another-2023-x"}
    client.post(PROTECTED, change)
    assert _signed_in(client)
    assert not _signed_in(other)


def test_the_present_password_is_not_taken_as_the_new_one(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    _sign_in(client, user)
    same = accounts.PASSWORD
    response = client.post(PROTECTED, {"oldpassword": same, "password1": same, "password2": same})
    assert response.status_code == 200
    assert "password1" in response.context["form"].errors


def test_an_old_password_has_to_be_changed(client: Client, settings) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    User.objects.filter(pk=user.pk).update(password_changed_at=clock.now() - timedelta(days=91))
    _sign_in(client, user)
    assert client.get(reverse("mfa_index")).status_code == 302
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert client.get(reverse("mfa_index")).status_code == 200


@pytest.mark.parametrize("password", ["abcdefghij", "abcdefGHIJ", "1234567890", "abcdef1234", "ABCDEF----"])
def test_two_kinds_of_characters_are_too_plain(password: str) -> None:
    with pytest.raises(ValidationError):
        CharacterClassesValidator().validate(password)


@pytest.mark.parametrize("password", ["abcDEF1234", "abcdef12-4", "密码abcDEF12"])
def test_three_kinds_of_characters_are_enough(password: str) -> None:
    CharacterClassesValidator().validate(password)


def test_a_revoked_role_ends_with_the_next_request() -> None:
    member = accounts.member(Role.CITY_OFFICER)
    browser = accounts.client_of(member)
    assert browser.get(PROTECTED).context["actor"].role == Role.CITY_OFFICER
    security = actor_of(accounts.founding_administrator(Role.SECURITY_ADMIN))
    end_membership(security, member, "moved", on=clock.today())
    assert browser.get(PROTECTED).context["actor"] is None


@pytest.mark.parametrize("span", [{"valid_from": date(2999, 1, 1)}, {"valid_to": date(2001, 1, 1)}])
def test_a_role_counts_between_its_days_only(span: dict) -> None:
    browser = accounts.client_of(accounts.member(Role.CITY_OFFICER, **span))
    assert browser.get(PROTECTED).context["actor"] is None


def test_one_switches_between_ones_own_roles_only() -> None:
    first = accounts.member(Role.DISTRICT_REVIEWER)
    second = accounts.member(Role.CITY_OFFICER, user=first.user)
    foreign = accounts.member(Role.FINANCE_OFFICER)
    browser = accounts.client_of(first)
    browser.post("/accounts/switch/", {"membership": second.pk})
    assert browser.get(PROTECTED).context["actor"].role == Role.CITY_OFFICER
    assert browser.post("/accounts/switch/", {"membership": foreign.pk}).status_code == 404
    assert browser.session[MEMBERSHIP_KEY] == second.pk


def test_the_demo_city_signs_in_with_one_click(client: Client) -> None:
    member = accounts.member(Role.FINANCE_OFFICER, demo_label="finance")
    assert client.post("/accounts/demo/", {"membership": member.pk}).status_code == 302
    assert client.get(PROTECTED).context["actor"].membership_id == member.pk


def test_only_roles_of_the_demo_city_are_one_click_away(client: Client) -> None:
    member = accounts.member(Role.FINANCE_OFFICER)
    for wanted in (member.pk, "", "abc", "9" * 30):
        assert client.post("/accounts/demo/", {"membership": wanted}).status_code == 404
    assert not _signed_in(client)


def test_outside_the_demo_city_there_is_no_such_page(client: Client, settings) -> None:
    settings.DEMO_CITY = False
    member = accounts.member(Role.FINANCE_OFFICER, demo_label="finance")
    assert client.post("/accounts/demo/", {"membership": member.pk}).status_code == 404
    assert client.get(LOGIN).context["demo_roles"]() == []


def test_two_step_sign_in_opens_nothing_before_the_code(client: Client) -> None:
    user = accounts.member(Role.CITY_OFFICER).user
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    assert _sign_in(client, user)["Location"] == reverse("mfa_authenticate")
    assert not _signed_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not _signed_in(client)
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert _signed_in(client)


def test_nobody_signs_up(client: Client) -> None:
    for path in ("signup/", "password/reset/", "email/", "password/set/"):
        assert client.get(f"/accounts/{path}").status_code == 404
    user = {"username": "intruder", "password1": accounts.PASSWORD, "password2": accounts.PASSWORD}
    client.post("/accounts/signup/", user)
    assert not User.objects.filter(username="intruder").exists()


def test_sessions_that_ended_are_forgotten_at_night() -> None:
    accounts.client_for(Role.CITY_OFFICER)
    accounts.client_for(Role.FINANCE_OFFICER)
    Session.objects.filter(pk=Session.objects.first().pk).update(expire_date=clock.now() - timedelta(days=1))
    forget_ended_sessions()
    assert Session.objects.count() == 1


def test_a_page_without_a_session_opens_none(client: Client) -> None:
    client.get(LOGIN)
    assert Session.objects.count() == 0
