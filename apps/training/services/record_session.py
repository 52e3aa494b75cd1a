"""Record what was taught, and who was there."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.core import clock
from apps.core.errors import Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.institutions.halts import halts_of
from apps.training import checks
from apps.training.enums import SessionSide
from apps.training.halts import Halts, no_lesson_then
from apps.training.models import TrainingSession
from apps.training.services.storing import SessionFacts, store_many
from apps.training.suspensions import Suspensions, nobody_suspended, suspensions


def record_session(
    actor: Actor, training_class: TrainingClass, facts: SessionFacts, *, on: date
) -> TrainingSession:
    """Record one session of a class, from the institution's or the enterprise's side (3(2)1, 3(3)1).

    Raises `Forbidden` for anybody else, `InvalidInput` with every problem at once, and `Refused` when a
    teacher or an apprentice is already somewhere else at that time.
    """
    side = checks.own_side(actor)
    visible = TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk).first()
    if visible is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    if facts.key:
        known = TrainingSession.objects.filter(training_class=visible, external_key=facts.key).first()
        if known is not None:
            return known
    problems = problems_with(visible, side, facts, on)
    if problems:
        raise InvalidInput(code="session_unsound", problems=problems)
    return store(actor, visible, side, facts)


def problems_with(
    training_class: TrainingClass,
    side: SessionSide,
    facts: SessionFacts,
    on: date,
    away: Suspensions | None = None,
    halts: Halts | None = None,
) -> list[Problem]:
    """Everything that is wrong with a report of one session, all at once.

    `away` are the suspensions in the class and `halts` those of its institution, for whoever has many
    reports; read here otherwise.
    """
    if away is None:
        away = suspensions(training_class)
    if halts is None:
        halts = halts_of(training_class.institution_id)
    day = timezone.localtime(facts.starts_at).date()
    minutes = [facts.minutes if value is None else value for value in facts.attendance.values()]
    return [
        *checks.class_trains(training_class),
        *checks.within_term(training_class, facts.starts_at, facts.ends_at, on),
        *checks.length_is_possible(training_class, facts.starts_at, facts.ends_at),
        *checks.fits_the_plan(training_class, side, facts.mode, facts.course, facts.mentor),
        *checks.somebody_attended(minutes, facts.minutes),
        *nobody_suspended(facts.attendance, day, away),
        *no_lesson_then(side, day, halts),
    ]


def store(
    actor: Actor, training_class: TrainingClass, side: SessionSide, facts: SessionFacts
) -> TrainingSession:
    """Write a session that was checked, with its attendance; the database refuses an overlap."""
    enrolled = set(
        Enrolment.objects.filter(
            training_class=training_class, pk__in=facts.attendance, state=EnrolmentState.ENROLLED
        ).values_list("pk", flat=True)
    )
    if enrolled != set(facts.attendance):
        message = _("Only apprentices who are enrolled in this class can be present.")
        raise InvalidInput(problems=[Problem("not_enrolled", message, field="attendance")])
    return store_many(actor, training_class, side, [facts])[0]


def cancel_session(actor: Actor, session: TrainingSession, *, reason: str) -> TrainingSession:
    """Take a session back with a reason; its hours no longer count, the record stays.

    Raises `Forbidden` for the other side's session, `InvalidInput` without a reason, `Refused` once an
    apprentice of it was assessed.
    """
    if checks.side_of(actor) != session.side:
        raise Forbidden(_("The side that recorded a session takes it back."), code="not_your_step")
    if not reason.strip():
        raise InvalidInput(problems=[Problem("reason_required", _("Give a reason."), field="reason")])
    with transaction.atomic():
        locked = (
            TrainingSession.objects.visible_to(actor)
            .select_for_update(of=("self",))
            .filter(pk=session.pk)
            .first()
        )
        if locked is None:
            raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
        if locked.attendances.filter(enrolment__assessment__isnull=False, voided_at=None).exists():
            raise Refused(
                _("An apprentice of this session was already assessed with these hours."), code="assessed"
            )
        locked.cancelled_at, locked.cancel_reason = clock.now(), reason
        locked.save(update_fields=["cancelled_at", "cancel_reason"])
        locked.attendances.filter(voided_at=None).update(voided_at=clock.now(), void_reason=reason)
    return locked
