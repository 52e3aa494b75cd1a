"""Claims that keep a plan from being ended: money moved, or may still move."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.core.errors import Problem
from apps.plans.models import Plan

_SHOWN_MAX = 20


def claims_in_the_way(plan: Plan, _ending: bool) -> Iterator[Problem]:
    """Every claim of the plan's classes that was not withdrawn or rejected."""
    over = (ClaimState.WITHDRAWN, ClaimState.REJECTED)
    rows = Claim.objects.filter(training_class__plan=plan).exclude(state__in=over).order_by("pk")
    for claim in rows[:_SHOWN_MAX]:
        message = _("Claim %(number)s was made under this plan (%(state)s).")
        yield Problem(
            "claim_under_plan", message % {"number": claim.number, "state": claim.get_state_display()}
        )
