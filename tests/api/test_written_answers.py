"""The bank's answer in writing over REST: entered with its letter, signed by another person."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.banking.models import BatchEntry, WrittenAnswer
from tests.api.test_banking import LATER, call_of
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
PATH = "/api/v1/written-answers/"
PAID = {"outcome": "paid", "paid_on": ON.isoformat(), "bank_serial": "B-1", "document": "银行函8号"}


@pytest.fixture
def of(monkeypatch):
    monkeypatch.setattr("apps.api.views.banking.today", lambda: LATER)
    monkeypatch.setattr("apps.api.views.cases.today", lambda: LATER)
    found = banking.treasury()
    banking.sent(found)
    return found


def enter(of, key="a1", actor=None, **more):
    secret = accounts.token(Membership.objects.get(pk=(actor or of.maker).membership_id))[1]
    headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
    body = PAID | {"entry": BatchEntry.objects.get().pk, "file": make.document()} | more
    return Client().post(PATH, body, headers=headers)


def test_a_letter_is_entered_once_and_signed_by_another(of):
    made = enter(of)
    assert made.status_code == 201, made.content
    assert enter(of).json() == made.json()
    step = f"{PATH}{made.json()['id']}/sign/"
    assert call_of(of.maker)("post", step, {}, key="s1").status_code == 422
    signed = call_of(of.checker)("post", step, {}, key="s2")
    assert (signed.status_code, signed.json()["state"]) == (200, "signed")
    assert BatchEntry.objects.get().state == "paid"
    read = call_of(of.signer)("get", PATH).json()["results"]
    assert [(row["number"], row["outcome"]) for row in read] == [(made.json()["number"], "paid")]


def test_it_asks_for_a_key_and_for_what_is_missing(of):
    assert enter(of, key="").status_code == 400
    answer = enter(of, bank_serial="", key="a2")
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["problems"]] == ["bank_serial"]
    assert not WrittenAnswer.objects.exists()


def test_another_district_enters_and_reads_none(of):
    assert enter(of, actor=make.outsider()).status_code == 404
    made = enter(of)
    assert call_of(make.outsider())("get", f"{PATH}{made.json()['id']}/").status_code == 404
