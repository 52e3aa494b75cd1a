"""Counts for dashboards are kept by the database as states change, and can be counted anew."""

import pytest
from django.db import connection

from apps.statistics import counting
from apps.statistics.models import StateCount, StateDelta
from tests.factories import apprentices
from tests.factories.apprentices import entry

pytestmark = pytest.mark.django_db


def enrolments(district: str = "110105") -> dict[str, int]:
    found = counting.state_counts(district)["apprentices.enrolment"][district]
    return {state: count for state, count in found.items() if count}


def differences() -> list:
    with connection.cursor() as cursor:
        cursor.execute(counting.DIFFERENCES)
        return cursor.fetchall()


def test_every_change_of_state_is_counted_by_the_statement_that_makes_it():
    shop = apprentices.workshop()
    training_class = apprentices.submitted_class(shop, [entry(), entry(), entry()])
    assert enrolments() == {"registered": 3}
    apprentices.services.approve_class(shop.officer, training_class, on=apprentices.ON)
    assert enrolments() == {"enrolled": 3}
    assert differences() == []


def test_folding_changes_no_sum():
    shop = apprentices.workshop()
    apprentices.enrolled_class(shop, [entry(), entry()])
    before = counting.state_counts()
    counting.fold()
    assert counting.state_counts() == before
    assert not StateDelta.objects.exists()


def test_a_count_that_was_tampered_with_is_found_and_counted_anew():
    shop = apprentices.workshop()
    apprentices.enrolled_class(shop, [entry(), entry()])
    counting.fold()
    StateCount.objects.filter(state="enrolled").update(count=99)
    assert [row[:3] for row in differences()] == [("apprentices.enrolment", "110105", "enrolled")]
    counting.rebuild()
    assert differences() == []


def test_another_districts_cases_are_not_in_a_districts_count():
    apprentices.enrolled_class(apprentices.workshop(), [entry()])
    apprentices.enrolled_class(apprentices.workshop(district="110108"), [entry(), entry()])
    assert enrolments("110105") == {"enrolled": 1}
    assert enrolments("110108") == {"enrolled": 2}
