"""Complete records whose result is in: those of a class at once, and one alone no sooner."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import EnrolmentState, StatusChange
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.services import complete_enrolments
from apps.core.errors import Refused
from apps.training.models import Assessment


def complete_assessed(
    actor: Actor, training_class: TrainingClass, *, on: date, ids: Collection[int] | None = None
) -> int:
    """Complete every enrolled apprentice of the class who was assessed; return how many there were.

    With `ids` only those of them. The enterprise's step (3(2)3). Raises `Forbidden` for anybody else,
    `Refused` when there is nobody to complete, `NotFound` for another's class.
    """
    rows = Enrolment.objects.filter(
        training_class=training_class, state=EnrolmentState.ENROLLED, assessment__isnull=False
    )
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    done = complete_enrolments(actor, training_class, list(rows.values_list("pk", flat=True)), on=on)
    if not done:
        raise Refused(_("Nobody can be completed now. Record the results first."), code="nobody_to_complete")
    return done


def result_comes_first(enrolment: Enrolment, change: StatusChange) -> None:
    """Refuse to complete a record without a result: it takes no more hours, and nothing opens it again.

    Raises `Refused`.
    """
    if change == StatusChange.COMPLETE and not Assessment.objects.filter(enrolment=enrolment).exists():
        message = _(
            "The apprentice has no result yet, and a completed record takes no more hours. Record the result"
            " of the assessment first."
        )
        raise Refused(message, code="no_result_yet")
