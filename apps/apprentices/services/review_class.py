"""The district's enrolment review: enrol and open the class, return it, refuse single people."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.checks import (
    missing_for_approve,
    missing_for_cancel,
    missing_for_complete,
    own_case,
)
from apps.apprentices.enums import ClassState, EnrolmentState
from apps.apprentices.governed import kinds_as_json
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.requirements import PROGRAMME
from apps.apprentices.transitions import CLASS_TRANSITIONS, ENROLMENT_TRANSITIONS
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.catalogue.selectors import in_evaluation_scope
from apps.core import clock, rls
from apps.core.errors import Conflict
from apps.policy.models import PolicyDocument
from apps.policy.selectors import governing_document

# One statement sets up every record of the class; the same day, document and kind for all of them. The
# kind may hang on the day of registration, where the document says so.
_ENROL = """
    UPDATE apprentices_enrolment e
       SET state = %(enrolled)s, state_since = %(now)s, deadline_on = NULL,
           number = %(number)s || '-' || lpad(r.place::text, greatest(4, length(r.place::text)), '0'),
           set_up_on = %(on)s, policy_document_id = %(document)s,
           occupation_kind = %(kinds)s::jsonb ->> (e.created_at AT TIME ZONE %(zone)s)::date::text,
           in_evaluation_scope = %(in_scope)s
      FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM apprentices_enrolment
         WHERE training_class_id = %(training_class)s AND state = %(registered)s
      ) r
     WHERE e.id = r.id
"""

_NOTICES = """
    INSERT INTO casework_notice
           (subject_type, subject_id, code, params, role, organisation_id, district_code, person_id, at)
    SELECT 'apprentices.enrolment', e.id, 'apprentices.enrolment.enrol',
           jsonb_build_object('name', e.number, 'from', 'registered', 'to', e.state, 'reason', '', 'by', ''),
           '', NULL, '', e.person_id, %s
      FROM apprentices_enrolment e WHERE e.training_class_id = %s AND e.state = %s
"""


def approve_class(
    actor: Actor, training_class: TrainingClass, *, on: date, opinion: Opinion | None = None
) -> TrainingClass:
    """Set up the enrolment record (学籍) of everybody on the roster and open the class.

    Each record gets its number, the day, the document that governs that day and the kind of its
    occupation by the catalogue of the day (domain, section 4). Raises `Refused` for an empty roster or a
    reviewer who filled it in or stands on it, `Conflict` when somebody was first or the roster changed.
    """

    def enrol(case: TrainingClass) -> list[str]:
        document = governing_document(PROGRAMME, on)
        with acting(actor, "enrol", opinion.reason if opinion else ""):
            _set_up_records(case, document, on)
        case.policy_document = document
        case.opened_on = on
        return ["policy_document", "opened_on"]

    return fire(
        CLASS_TRANSITIONS,
        training_class,
        "approve",
        actor,
        on=on,
        opinion=opinion,
        guard=lambda case, reviewer: missing_for_approve(case, reviewer, on),
        effect=enrol,
        separate_from=(training_class.plan,),
    )


def _set_up_records(training_class: TrainingClass, document: PolicyDocument, on: date) -> None:
    line = training_class.line
    values: dict[str, Any] = {
        "training_class": training_class.pk,
        "number": training_class.number,
        "registered": EnrolmentState.REGISTERED,
        "enrolled": EnrolmentState.ENROLLED,
        "now": clock.now(),
        "on": on,
        "document": document.pk,
        "zone": settings.TIME_ZONE,
        "in_scope": in_evaluation_scope(line.occupation_id, line.level_id, on),
        "kinds": kinds_as_json(training_class, document, on),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENROL, values)
        # Addressed to people, who belong to no district.
        with rls.whole_city():
            cursor.execute(_NOTICES, [clock.now(), training_class.pk, EnrolmentState.ENROLLED])


def return_class(
    actor: Actor, training_class: TrainingClass, *, on: date, opinion: Opinion | None = None
) -> TrainingClass:
    """Return the roster with one list of all defects; the clock of correction starts.

    Raises `InvalidInput` without a reason or without a defect.
    """
    return fire(
        CLASS_TRANSITIONS,
        training_class,
        "return",
        actor,
        on=on,
        opinion=opinion,
        guard=own_case,
        separate_from=(training_class.plan,),
    )


def refuse_enrolment(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """Refuse one person of a roster under review, with the reason that the enterprise reads.

    The roster's version grows with it, so that an approval of the page before cannot pass. Raises
    `Conflict` when the class is not under review, `Refused` for a reviewer who is part of it.
    """
    with transaction.atomic():
        held = TrainingClass.objects.select_for_update().get(pk=enrolment.training_class_id)
        if held.state != ClassState.DISTRICT_REVIEW:
            raise Conflict(
                _("Single people are refused while the roster is under review."), code="not_under_review"
            )
        refused = fire(
            ENROLMENT_TRANSITIONS,
            enrolment,
            "refuse",
            actor,
            on=on,
            opinion=opinion,
            guard=lambda case, reviewer: own_case(case.training_class, reviewer),
        )
        TrainingClass.objects.filter(pk=held.pk).update(version=F("version") + 1)
    return refused


def complete_class(
    actor: Actor, training_class: TrainingClass, *, on: date, opinion: Opinion | None = None
) -> TrainingClass:
    """Close a class in which nobody trains any more. Raises `Refused` while somebody does."""

    def close(case: TrainingClass) -> list[str]:
        case.completed_on = on
        return ["completed_on"]

    return fire(
        CLASS_TRANSITIONS,
        training_class,
        "complete",
        actor,
        on=on,
        opinion=opinion,
        guard=missing_for_complete,
        effect=close,
    )


def cancel_class(
    actor: Actor, training_class: TrainingClass, *, on: date, opinion: Opinion | None = None
) -> TrainingClass:
    """Cancel a class that was not opened: everybody on its roster is free to be registered elsewhere.

    Raises `InvalidInput` without a reason, `Refused` while a file is being read.
    """
    reason = opinion.reason if opinion else ""

    def release(case: TrainingClass) -> None:
        rows = case.enrolments.filter(state=EnrolmentState.REGISTERED)
        with acting(actor, "remove", reason):
            rows.update(state=EnrolmentState.REMOVED, state_since=clock.now(), left_on=on)

    return fire(
        CLASS_TRANSITIONS,
        training_class,
        "cancel",
        actor,
        on=on,
        opinion=opinion,
        guard=missing_for_cancel,
        effect=release,
    )
