"""Signing in, two steps, recovery codes: our pages around the login library, in a browser."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.roles import Role
from tests.chromium import screenshot, serious_findings
from tests.factories import accounts


@pytest.fixture
def officer(transactional_db):
    return accounts.member(Role.FINANCE_OFFICER).user


def sign_in(page: Page, user, password: str = accounts.PASSWORD) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码", exact=False).first.fill(password)
    page.locator("#password").get_by_role("button", name="登录").click()


def code_for(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_a_wrong_password_keeps_the_name_and_says_so(page, officer):
    sign_in(page, officer, "wrong-password")

    expect(page.get_by_label("用户名")).to_have_value(officer.username)
    expect(page.locator(".note-bad").first).to_be_visible()
    assert serious_findings(page) == []


def test_signing_in_shows_who_one_is_and_signing_out_ends_it(page, officer):
    sign_in(page, officer)
    menu = page.locator("details[data-menu]")
    expect(menu).to_contain_text(officer.person.name)
    expect(menu).to_contain_text("财政拨付员")
    menu.locator("summary").click()
    screenshot(page, "look-account-menu-desktop")
    assert serious_findings(page) == []
    menu.get_by_role("button", name="退出登录").click()

    expect(page.get_by_role("link", name="登录").first).to_be_visible()


def test_a_menu_closes_by_escape_and_gives_the_focus_back(page, officer):
    sign_in(page, officer)
    summary = page.locator("details[data-menu] > summary")
    summary.click()
    page.keyboard.press("Escape")

    expect(page.locator("details[data-menu] .menu-body")).to_be_hidden()
    expect(summary).to_be_focused()


def test_two_step_sign_in_is_switched_on_used_and_switched_off(page, officer):
    sign_in(page, officer)
    page.goto(reverse("mfa_index"))
    assert serious_findings(page) == []
    page.get_by_role("link", name="启用").click()
    page.get_by_label("密码").fill(accounts.PASSWORD)
    page.get_by_role("button", name="确认", exact=True).click()
    secret = page.locator(".code").inner_text()
    expect(page.locator("img.qr")).to_be_visible()
    screenshot(page, "look-totp-desktop")
    assert serious_findings(page) == []
    page.locator("#id_code").fill(code_for(secret))
    page.locator("form .btn-primary").click()

    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert serious_findings(page) == []

    page.goto(reverse("mfa_deactivate_totp"))
    assert serious_findings(page) == []
    page.locator("form .btn-danger").click()
    expect(page.get_by_role("link", name="启用")).to_be_visible()


def test_a_locked_account_is_told_when_and_whom_to_ask(page, officer, settings):
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        sign_in(page, officer, "wrong-password")

    expect(page.get_by_role("heading", level=1)).to_have_text("账号暂时锁定")
    screenshot(page, "look-locked-out-desktop")
    assert serious_findings(page) == []


def test_one_click_signs_in_on_the_demo_city(phone):
    member = accounts.member(Role.CITY_OFFICER, demo_label="city")
    phone.goto(reverse("account_login"))
    phone.locator(".demo-role").click()
    phone.goto(reverse("public:process"))

    expect(phone.locator("details[data-menu] summary")).to_be_visible()
    phone.locator("details[data-menu] summary").click()
    expect(phone.locator(".menu-body")).to_contain_text(member.user.person.name)
    screenshot(phone, "look-account-menu-phone")
    assert serious_findings(phone) == []
