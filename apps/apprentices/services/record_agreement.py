"""One training agreement for a whole batch: its day of signature goes onto every row that has none."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.services import log_access
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import TrainingClass
from apps.apprentices.sentences import AGREEMENT_DAY
from apps.apprentices.services.guards import hold_open_roster
from apps.core.errors import InvalidInput, Problem


def record_agreement(actor: Actor, training_class: TrainingClass, *, signed_on: date, on: date) -> int:
    """Set the day of signature on everybody of the roster without one; returns how many.

    People of one batch and occupation may sign one agreement together (Beijing 2022-11, 3(2)1). Raises
    `InvalidInput` for a day in the future, `Conflict` once the roster was handed in.
    """
    if signed_on > on:
        message = _("The training agreement cannot have been signed after today.")
        raise InvalidInput(problems=[Problem("agreement_in_future", message, field="signed_on")])
    with transaction.atomic():
        training_class = hold_open_roster(actor, training_class)
        rows = training_class.enrolments.filter(state=EnrolmentState.REGISTERED, agreement_signed_on=None)
        changed = rows.update(agreement_signed_on=signed_on)
        log_access(actor, "record_changed", training_class, AGREEMENT_DAY.say())
    return changed
