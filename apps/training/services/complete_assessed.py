"""Complete the records of everybody in a class whose result is in."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.services import complete_enrolments
from apps.core.errors import Forbidden, Refused


def complete_assessed(actor: Actor, training_class: TrainingClass, *, on: date) -> int:
    """Complete every enrolled apprentice of the class who was assessed; return how many there were.

    The enterprise's step (3(2)3). Raises `Forbidden` for anybody else, `Refused` when nobody is left to
    complete, `NotFound` for another's class.
    """
    if actor.role != Role.ENTERPRISE_OPERATOR:
        raise Forbidden(_("The enterprise completes the enrolment records."), code="not_your_step")
    ids = Enrolment.objects.filter(
        training_class=training_class, state=EnrolmentState.ENROLLED, assessment__isnull=False
    ).values_list("pk", flat=True)
    done = complete_enrolments(actor, training_class, list(ids), on=on)
    if not done:
        raise Refused(_("Nobody can be completed now. Record the results first."), code="nobody_to_complete")
    return done
