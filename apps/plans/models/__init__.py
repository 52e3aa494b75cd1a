"""Training plans and their parts."""

from apps.plans.models.consolidation import Consolidation
from apps.plans.models.parts import Course, Mentor, Part, PlanLine, Textbook
from apps.plans.models.plan import Plan, PlanNumber, PlanQuerySet
from apps.plans.models.submission import PlanSubmission

__all__ = [
    "Consolidation",
    "Course",
    "Mentor",
    "Part",
    "Plan",
    "PlanLine",
    "PlanNumber",
    "PlanQuerySet",
    "PlanSubmission",
    "Textbook",
]
