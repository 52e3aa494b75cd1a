"""What is published, or told of a notice, is asked of the database once for all lines and claims."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.claims.services.calculations import Documents, calculate, digest_of
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.submit_claim import submit_claim
from tests.api.conftest import caller
from tests.factories import accounts, notices
from tests.factories import claims as make
from tests.factories.apprentices import ON, policy

pytestmark = pytest.mark.django_db


def approved_with(people: int) -> int:
    """How many statements approving the claim of a class takes."""
    of = notices.published(people=people)
    claim = submit_claim(of.clerk, make.computed(of), on=ON)
    with CaptureQueriesContext(connection) as asked:
        approve_claim(of.reviewer, claim, on=ON)
    return len(asked)


def test_approving_many_lines_takes_as_many_statements_as_approving_few():
    approved_with(2)
    assert approved_with(12) == approved_with(3)


def test_a_list_of_many_claims_takes_as_many_statements_as_one_of_few():
    first = notices.published(people=1)
    notices.of_notice(first)
    call = caller(accounts.member(Role.CITY_OFFICER))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = call("get", "/api/v1/claims/")
        assert answer.status_code == 200
        assert all(row["published_until"] for row in answer.json()["results"])
        return len(queries)

    asked()
    few = asked()
    for _more in range(4):
        notices.of_notice(notices.published(people=1))
    assert asked() == few


def test_a_document_is_read_once_for_facts_of_every_kind():
    document = policy()
    # The content is read once a process.
    assert document.rules
    kinds = [
        {
            "policy_document_id": document.pk,
            "rates_on": ON,
            "occupation_kind": "ordinary",
            "level_id": "intermediate",
            "term_months": months,
            "in_evaluation_scope": True,
            "outcome": None,
            "certified": None,
        }
        for months in (12, 18, 24)
    ]
    with CaptureQueriesContext(connection) as asked:
        assert len({row.pk for row in calculate(kinds).values()}) == len(kinds)
        documents = Documents()
        assert all(digest_of(row, documents) for row in kinds)
    reads = [one for one in asked if 'FROM "policy_policydocument"' in one["sql"]]
    assert len(reads) == 2
