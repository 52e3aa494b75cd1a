"""Take people off a roster that was not handed in yet."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.services.guards import hold_open_roster
from apps.apprentices.transitions import ENROLMENT_TRANSITIONS
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.core import clock
from apps.core.errors import InvalidInput, Problem


def remove_registration(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """Take one person off the roster, with a reason; the row stays for the history.

    Raises `Conflict` once the roster was handed in, `InvalidInput` without a reason.
    """
    with transaction.atomic():
        hold_open_roster(actor, enrolment.training_class)
        return fire(ENROLMENT_TRANSITIONS, enrolment, "remove", actor, on=on, opinion=opinion)


def remove_registrations(
    actor: Actor, training_class: TrainingClass, enrolment_ids: Collection[int], *, reason: str, on: date
) -> int:
    """Take many off a roster in one statement and return how many; ids of other classes are passed over.

    Raises `InvalidInput` without a reason, `Conflict` once the roster was handed in.
    """
    if not reason.strip():
        raise InvalidInput(
            problems=[Problem("reason_required", _("Give a reason for the removal."), field="reason")]
        )
    with transaction.atomic():
        training_class = hold_open_roster(actor, training_class)
        rows = Enrolment.objects.filter(
            training_class=training_class, pk__in=enrolment_ids, state=EnrolmentState.REGISTERED
        )
        with acting(actor, "remove", reason.strip()):
            return rows.update(state=EnrolmentState.REMOVED, state_since=clock.now(), left_on=on)
