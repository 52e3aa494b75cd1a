"""Before money moves the password is asked once more, and what was pressed goes on unchanged."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.test import Client

from apps.accounts.enums import AccessAction
from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.core import clock
from tests.accounts import views
from tests.factories import accounts

pytestmark = pytest.mark.urls("tests.accounts.views")
CONFIRM = "/accounts/confirm/"


@pytest.fixture
def officer():
    views.released.clear()
    return accounts.member(Role.FINANCE_OFFICER)


@pytest.fixture
def browser(officer) -> Client:
    return accounts.client_of(officer)


def test_nothing_moves_before_the_confirmation(browser: Client) -> None:
    response = browser.post("/try/release/", {"batch": "7"})
    assert (response.status_code, response["Location"]) == (302, CONFIRM)
    assert views.released == []


def test_after_the_password_what_was_pressed_goes_on_with_one_button(browser: Client, officer) -> None:
    browser.post("/try/release/?tab=2", {"batch": "7", "note": "<b>&"})
    page = browser.post(CONFIRM, {"password": accounts.PASSWORD}).content.decode()
    assert 'action="/try/release/?tab=2"' in page
    assert 'name="batch" value="7"' in page
    assert 'name="note" value="&lt;b&gt;&amp;"' in page
    assert views.released == []
    assert browser.post("/try/release/", {"batch": "7"}).status_code == 200
    assert views.released == [{"batch": "7"}]
    assert AccessLog.objects.filter(user=officer.user, action=AccessAction.CONFIRMED).count() == 1


def test_a_wrong_password_confirms_nothing_and_counts_towards_the_lock(browser: Client, officer) -> None:
    browser.post("/try/release/", {"batch": "7"})
    statuses = [browser.post(CONFIRM, {"password": "wrong"}).status_code for _try in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    assert browser.post(CONFIRM, {"password": accounts.PASSWORD}).status_code == 429
    assert browser.post("/try/release/", {"batch": "7"}).status_code == 302
    assert views.released == []


def test_the_confirmation_stands_for_its_time_only(browser: Client) -> None:
    browser.post(CONFIRM, {"password": accounts.PASSWORD})
    later = clock.now() + timedelta(seconds=settings.MONEY_CONFIRMATION_SECONDS + 1)
    with time_machine.travel(later, tick=False):
        assert browser.post("/try/release/", {"batch": "7"}).status_code == 302
    assert views.released == []


def test_the_confirmation_does_not_follow_into_another_role(officer) -> None:
    second = accounts.member(Role.FINANCE_OFFICER, user=officer.user, district=accounts.district())
    browser = accounts.client_of(officer)
    browser.post(CONFIRM, {"password": accounts.PASSWORD})
    browser.post("/accounts/switch/", {"membership": second.pk})
    assert browser.post("/try/release/", {"batch": "7"}).status_code == 302


def test_whoever_has_two_step_sign_in_also_gives_the_code(browser: Client, officer) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(officer.user, secret)
    assert browser.post(CONFIRM, {"password": accounts.PASSWORD}).status_code == 422
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    assert browser.post(CONFIRM, {"password": accounts.PASSWORD, "code": code}).status_code == 302


def test_a_fragment_is_led_to_the_page(browser: Client) -> None:
    response = browser.post("/try/release/", {"batch": "7"}, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (204, CONFIRM)


def test_reading_the_page_needs_no_confirmation(browser: Client) -> None:
    assert browser.get("/try/release/").status_code == 200


def test_one_comes_back_to_where_the_button_was_never_to_another_site(browser: Client) -> None:
    for referer, back in (
        ("http://testserver/try/release/?a=1", "/try/release/?a=1"),
        ("https://evil.example/x", "/"),
    ):
        browser.post("/try/release/", {"batch": "7"}, headers={"Referer": referer})
        assert f'href="{back}"' in browser.get(CONFIRM).content.decode()
