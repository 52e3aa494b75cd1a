"""Somebody at a browser who signs in by role, looks at every page and keeps a picture of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from apps.accounts.models import Membership
from apps.demo.people import PASSWORD
from tests.chromium import (
    DESKTOP,
    PHONE,
    TIMEOUT_MS,
    screenshot,
    serious_findings,
    settle,
    watch_for_trouble,
)

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Walker:
    """Somebody at a browser who signs in by role and looks at every page."""

    def __init__(self, page: Page, story: str) -> None:
        self.page = page
        self.story = story
        self._taken = 0

    def become(self, label: str) -> None:
        """Sign in with the demo button of a role."""
        self.page.context.clear_cookies()
        self.page.goto("/accounts/login/")
        with self.page.expect_navigation():
            self.page.locator(f'.demo-role[value="{membership(label).pk}"]').click()
        settle(self.page)

    def look(self, name: str, *, phone: bool = False) -> None:
        """Keep a picture; the page is readable, in both widths where that is asked for."""
        self._taken += 1
        settle(self.page)
        assert serious_findings(self.page) == []
        screenshot(self.page, f"{self.story}-{self._taken:02d}-{name}-desktop")
        assert self.page.evaluate(OVERFLOW) == 0
        if phone:
            self.page.set_viewport_size(PHONE)
            assert serious_findings(self.page) == []
            screenshot(self.page, f"{self.story}-{self._taken:02d}-{name}-phone")
            assert self.page.evaluate(OVERFLOW) == 0
            self.page.set_viewport_size(DESKTOP)

    def press(self, selector: str) -> None:
        """Press a button, answer the question that it may ask, and wait for what comes."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
            yes = self.page.locator("[data-confirm-yes]")
            if yes.is_visible():
                yes.click()
        settle(self.page)

    def decide(self, action: str) -> None:
        """Press the button of a step."""
        self.press(f'button[name="action"][value="{action}"]')

    def confirm_money(self) -> None:
        """The password once more, then on with what was pressed."""
        self.page.locator("#id_password").fill(PASSWORD)
        self.press("main form button.btn-primary")
        self.press("main form button.btn-primary")


def membership(label: str) -> Membership:
    return Membership.objects.select_related("user__person", "organisation", "district").get(demo_label=label)


@contextmanager
def walking(chromium: Browser, address: str, story: str) -> Iterator[Walker]:
    """A browser before the demo city's sign-in page; `story` begins the names of the pictures.

    The end fails when the browser reported an error or refused something.
    """
    context = chromium.new_context(
        base_url=address,
        locale="zh-CN",
        viewport=DESKTOP,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(2 * TIMEOUT_MS)
    troubles = watch_for_trouble(context)
    yield Walker(context.new_page(), story)
    context.close()
    assert troubles == []
