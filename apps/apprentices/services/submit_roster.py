"""Hand the roster in to the district."""

from datetime import date

from apps.accounts.actors import Actor
from apps.apprentices.checks import missing_for_submit
from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.apprentices.transitions import CLASS_TRANSITIONS
from apps.casework.engine import Opinion, fire


def submit_roster(
    actor: Actor, training_class: TrainingClass, *, on: date, opinion: Opinion | None = None
) -> TrainingClass:
    """Submit the class for the district's enrolment review (Beijing 2022-11, part 5).

    Raises `Refused` with everything that is missing, `Conflict` when it was submitted already.
    """

    def new_version(case: TrainingClass) -> list[str]:
        if case.state == ClassState.RETURNED:
            case.version += 1
        return ["version"]

    return fire(
        CLASS_TRANSITIONS,
        training_class,
        "submit",
        actor,
        on=on,
        opinion=opinion,
        guard=lambda case, _by: missing_for_submit(case, on),
        effect=new_version,
    )
