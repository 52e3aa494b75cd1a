"""Replace an apprentice's mobile number that was mistyped in the roster."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.models import Membership, Person
from apps.accounts.roles import Role
from apps.accounts.services import change_mobile
from apps.accounts.services.guards import require_reason
from apps.apprentices.enums import CONSUMING_STATES
from apps.apprentices.models import Enrolment, MobileCorrection
from apps.casework import notices
from apps.casework.models import Notice
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.identifiers import InvalidIdentifier, mask_mobile, parse_mobile

CORRECTED = "apprentices.mobilecorrection.made"
REASON_MAX = 300


def correct_mobile(
    actor: Actor, enrolment: Enrolment, mobile: str, *, reason: str, on: date
) -> MobileCorrection:
    """Correct the mobile number of somebody whom the enterprise trains; the apprentice is told.

    The number is a person's, and serves to reach them: nobody signs in with it, no money depends on it.
    Raises `Forbidden` for another role, `NotFound` for another's record, `Conflict` once the person left,
    `Refused` for somebody who holds an office elsewhere, `InvalidInput` for the number or a missing reason.
    """
    if not actor.is_enterprise:
        raise Forbidden(_("Only the enterprise of the apprentice takes this step."), code="not_your_step")
    parsed, given = _read(mobile, reason)
    with transaction.atomic():
        locked = Enrolment.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=enrolment.pk)
        held = locked.first()
        if held is None:
            raise NotFound(_("There is no such record, or it is not yours."), code="no_such_case")
        if held.state not in CONSUMING_STATES:
            message = _("This person is no longer trained with you (%(state)s).")
            raise Conflict(message % {"state": held.get_state_display()}, code="wrong_state")
        person = Person.objects.select_for_update().get(pk=held.person_id)
        _require_no_office_elsewhere(actor, person, on)
        before = str(person.mobile or "")
        if before == parsed:
            raise _wrong("mobile", "mobile_same", _("This number is recorded already."))
        change_mobile(actor, person, parsed)
        made = MobileCorrection.objects.create(
            enrolment=held,
            before=mask_mobile(before) if before else "",
            after=mask_mobile(parsed),
            reason=given,
            recorded_by_id=actor.account_id,
        )
        _tell(actor, held, made)
    return made


def may_correct(actor: Actor, enrolment: Enrolment) -> bool:
    """Whether a page offers the correction."""
    return actor.is_enterprise and enrolment.state in CONSUMING_STATES


def _read(mobile: str, reason: str) -> tuple[str, str]:
    try:
        parsed = parse_mobile(mobile)
    except InvalidIdentifier as refusal:
        raise _wrong("mobile", refusal.code, refusal.message) from refusal
    given = require_reason(reason)
    if len(given) > REASON_MAX:
        message = _("The reason is too long: %(most)s characters at most.") % {"most": REASON_MAX}
        raise _wrong("reason", "too_long", message)
    return parsed, given


def _wrong(field: str, code: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, code=code, problems=[Problem(code, sentence, field=field)])


def _require_no_office_elsewhere(actor: Actor, person: Person, on: date) -> None:
    """The number of somebody who acts for others in the system is no enterprise's to change."""
    offices = Membership.objects.in_force(on).filter(person=person).exclude(role=Role.APPRENTICE)
    if offices.exclude(organisation=actor.organisation_id).exists():
        message = _("This person holds an office elsewhere in the system: no enterprise changes the number.")
        raise Refused(message, code="has_an_office")


def _tell(actor: Actor, enrolment: Enrolment, made: MobileCorrection) -> None:
    label, pk = enrolment.subject
    params = {"name": str(enrolment), "after": made.after, "reason": made.reason, "by": actor.name}
    notices.leave(
        [
            Notice(
                subject_type=label,
                subject_id=pk,
                code=CORRECTED,
                params=params,
                person_id=enrolment.person_id,
            )
        ]
    )
