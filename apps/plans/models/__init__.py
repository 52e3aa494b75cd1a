"""Training plans and their parts."""

from apps.plans.models.consolidation import Consolidation
from apps.plans.models.parts import Course, Mentor, PlanLine, Textbook
from apps.plans.models.plan import Plan, PlanQuerySet
from apps.plans.models.submission import PlanSubmission

__all__ = [
    "Consolidation",
    "Course",
    "Mentor",
    "Plan",
    "PlanLine",
    "PlanQuerySet",
    "PlanSubmission",
    "Textbook",
]
