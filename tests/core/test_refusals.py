import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import gettext_lazy, override

from apps.core.errors import Busy, Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused, ShituError
from apps.core.middleware import RefusalMiddleware, problem_body, refusal_response


class Cause(Exception):
    """What psycopg2 raises: it carries the SQLSTATE."""

    def __init__(self, pgcode: str) -> None:
        super().__init__("boom")
        self.pgcode = pgcode


def request(path: str = "/x", **headers):
    made = RequestFactory().get(path, headers=headers)
    made.htmx = None
    return made


@pytest.fixture
def middleware() -> RefusalMiddleware:
    return RefusalMiddleware(lambda _request: HttpResponse("fine"))


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (Refused, 422, "refused"),
        (InvalidInput, 400, "invalid_input"),
        (NotFound, 404, "not_found"),
        (Forbidden, 403, "forbidden"),
        (Conflict, 409, "conflict"),
        (Busy, 503, "busy"),
    ],
)
def test_every_refusal_has_its_status_and_its_code(kind, status, code):
    refusal = kind("没有")
    assert (refusal.status, refusal.code, refusal.message, refusal.problems) == (status, code, "没有", [])
    assert kind("x", code="own").code == "own"


def test_the_first_problem_speaks_where_no_sentence_was_given():
    assert Refused(problems=[Problem("a", "缺少协议"), Problem("b", "x")]).message == "缺少协议"
    assert ShituError().message == ""


def test_a_sentence_is_translated_when_it_is_read():
    refusal = Refused(gettext_lazy("January"))
    with override("en"):
        assert refusal.message == "January"
    with override("zh-hans"):
        assert refusal.message == "一月"


def test_a_refusal_that_leaves_a_view_becomes_a_fragment_with_its_status(middleware):
    asked = request()
    asked.htmx = type("Htmx", (), {"boosted": False, "__bool__": lambda _self: True})()
    response = middleware.process_exception(
        asked, Refused("不能 <b>", problems=[Problem("a", "第二步", article="第三条", row=7)])
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "不能 &lt;b&gt;" in page
    assert "第三条" in page
    assert "7" in page
    assert "<html" not in page


def test_a_refusal_says_its_only_sentence_once_and_several_below_their_title():
    only = refusal_response(request(), InvalidInput(problems=[Problem("no_reason", "Give a reason.")]))
    assert only.content.decode().count("Give a reason.") == 1
    two = [Problem("no_reason", "Give a reason."), Problem("no_date", "Give a date.", article="1")]
    several = refusal_response(request(), InvalidInput(problems=two)).content.decode()
    assert "Give a date." in several
    cited = refusal_response(request(), InvalidInput(problems=two[1:])).content.decode()
    assert '<span class="article">1</span>' in cited


def test_who_asks_for_json_gets_one_shape(middleware):
    problems = [Problem("a", "第二步", article="第三条", field="name", row=7)]
    response = middleware.process_exception(
        request(accept="application/json"), Conflict("晚了", problems=problems)
    )
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert problem_body(Conflict("晚了", problems=problems)) == {
        "type": "urn:shitu:problem:conflict",
        "title": "晚了",
        "status": 409,
        "code": "conflict",
        "problems": [{"code": "a", "message": "第二步", "article": "第三条", "field": "name", "row": 7}],
    }


@pytest.mark.parametrize("pgcode", ["55P03", "40P01", "40001", "57P01", "53300"])
def test_what_passes_by_itself_is_said_to_pass(middleware, pgcode, caplog):
    error = OperationalError("boom")
    error.__cause__ = Cause(pgcode)
    response = middleware.process_exception(request(accept="application/json"), error)
    assert response.status_code == 503


def test_other_errors_are_left_to_django(middleware):
    error = OperationalError("boom")
    error.__cause__ = Cause("42P01")
    assert middleware.process_exception(request(), error) is None
    assert middleware.process_exception(request(), ZeroDivisionError()) is None


@pytest.mark.parametrize("path", ["/x?q=%00", "/x%00y"])
def test_a_zero_byte_in_an_address_is_refused_before_a_filter_sees_it(middleware, path):
    assert middleware(request(path, accept="application/json")).status_code == 400
    assert middleware(request("/x?q=1")).status_code == 200


def test_busy_says_when_to_come_back():
    asked = request()
    asked.htmx = type("Htmx", (), {"boosted": False, "__bool__": lambda _self: True})()
    assert refusal_response(asked, Busy("忙"))["Retry-After"] == "2"
