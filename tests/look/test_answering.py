"""The bank's answer in writing in a browser: entered by keyboard, readable on a desk and on a phone."""

import pytest
from django.urls import reverse

from apps.banking.models import BatchEntry, WrittenAnswer
from tests.chromium import DESKTOP, PHONE, screenshot, serious_findings, settle
from tests.desk.test_banking import LATER, browser
from tests.factories import banking
from tests.factories import reconciliation as make

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def _some_days_later(monkeypatch):
    for name in ("batches", "answers"):
        monkeypatch.setattr(f"apps.desk.views.banking.{name}.today", lambda: LATER)


def become(page, live_server, actor) -> None:
    page.context.clear_cookies()
    kept = browser(actor).cookies.items()
    page.context.add_cookies(
        [{"name": name, "value": one.value, "url": live_server.url} for name, one in kept]
    )


def look(page, name: str) -> None:
    """Readable and within the page at both widths, with a picture of each."""
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)
        settle(page)
        assert serious_findings(page) == []
        assert page.evaluate(OVERFLOW) == 0
        screenshot(page, f"answering-{name}-{width}")
    page.set_viewport_size(DESKTOP)


def test_a_letter_is_entered_by_keyboard_and_read_by_whoever_signs(page, live_server):
    of = banking.treasury(payments=2)
    entry = BatchEntry.objects.filter(batch=banking.sent(of)).order_by("position").first()
    become(page, live_server, of.maker)
    page.goto(reverse("desk:written_answer_new", args=[entry.pk]))
    look(page, "form")
    page.get_by_label("银行未付款", exact=True).focus()
    page.keyboard.press("Space")
    page.locator("[name=reason]").fill("收款账户已销户，未付款")
    page.locator("[name=document]").fill("银行函〔2023〕8号")
    paper = {"name": "函件.pdf", "mimeType": "application/pdf", "buffer": make.PDF}
    page.locator("[name=file]").set_input_files(paper)
    page.locator("#answer button[type=submit]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    answer = WrittenAnswer.objects.get()
    look(page, "entered")
    become(page, live_server, of.checker)
    page.goto(reverse("desk:written_answer", args=[answer.pk]))
    look(page, "signature")
    page.goto(reverse("desk:batch_detail", args=[entry.batch_id]))
    look(page, "batch")
