"""The apprentice confirms or disputes; the side that recorded it answers."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from apps.training import checks
from apps.training.enums import DisputeState
from apps.training.models import Attendance, Dispute


def confirm_attendance(actor: Actor, enrolment: Enrolment, attendance_ids: list[int]) -> int:
    """The apprentice confirms own hours; returns how many rows were confirmed now."""
    _require_own(actor, enrolment)
    return Attendance.objects.filter(
        enrolment=enrolment, pk__in=attendance_ids, voided_at=None, confirmed_at=None
    ).update(confirmed_at=clock.now())


def raise_dispute(
    actor: Actor, enrolment: Enrolment, *, text: str, attendance: Attendance | None = None
) -> Dispute:
    """The apprentice says what is wrong with the own record; claims wait until it is answered.

    Raises `InvalidInput` without a text, `Conflict` when the same hours are already disputed.
    """
    _require_own(actor, enrolment)
    if not text.strip():
        message = _("Say what is wrong, in your own words.")
        raise InvalidInput(problems=[Problem("text_missing", message, field="text")])
    if attendance is not None and attendance.enrolment_id != enrolment.pk:
        raise NotFound(_("There is no such record."), code="no_such_attendance")
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                enrolment=enrolment, attendance=attendance, text=text.strip(), raised_by_id=actor.account_id
            )
    except IntegrityError as error:
        raise Conflict(
            _("You already dispute these hours; the answer is on its way."), code="disputed"
        ) from error


def answer_dispute(actor: Actor, dispute: Dispute, *, upheld: bool, answer: str) -> Dispute:
    """Uphold (the hours are voided) or dismiss a dispute, with an answer that the apprentice reads.

    The side that recorded the hours answers; a dispute of the record as a whole is the enterprise's.
    """
    if not answer.strip():
        raise InvalidInput(problems=[Problem("answer_missing", _("Write an answer."), field="answer")])
    with transaction.atomic():
        locked = Dispute.objects.select_for_update(of=("self",)).filter(pk=dispute.pk).first()
        if locked is None or not Enrolment.objects.visible_to(actor).filter(pk=locked.enrolment_id).exists():
            raise NotFound(_("There is no such dispute."), code="no_such_dispute")
        side = checks.side_of(actor)
        mine = locked.attendance.side == side if locked.attendance else actor.role == Role.ENTERPRISE_OPERATOR
        if not mine:
            raise Forbidden(_("The side that recorded the hours answers."), code="not_your_step")
        if locked.state != DisputeState.OPEN:
            raise Conflict(_("This dispute was already answered."), code="wrong_state")
        locked.state = DisputeState.UPHELD if upheld else DisputeState.DISMISSED
        locked.answer, locked.answered_by_id, locked.answered_at = answer.strip(), actor.user_id, clock.now()
        locked.save(update_fields=["state", "answer", "answered_by_id", "answered_at"])
        if upheld and locked.attendance is not None:
            Attendance.objects.filter(pk=locked.attendance.pk, voided_at=None).update(
                voided_at=clock.now(), void_reason=locked.answer
            )
    return locked


def _require_own(actor: Actor, enrolment: Enrolment) -> None:
    if actor.role != Role.APPRENTICE:
        raise Forbidden(_("Apprentices confirm and dispute their own record."), code="not_your_step")
    if actor.person_id != enrolment.person_id:
        raise NotFound(_("There is no such record."), code="no_such_case")
