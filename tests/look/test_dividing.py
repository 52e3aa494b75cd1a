"""A movement is divided in a browser: the sum is told as one types, by keyboard, on a desk and on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import Membership
from apps.banking.models import StatementLine
from apps.banking.parts import division_in_force
from tests.banking.test_divided_movements import moved, sent_back, two_notices
from tests.chromium import DESKTOP, PHONE, screenshot, serious_findings, settle
from tests.desk.test_banking import LATER
from tests.factories import accounts

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def _some_days_later(monkeypatch):
    monkeypatch.setattr("apps.desk.views.banking.statements.today", lambda: LATER)


def open_at(page, live_server, actor, name: str, line: StatementLine) -> None:
    """Open a page of a movement as this person."""
    client = accounts.client_of(Membership.objects.get(pk=actor.membership_id))
    kept = client.cookies.items()
    page.context.add_cookies(
        [{"name": name, "value": one.value, "url": live_server.url} for name, one in kept]
    )
    page.goto(reverse(f"desk:movement_{name}", args=[line.pk]))


def look(page, name: str) -> None:
    """Readable and within the page at both widths, with a picture of each."""
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)
        settle(page)
        assert serious_findings(page) == []
        assert page.evaluate(OVERFLOW) == 0
        screenshot(page, f"dividing-{name}-{width}")
    page.set_viewport_size(DESKTOP)


def test_a_movement_is_divided_by_keyboard(page, live_server):
    of, notices = two_notices()
    first, second = notices
    line = moved(of, first.amount_fen + second.amount_fen + 7_00, f"{first.number} {second.number}")
    open_at(page, live_server, of.maker, "detail", line)
    look(page, "movement")
    page.goto(reverse("desk:movement_divide", args=[line.pk]))
    amounts = page.locator("[data-sum-part]")
    expect(page.locator("[data-sum-rest]")).to_have_text("0.00")
    amounts.nth(2).fill("5.5")
    expect(page.locator("[data-sum-rest]")).to_have_text("1.50")
    look(page, "form")
    amounts.nth(2).fill("7")
    expect(page.locator("[data-sum-rest]")).to_have_text("0.00")
    page.locator("#reason").focus()
    page.keyboard.type("一笔汇款归还两份通知")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert division_in_force(line).parts.count() == 3
    look(page, "parts")


def test_what_waits_and_what_is_wrong_is_readable(page, live_server):
    of, _orders, line = sent_back(fee_fen=5_00)
    open_at(page, live_server, of.maker, "divide", line)
    page.locator("[data-sum-part]").last.fill("-6")
    with page.expect_navigation():
        page.locator("button[value=divide]").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    look(page, "refused")
    page.locator("[data-sum-part]").last.fill("-5")
    page.locator("#reason").fill("退汇扣费")
    with page.expect_navigation():
        page.locator("button[value=divide]").click()
    look(page, "fee")
