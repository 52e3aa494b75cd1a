"""A program asks for a part of a list and gets that part, or is told that it cannot be asked for."""

import pytest

from apps.accounts.roles import Role
from tests.api.conftest import caller
from tests.factories import accounts, claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    return claims.money(people=2)


@pytest.fixture
def call(of):
    return caller(of.shop.operator)


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_claims_are_narrowed_by_state_kind_and_class(of, call):
    claim = claims.computed(of)
    for query in ("state=draft", "kind=advance", f"training_class={of.training_class.pk}"):
        assert ids(call("get", f"/api/v1/claims/?{query}")) == [claim.pk]
    for query in ("state=paid", "kind=remainder", "training_class=999999", "kind=advance&state=paid"):
        assert ids(call("get", f"/api/v1/claims/?{query}")) == []


def test_enrolments_of_a_class_are_followed_by_cursor(of, call):
    path = f"/enrolments/?training_class={of.training_class.pk}&page_size=1"
    first = call("get", "/api/v1" + path).json()
    second = call("get", first["next"].partition("testserver")[2]).json()
    found = {row["id"] for page in (first, second) for row in page["results"]}
    assert found == {row.pk for row in of.enrolments()}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/claims/?stat=paid", "stat"),
        ("/claims/?state=payed", "state"),
        ("/claims/?state=draft&state=paid", "state"),
        ("/claims/?training_class=abc", "training_class"),
        ("/claims/?training_class=-1", "training_class"),
        ("/claims/?training_class=" + "9" * 30, "training_class"),
        ("/claims/?training_class=", "training_class"),
        ("/plans/?plan=1", "plan"),
        ("/classes/?ordering=id", "ordering"),
        ("/objections/?mine=1", "mine"),
    ],
)
def test_what_a_list_does_not_know_is_refused_and_named(of, call, path, field):
    answer = call("get", "/api/v1" + path)
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["problems"]] == [field]


def test_a_list_that_reads_its_query_itself_refuses_other_names(of):
    finance = accounts.member(Role.FINANCE_OFFICER, district=accounts.district())
    answer = caller(finance)("get", "/api/v1/budgets/?yaer=2026")
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == "yaer"


def test_reading_one_case_asks_for_no_part(of, call):
    claim = claims.computed(of)
    assert call("get", f"/api/v1/claims/{claim.pk}/?state=paid").status_code == 200
