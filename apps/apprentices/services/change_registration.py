"""Correct what was registered about a person while the roster is open."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.services import log_access
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment
from apps.apprentices.problems import as_problems
from apps.apprentices.requirements import requirements_on
from apps.apprentices.roster.judge import FIELDS, GoodRow, Judge
from apps.apprentices.roster.words import OPEN_ENDED_WORD
from apps.apprentices.services.guards import hold_open_roster
from apps.core.errors import Conflict, InvalidInput

CHANGEABLE = (
    "post_kind",
    "contract_from",
    "contract_to",
    "insured_in_city",
    "person_status",
    "agreement_signed_on",
    "remark",
)


def change_registration(
    actor: Actor, enrolment: Enrolment, values: Mapping[str, Any], *, on: date
) -> Enrolment:
    """Change the terms of a registration (contract, kind of post, agreement …), judged as a whole again.

    Who it is cannot be changed: remove the row and register the right person. Raises `InvalidInput` with
    every problem, `Conflict` when the roster is closed or the person is no longer on it.
    """
    with transaction.atomic():
        hold_open_roster(actor, enrolment.training_class)
        locked = (
            Enrolment.objects.visible_to(actor)
            .select_for_update(of=("self",))
            .select_related("person")
            .get(pk=enrolment.pk)
        )
        if locked.state != EnrolmentState.REGISTERED:
            raise Conflict(_("This person is no longer on the roster."), code="wrong_state")
        person = locked.person
        as_recorded = {"name": person.name, "id_number": person.id_number, "mobile": person.mobile or ""}
        known = {name: getattr(locked, name) for name in CHANGEABLE}
        known["contract_to"] = known["contract_to"] or OPEN_ENDED_WORD
        typed = {name: value for name, value in values.items() if name in CHANGEABLE}
        merged = {**known, **typed, **as_recorded}
        requirements = requirements_on(on)
        found = Judge(requirements).row(1, [merged[name] for name in FIELDS])
        if not isinstance(found, GoodRow):
            raise InvalidInput(
                _("This cannot be saved yet. Every reason is listed."),
                code="row_refused",
                problems=as_problems(found, requirements.article),
            )
        for name in CHANGEABLE:
            setattr(locked, name, getattr(found, name))
        locked.save(update_fields=list(CHANGEABLE))
        log_access(actor, "record_changed", locked)
    return locked
