"""A batch over REST: made, checked, signed, sent, answered; money moves once per idempotency key."""

from base64 import b64decode
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import Membership
from apps.banking.models import PaymentBatch, StatementLine
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.payouts.models import PaymentOrder
from tests.api.conftest import caller
from tests.factories import accounts, banking
from tests.factories.apprentices import ON

BATCHES = "/api/v1/batches/"
LATER = ON + timedelta(days=3)


@pytest.fixture(autouse=True)
def _some_days_later(monkeypatch):
    monkeypatch.setattr("apps.api.views.banking.today", lambda: LATER)
    monkeypatch.setattr("apps.api.views.cases.today", lambda: LATER)


def call_of(actor):
    return caller(Membership.objects.get(pk=actor.membership_id))


def upload(actor, path, content, key, **fields):
    """Post a file of the bank as a form."""
    secret = accounts.token(Membership.objects.get(pk=actor.membership_id))[1]
    headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
    body = {"file": SimpleUploadedFile("bank.csv", content), **fields}
    return Client().post(path, body, headers=headers)


def made(of, key="make"):
    body = {
        "paying_account": of.account.pk,
        "district": of.district,
        "orders": [order.pk for order in of.orders()],
        "pay_on": LATER.isoformat(),
    }
    return call_of(of.maker)("post", BATCHES, body, key=key)


def test_a_batch_is_made_once_per_key_and_goes_to_its_answer():
    of = banking.treasury(payments=2)
    first, again = made(of), made(of)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    batch = PaymentBatch.objects.get()
    path = f"{BATCHES}{batch.pk}/"
    for actor, step in ((of.checker, "check"), (of.signer, "sign"), (of.maker, "send")):
        answer = call_of(actor)("post", f"{path}{step}/", {}, key=f"step-{step}")
        assert answer.status_code == 200, answer.content
    call = call_of(of.maker)
    file = call("post", f"{path}file/", {}).json()
    assert call("get", f"{path}regenerated/").json()["same"]
    assert of.bank.take(b64decode(file["content"])) == batch.number
    of.bank.settle(batch.number, LATER)
    content = of.bank.result(batch.number)
    for key, already in (("r1", False), ("r1", False), ("r2", True)):
        answer = upload(of.maker, f"{path}results/", content, key)
        assert (answer.status_code, answer.json()["already"]) == (201, already)
    assert [row["state"] for row in call("get", f"{path}entries/").json()["results"]] == ["paid", "paid"]
    assert PaymentOrder.objects.filter(state="paid").count() == 2
    statement = of.bank.statement(of.account.account_number, ON, LATER)
    taken = upload(of.maker, "/api/v1/statements/", statement, "s1", paying_account=of.account.pk)
    assert taken.status_code == 201
    movements = call("get", "/api/v1/movements/").json()["results"]
    assert [row["explained"] for row in movements] == [True, True]
    of.bank.receive(of.account.account_number, 5, LATER, payer="甲", reference="利息")
    longer = of.bank.statement(of.account.account_number, ON, LATER)
    taken = upload(of.maker, "/api/v1/statements/", longer, "s2", paying_account=of.account.pk).json()
    assert (taken["known_count"], taken["line_count"], taken["already"]) == (2, 1, False)


def test_money_is_not_moved_without_a_key():
    of = banking.treasury()
    assert made(of, key="").json()["code"] == "idempotency_key_missing"
    batch = banking.sent(of)
    refused = upload(of.maker, f"{BATCHES}{batch.pk}/results/", of.bank.result(batch.number), "")
    assert refused.json()["code"] == "idempotency_key_missing"


def test_a_refused_file_names_each_line():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    content = of.bank.result(batch.number, fault="wrong-amount")
    answer = upload(of.maker, f"{BATCHES}{batch.pk}/results/", content, "r")
    assert answer.status_code == 400
    assert [(row["code"], row["row"]) for row in answer.json()["problems"]] == [("wrong_amount", 2)]


def test_no_answer_shows_an_account_number():
    of = banking.treasury()
    batch = banking.sent(of)
    call = call_of(of.maker)
    number = batch.entries.get().order.account_number
    for path in (f"{BATCHES}{batch.pk}/", f"{BATCHES}{batch.pk}/entries/", "/api/v1/paying-accounts/"):
        text = call("get", path).content.decode()
        assert number not in text
        assert of.account.account_number not in text


def test_a_movement_is_divided_once_per_key_and_taken_back():
    of = banking.treasury()
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    of.bank.receive(of.account.account_number, 10_00, LATER, payer="某公司", reference="往来款")
    take_statement(
        of.maker, of.account, of.bank.statement(of.account.account_number, ON, LATER), name="s.csv", on=LATER
    )
    line = StatementLine.objects.get(match=None)
    call, path = call_of(of.maker), f"/api/v1/movements/{line.pk}"
    wanted = {"parts": [{"amount_fen": 4_00, "about": "甲"}, {"amount_fen": 5_00, "about": "乙"}]}
    refused = call("post", f"{path}/divide/", {**wanted, "reason": "两笔"}, key="d0")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (400, "sum")
    wanted["parts"][1]["amount_fen"] = 6_00
    made = [call("post", f"{path}/divide/", {**wanted, "reason": "两笔"}, key="d1") for _n in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert [(row["amount_fen"], row["part_of"], row["explained"]) for row in made[0].json()] == [
        (4_00, line.pk, False),
        (6_00, line.pk, False),
    ]
    moved = {row["id"]: row for row in call("get", "/api/v1/movements/").json()["results"]}
    assert (moved[line.pk]["divided"], moved[line.pk]["part_of"]) == (True, None)
    assert sum(row["amount_fen"] for row in moved.values() if not row["explained"]) == 10_00
    back = call("post", f"{path}/take-back/", {"reason": "输错了"}, key="t1")
    assert (back.status_code, back.json()["divided"], back.json()["explained"]) == (200, False, False)
