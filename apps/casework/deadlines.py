"""By when the next one has to act, in working days, from the policy's own parameter."""

from datetime import date
from typing import Any

from apps.casework.transitions import Transition
from apps.core.workdays import add_working_days
from apps.policy.selectors import governing_document, parameter


def deadline_after(step: Transition, case: Any, on: date) -> date | None:
    """The last working day for whoever acts next, or None where no clock runs.

    The figure is a parameter of the document that governs the case (a choice of the city).
    """
    if not step.deadline:
        return None
    document = getattr(case, "policy_document", None) or governing_document("apprenticeship", on)
    return add_working_days(case.clock_starts(step, on), parameter(document, step.deadline, on))
