"""A repeated request is answered from the record; a key stands for one request; one of many wins (I20)."""

from collections import Counter

import pytest

from apps.accounts.roles import Role
from apps.api.models import IdempotencyKey
from apps.core.clock import today
from apps.payouts.models import PaymentOrder
from apps.plans.models import Plan
from tests.api.conftest import caller
from tests.factories import accounts, apprentices, enterprises
from tests.factories import claims as make
from tests.ledger.test_concurrency import at_once

PLANS = "/api/v1/plans/"


def member():
    apprentices.policy()
    return accounts.member(Role.ENTERPRISE_OPERATOR, organisation=enterprises.enterprise().organisation)


def test_the_same_key_gets_the_same_answer():
    call = caller(member())
    first, again = (call("post", PLANS, {"title": "车工"}, key="k") for _twice in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Plan.objects.count() == 1


def test_the_same_key_with_another_body_is_refused():
    call = caller(member())
    call("post", PLANS, {"title": "车工"}, key="k")
    refused = call("post", PLANS, {"title": "钳工"}, key="k")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Plan.objects.count() == 1


def test_the_same_key_of_somebody_else_is_another_key():
    for call in (caller(member()), caller(member())):
        assert call("post", PLANS, {"title": "车工"}, key="k").status_code == 201
    assert Plan.objects.count() == 2


def test_a_refused_request_leaves_no_key_and_may_be_corrected_under_it():
    call = caller(member())
    assert call("post", PLANS, {"title": ""}, key="k").status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert call("post", PLANS, {"title": "车工"}, key="k").status_code == 201


@pytest.mark.parametrize("key", ["k" * 121, "键"])
def test_a_key_that_is_none_is_refused(key):
    refused = caller(member())("post", PLANS, {"title": "车工"}, key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_invalid")


def test_where_money_moves_a_key_is_asked_for():
    of = make.money(people=1)
    claim = make.signed(of)
    call = caller(accounts.member(Role.FINANCE_OFFICER, district=claim.district))
    path = f"/api/v1/claims/{claim.pk}/release/"
    refused = call("post", path, {})
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")
    assert refused.json()["problems"][0]["field"] == "Idempotency-Key"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert not PaymentOrder.objects.exists()
    first, again = (call("post", path, {}, key="k") for _twice in range(2))
    assert (first.status_code, again.status_code, PaymentOrder.objects.count()) == (200, 200, 1)


@pytest.mark.parametrize("path", ["/api/v1/claims/404/release/", "/api/v1/recoveries/404/receipts/"])
def test_a_missing_key_is_told_before_anything_is_looked_up(path):
    call = caller(accounts.member(Role.FINANCE_OFFICER, district=accounts.district("110105")))
    refused = call("post", path, {})
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")
    assert call("post", path, {}, key="k").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_fifty_requests_with_one_key_one_is_done_and_all_are_answered_alike():
    call = caller(member())
    answers = at_once(50, lambda _n: call("post", PLANS, {"title": "车工"}, key="k"))
    assert Counter(getattr(answer, "status_code", repr(answer)) for answer in answers) == {201: 50}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Plan.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_payments_reported_under_one_key_one_is_recorded():
    of = make.money(people=1)
    claim = make.release_payment(of.finance, make.signed(of), on=make.ON)
    call = caller(accounts.member(Role.FINANCE_OFFICER, district=claim.district))
    body = {"paid_on": today().isoformat(), "bank_serial": "S1"}
    answers = at_once(50, lambda _n: call("post", f"/api/v1/claims/{claim.pk}/paid/", body, key="k"))
    assert Counter(getattr(answer, "status_code", repr(answer)) for answer in answers) == {200: 50}
    assert {answer.json()["state"] for answer in answers} == {"paid"}
    assert PaymentOrder.objects.get().state == "paid"
