"""The same mentor in two plans of the same months is shown to the office, with the other plan's number."""

import pytest
from django.urls import reverse

from apps.plans.checks.mentors import mentors_elsewhere
from apps.plans.enums import PlanState
from apps.plans.models import Mentor, Plan
from tests.factories import accounts, plans
from tests.ground import stands

pytestmark = pytest.mark.django_db
INDEX = b"m" * 32


@pytest.fixture
@stands
def pair():
    """A plan under review, and one of another district for the same months with the same first mentor."""
    cases = [plans.complete_plan(), plans.complete_plan(district="110108")]
    for case in cases:
        Mentor.objects.filter(pk=case.plan.mentors.order_by("id").first().pk).update(id_index=INDEX)
        plans.advance(case, PlanState.DISTRICT_REVIEW)
    return cases[0], cases[1].plan


def test_the_reviewer_reads_the_number_of_the_other_plan_and_its_district(pair):
    case, other = pair
    client = accounts.client_of(case.reviewer_member)
    page = client.get(reverse("desk:plan_review", args=[case.plan.pk])).content.decode()
    assert other.number in page
    assert other.enterprise.organisation.name not in page


def test_a_plan_of_other_months_is_none(pair):
    case, _other = pair
    own = Plan.objects.get(pk=case.plan.pk)
    assert len(mentors_elsewhere(own)) == 1
    own.ends_on = own.starts_on.replace(year=own.starts_on.year - 1)
    own.starts_on = own.ends_on
    assert mentors_elsewhere(own) == []
