"""A token may what its role may within its scopes; whatever is refused has one shape."""

import pytest
from django.test import Client

from apps.accounts.roles import Role
from tests.api.conftest import caller
from tests.factories import accounts, apprentices, enterprises

PLANS = "/api/v1/plans/"
SHAPE = {"type", "title", "status", "code", "problems"}


def member():
    apprentices.policy()
    return accounts.member(Role.ENTERPRISE_OPERATOR, organisation=enterprises.enterprise().organisation)


def refused(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert set(body) >= SHAPE
    assert body["status"] == status
    return body


def test_a_token_for_reading_reads_and_does_not_write():
    call = caller(member(), ["plans:read"])
    assert call("get", PLANS).status_code == 200
    refused(call("post", PLANS, {"title": "车工"}), 403)


def test_a_token_for_writing_does_not_read():
    call = caller(member(), ["plans:write"])
    assert call("post", PLANS, {"title": "车工"}).status_code == 201
    refused(call("get", PLANS), 403)


def test_a_token_of_another_area_opens_nothing_here():
    refused(caller(member(), ["claims"])("get", PLANS), 403)


def test_the_plan_of_another_enterprise_is_not_there():
    mine, theirs = caller(member()), caller(member())
    pk = mine("post", PLANS, {"title": "车工"}).json()["id"]
    assert mine("get", f"{PLANS}{pk}/").status_code == 200
    strange = refused(theirs("get", f"{PLANS}{pk}/"), 404)
    missing = refused(theirs("get", f"{PLANS}{pk + 1000}/"), 404)
    assert strange == missing
    refused(theirs("post", f"{PLANS}{pk}/withdraw/", {"reason": "x"}, key="k"), 404)
    assert theirs("get", PLANS).json()["results"] == []


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic eDp5"])
def test_without_a_valid_token_nobody_comes_in(header):
    headers = {"Authorization": header} if header else {}
    answer = Client().get(PLANS, headers=headers)
    refused(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("delete", PLANS, None, 405),
        ("patch", PLANS, {}, 405),
        ("post", PLANS, "{", 400),
        ("post", PLANS, "[]", 400),
        ("post", PLANS, "null", 400),
        ("post", PLANS, {}, 400),
        ("get", f"{PLANS}999999999/", None, 404),
        ("get", f"{PLANS}99999999999999999999999999/", None, 404),
        ("get", f"{PLANS}x/", None, 404),
        ("get", "/api/v1/nothing/", None, 404),
        ("get", f"{PLANS}?cursor=x", None, 404),
    ],
)
def test_every_refusal_has_the_shape_of_a_problem(method, path, body, status):
    refused(caller(member())(method, path, body), status)


def test_what_is_not_json_is_refused_as_a_problem():
    secret = accounts.token(member())[1]
    answer = Client().post(
        PLANS, data="a: 1", content_type="application/yaml", headers={"Authorization": f"Bearer {secret}"}
    )
    refused(answer, 415)
