"""The pages of what the bank answers in writing: from the batch to the letter, to its second signature."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.banking.models import BatchEntry, WrittenAnswer
from tests.desk.test_banking import browser, text
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

LATER = ON + timedelta(days=3)


@pytest.fixture(autouse=True)
def _some_days_later(monkeypatch):
    for name in ("desk.views.banking.batches", "desk.views.banking.answers", "desk.views.cases"):
        monkeypatch.setattr(f"apps.{name}.today", lambda: LATER)


@pytest.fixture
def of():
    """A batch that is with the bank."""
    found = banking.treasury(payments=2)
    banking.sent(found)
    return found


def first() -> BatchEntry:
    return BatchEntry.objects.order_by("position").first()


def letter(**more):
    typed = {"outcome": "failed", "reason": "账户已销户", "document": "银行函8号", "file": make.document()}
    return typed | more


def test_finance_enters_a_letter_from_the_batch_and_another_person_signs_it(of):
    desk = browser(of.maker)
    batch = reverse("desk:batch_detail", args=[first().batch_id])
    address = reverse("desk:written_answer_new", args=[first().pk])
    assert address in text(desk.get(batch))
    assert "银行已书面答复" in text(desk.get(address))
    answer = desk.post(address, letter())
    made = WrittenAnswer.objects.get()
    page = reverse("desk:written_answer", args=[made.pk])
    assert (answer.status_code, answer.url) == (302, page)
    assert page in text(desk.get(batch))
    assert "账户已销户" in text(desk.get(page))
    assert made.number in text(
        browser(of.checker).get(reverse("desk:queue_kind", args=["banking.writtenanswer"]))
    )
    step = reverse("desk:case_step", args=["banking.writtenanswer", made.pk])
    assert browser(of.checker).post(step, {"action": "sign"}).status_code == 302
    assert (first().state, first().reason) == ("failed", "账户已销户")
    assert "账户已销户" in text(desk.get(batch))


def test_what_is_missing_is_said_and_what_was_typed_stays(of):
    desk = browser(of.maker)
    address = reverse("desk:written_answer_new", args=[first().pk])
    answer = desk.post(address, letter(outcome="paid", paid_on=ON.isoformat(), reason=""))
    assert answer.status_code == 400
    assert "银行函8号" in text(answer)
    assert not WrittenAnswer.objects.exists()


def test_whoever_only_reads_sees_the_letter_and_no_form(of):
    browser(of.maker).post(reverse("desk:written_answer_new", args=[first().pk]), letter())
    page = browser(of.signer).get(reverse("desk:written_answer", args=[WrittenAnswer.objects.get().pk]))
    assert page.status_code == 200
    assert "step-form" not in text(page)
    assert browser(of.signer).get(reverse("desk:written_answer_new", args=[first().pk])).status_code == 403
    assert (
        browser(make.outsider())
        .get(reverse("desk:written_answer", args=[WrittenAnswer.objects.get().pk]))
        .status_code
        == 404
    )


def test_the_page_asks_for_the_password_before_money_is_spoken_of(of):
    from apps.accounts.models import Membership
    from tests.factories import accounts

    desk = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    desk.post(reverse("desk:written_answer_new", args=[first().pk]), letter())
    assert not WrittenAnswer.objects.exists()
