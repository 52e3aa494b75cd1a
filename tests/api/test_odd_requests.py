"""What no program should send is refused with a sentence, and never breaks the server.

Each of these was found by tests/fuzz/test_interface.py, or is what a longer run of it would come upon.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from apps.accounts.roles import Role
from apps.training.models import Assessment
from tests.api.conftest import caller
from tests.api.test_scopes import PLANS, member, refused
from tests.factories import accounts, claims, plans, training

Send = Callable[..., HttpResponse]


@pytest.fixture
def send() -> Send:
    """`send(method, path, bytes)`: exactly these bytes, from a program of an enterprise."""
    token = accounts.token(member())[1]

    def sent(
        method: str, path: str, body: bytes = b"", kind: str = "application/json", **headers: str
    ) -> Any:
        given = {"Authorization": f"Bearer {token}"} | {
            name.replace("_", "-"): v for name, v in headers.items()
        }
        return Client().generic(method, path, body, content_type=kind, headers=given)

    return sent


def fields(body: dict) -> set[str]:
    return {problem["field"] for problem in body["problems"]}


@pytest.mark.parametrize(
    ("step", "body", "named"),
    [
        ("transfer", {"reason": "换班", "toclass": 1}, "toclass"),
        ("withdraw", {"reason": "离职", "to_class": 1}, "to_class"),
        ("withdraw", {"reason": "离职", "checklist": [{"code": "a", "result": "pass", "why": ""}]}, "why"),
        ("result", {"result": "failed", "assessed_on": "2023-06-01", "certificate_level": "senior"}, "level"),
    ],
)
def test_a_name_that_the_document_does_not_have_is_refused_by_it_and_nothing_is_done(step, body, named):
    of = training.training()
    person = of.enrolments()[0]
    clerk = caller(accounts.member(Role.ENTERPRISE_OPERATOR, organisation=of.shop.enterprise.organisation))
    answer = clerk("put" if step == "result" else "post", f"/api/v1/enrolments/{person.pk}/{step}/", body)
    (problem,) = refused(answer, 400)["problems"]
    assert problem["code"] == "unknown"
    assert problem["field"].endswith(named)
    person.refresh_from_db()
    assert person.state == "enrolled"
    assert not Assessment.objects.exists()


def test_a_form_with_a_name_that_the_document_does_not_have_is_refused_as_well():
    of = training.training()
    clerk = accounts.member(Role.ENTERPRISE_OPERATOR, organisation=of.shop.enterprise.organisation)
    answer = Client().post(
        f"/api/v1/classes/{of.training_class.pk}/documents/",
        {"kind": "other", "datei": SimpleUploadedFile("a.pdf", b"%PDF-1.4", "application/pdf")},
        headers={"Authorization": f"Bearer {accounts.token(clerk)[1]}"},
    )
    assert "datei" in fields(refused(answer, 400))


@pytest.mark.parametrize("body", [b"{", b"null", b"\xff", b'{"title": NaN}', b""])
def test_a_body_that_is_no_json_is_answered_in_the_language_that_was_asked_for(send, body):
    answer = send("POST", PLANS, body, Accept_Language="zh-hans")
    assert answer.status_code == 400
    assert not re.search("[a-z]{3}", answer.json()["title"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        rb'{"title": "\ud800"}',
        rb'{"\udfff": 1}',
        b'{"title": NaN}',
        b'{"title": ' + b"9" * 5000 + b"}",
        b'{"title": "a\\u0000b"}',
        b'{"title": ["a"]}',
        b'{"title": 5}',
        b'{"title": true}',
        b'["title"]',
        b'"title"',
        b'{"title": "\xff"}',
    ],
    ids=[
        "nested too deeply",
        "half a character",
        "a name of half a character",
        "not a number",
        "a huge number",
        "a NUL",
        "a list for a text",
        "a number for a text",
        "a truth for a text",
        "a list for an object",
        "a text for an object",
        "not UTF-8",
    ],
)
def test_a_body_that_is_no_plan_is_refused(send: Send, body: bytes) -> None:
    refused(send("POST", PLANS, body), 400)


@pytest.mark.parametrize("kind", ["application/json; charset=hex", "application/json; charset=nothing"])
def test_an_unknown_charset_is_refused(send: Send, kind: str) -> None:
    assert send("POST", PLANS, b'{"title": "a"}', kind).status_code in (201, 400)


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "application/xml", "x"])
def test_a_body_of_another_kind_is_refused(send: Send, kind: str) -> None:
    refused(send("POST", PLANS, b"title=a", kind), 415)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nothing", "*/*;q=x", "application/json"])
def test_every_answer_is_json_whatever_is_accepted(send: Send, accept: str) -> None:
    assert send("GET", PLANS, Accept=accept).headers["Content-Type"] == "application/json"
    refused(send("GET", f"{PLANS}0/", Accept=accept), 404)
    refused(send("GET", f"{PLANS}?cursor=%00", Accept=accept), 400)


@pytest.mark.parametrize("size", ["0", "-1", "201", "x", "1.5", "", "²", "9" * 5000])
def test_a_page_size_that_is_none_is_refused_with_its_name(send: Send, size: str) -> None:
    assert fields(refused(send("GET", f"{PLANS}?page_size={size}"), 400)) == {"page_size"}


@pytest.mark.parametrize("position", ["x", "-1", "9" * 30, "1 OR 1", "²", ""])
def test_a_cursor_that_was_made_up_finds_nothing(send: Send, position: str) -> None:
    cursor = b64encode(f"p={position}".encode("latin-1")).decode()
    refused(send("GET", f"{PLANS}?cursor={cursor}"), 404)


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "o%3D-1", "cj14"])
def test_a_cursor_that_cannot_be_read_finds_nothing(send: Send, cursor: str) -> None:
    assert send("GET", f"{PLANS}?cursor={cursor}").status_code in (200, 404)


@pytest.mark.parametrize("key", ["", " ", "é", "a\tb", "x" * 121])
def test_an_idempotency_key_that_is_none_is_refused(send: Send, key: str) -> None:
    refused(send("POST", PLANS, b'{"title": "a"}', Idempotency_Key=key), 400)


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PATCH", "QUERY", "CONNECT"])
def test_a_method_that_does_not_exist_does_nothing(method: str) -> None:
    """TRACE would have met the action of that name, which follows the money of a claim's line."""
    of = claims.money(people=1)
    line = claims.computed(of).lines.get()
    secret = accounts.token(accounts.member(Role.CITY_OFFICER))[1]
    answer = Client().generic(
        method, f"/api/v1/lines/{line.pk}/trace/", headers={"Authorization": f"Bearer {secret}"}
    )
    assert refused(answer, 405)["code"] == "method_not_allowed"
    assert "TRACE" not in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"version": 1.5}, "version"),
        ({"version": 2**40}, "version"),
        ({"reason": 1}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"checklist": {"0": {}}}, "checklist"),
        ({"checklist": [5]}, "checklist"),
        ({"checklist": [{"code": 1, "result": "pass"}]}, "checklist.0.code"),
        ({"deficiencies": [{"code": "a", "text": None}]}, "deficiencies.0.text"),
    ],
)
def test_a_step_names_each_field_that_is_of_the_wrong_kind(values: dict, wrong: str) -> None:
    case = plans.complete_plan()
    answer = caller(case.clerk_member)("post", f"{PLANS}{case.plan.pk}/submit/", values)
    assert any(name.startswith(wrong) for name in fields(refused(answer, 400)))


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31", "2023-02-30", "", "now", 20230301])
def test_a_day_that_no_case_could_name_is_refused(day: object) -> None:
    case = plans.draft()
    basics = {
        "title": "车工",
        "institution_id": case.institution.pk,
        "starts_on": day,
        "ends_on": "2025-03-31",
    }
    answer = caller(case.clerk_member)("put", f"{PLANS}{case.plan.pk}/content/", {"basics": basics})
    assert fields(refused(answer, 400)) == {"basics.starts_on"}


def test_an_hour_at_the_edge_of_time_is_refused() -> None:
    of = training.training(people=1)
    report = {"course": 1, "mentor": 1, "mode": "classroom", "ends_at": "2023-03-01T12:00:00+08:00"}
    clerk = caller(accounts.member(Role.ENTERPRISE_OPERATOR, organisation=of.shop.enterprise.organisation))
    for hour in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "x", ""):
        body = {"training_class": of.training_class.pk, "sessions": [{**report, "starts_at": hour}]}
        assert fields(refused(clerk("post", "/api/v1/sessions/", body), 400)) == {"sessions.0.starts_at"}


@pytest.mark.parametrize("name", ["a\x00.pdf", "../../etc/passwd", "x" * 5000 + ".pdf", "", "空.exe"])
def test_a_file_of_an_odd_name_is_stored_or_refused(name: str) -> None:
    case = plans.complete_plan()
    secret = accounts.token(case.clerk_member)[1]
    upload = SimpleUploadedFile("a.pdf", plans.PDF + name.encode())
    upload._name = name
    answer = Client().post(
        f"{PLANS}{case.plan.pk}/documents/",
        {"kind": "other", "file": upload},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code in (201, 400, 403), answer.content


def test_a_document_that_is_sent_as_json_is_refused() -> None:
    case = plans.complete_plan()
    answer = caller(case.clerk_member)(
        "post", f"{PLANS}{case.plan.pk}/documents/", {"kind": "other", "file": "x"}
    )
    refused(answer, 415)
