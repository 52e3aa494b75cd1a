"""What is published, or told of a notice, is asked of the database once for all lines and claims."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.submit_claim import submit_claim
from tests.api.conftest import caller
from tests.factories import accounts, notices
from tests.factories import claims as make
from tests.factories.apprentices import ON

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
