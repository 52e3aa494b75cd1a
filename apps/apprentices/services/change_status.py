"""Changes of an enrolment record after the class opened (学籍异动): each with its reason and its day."""

from collections.abc import Callable, Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import STANDING_STATES, EnrolmentState, StatusChange
from apps.apprentices.models import Enrolment, LineSeats, StatusRecord, TrainingClass
from apps.apprentices.roster.days import UnreadableDay, read_day
from apps.apprentices.sentences import TRANSFERRED
from apps.apprentices.services.guards import hold_open_roster
from apps.apprentices.transitions import ENROLMENT_TRANSITIONS
from apps.casework import notices
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.core import clock
from apps.core.errors import Forbidden, InvalidInput, NotFound, Problem, Refused

Refuse = Callable[[Enrolment, StatusChange], None]
# Who says that a record can no longer change in a way, since money was settled on what it says.
_holders: list[Refuse] = []
EFFECTIVE_ON = "effective_on"
TO_CLASS = "to_class"


def hold_changes(refuse: Refuse) -> None:
    """Let a higher floor refuse a change of a locked record; it raises `Refused` for one that it holds."""
    _holders.append(refuse)


def suspend_enrolment(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """Suspend training (停学) from `opinion.extra["effective_on"]`, by default `on`.

    Like every change here: the day may not lie in the future nor before the record was set up or the
    change before; raises `InvalidInput` for the day or a missing reason, `Conflict` for the state.
    """
    return _change(actor, enrolment, StatusChange.SUSPEND, on, opinion)


def resume_enrolment(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """Resume training (复学)."""
    return _change(actor, enrolment, StatusChange.RESUME, on, opinion)


def withdraw_enrolment(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """End the training before its time (退学): what was advanced is recovered with the next claim."""

    def leave(case: Enrolment, day: date) -> list[str]:
        case.left_on = day
        return ["left_on"]

    return _change(actor, enrolment, StatusChange.WITHDRAW, on, opinion, leave)


def transfer_enrolment(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """Transfer an apprentice (转学): this record ends.

    With `opinion.extra["to_class"]` (the id of an own class of the same occupation and level whose roster
    is open) the person is registered there in the same step; without it, whoever takes them registers
    them. Raises `NotFound` or `Refused` for a class that cannot take them.
    """
    target = _target_class(actor, enrolment, opinion)

    def leave(case: Enrolment, day: date) -> list[str]:
        case.left_on = day
        case.transferred_to = target
        return ["left_on", "transferred_to"]

    with transaction.atomic():
        moved = _change(actor, enrolment, StatusChange.TRANSFER, on, opinion, leave, target)
        if target is not None:
            _register_in(actor, moved, target)
    return moved


def complete_enrolment(
    actor: Actor, enrolment: Enrolment, *, on: date, opinion: Opinion | None = None
) -> Enrolment:
    """Record that the training was carried through to its assessment."""
    return _change(actor, enrolment, StatusChange.COMPLETE, on, opinion)


def complete_enrolments(
    actor: Actor, training_class: TrainingClass, ids: Collection[int], *, on: date, reason: str = ""
) -> int:
    """Complete many records of one class in one statement and return how many.

    For whoever has judged the results (the floor above); ids that are not training are passed over.
    Raises `Forbidden` for a role that the table does not name, `NotFound` for another's class.
    """
    if not any(actor.role in row.roles for row in ENROLMENT_TRANSITIONS.named(StatusChange.COMPLETE)):
        raise Forbidden(_("The enterprise completes the enrolment records."), code="not_your_step")
    if not TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk).exists():
        raise NotFound(_("There is no such class, or it is not yours."), code="no_such_case")
    with transaction.atomic():
        rows = Enrolment.objects.filter(
            training_class=training_class, pk__in=ids, state=EnrolmentState.ENROLLED
        ).select_for_update()
        found = list(rows.order_by("pk").values_list("pk", flat=True))
        with acting(actor, "complete", reason):
            Enrolment.objects.filter(pk__in=found).update(
                state=EnrolmentState.COMPLETED, state_since=clock.now()
            )
        StatusRecord.objects.bulk_create(
            StatusRecord(
                enrolment_id=pk,
                change=StatusChange.COMPLETE,
                effective_on=on,
                reason=reason,
                recorded_by_id=actor.user_id,
            )
            for pk in found
        )
    return len(found)


def end_unassessed(
    actor: Actor, training_class: TrainingClass, ids: Collection[int], *, on: date, reason: str
) -> int:
    """End records of a class for which nobody reported a result, in one statement; returns how many.

    For whoever signed that their advance is asked back (the floor above). Each apprentice is told. Raises
    `NotFound` for another's class.
    """
    if not TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk).exists():
        raise NotFound(_("There is no such class, or it is not yours."), code="no_such_case")
    change = StatusChange.END_UNASSESSED
    with transaction.atomic():
        rows = Enrolment.objects.filter(training_class=training_class, pk__in=ids, state__in=STANDING_STATES)
        found = list(rows.select_for_update(of=("self",)).select_related("person").order_by("pk"))
        with acting(actor, change.value, reason):
            Enrolment.objects.filter(pk__in=[row.pk for row in found]).update(
                state=EnrolmentState.WITHDRAWN, state_since=clock.moment_of(on), left_on=on
            )
        StatusRecord.objects.bulk_create(
            StatusRecord(
                enrolment=row, change=change, effective_on=on, reason=reason, recorded_by_id=actor.user_id
            )
            for row in found
        )
        step = ENROLMENT_TRANSITIONS.named(change.value)[0]
        notices.leave(
            notice for row in found for notice in notices.notices_of(row, step, row.state, actor, reason)
        )
    return len(found)


def _change(
    actor: Actor,
    enrolment: Enrolment,
    change: StatusChange,
    on: date,
    opinion: Opinion | None,
    set_fields: Callable[[Enrolment, date], list[str]] | None = None,
    to_class: TrainingClass | None = None,
) -> Enrolment:
    opinion = opinion or Opinion()

    def record(case: Enrolment) -> list[str]:
        for refuse in _holders:
            refuse(case, change)
        day = _effective_day(case, opinion, on)
        StatusRecord.objects.create(
            enrolment=case,
            change=change,
            effective_on=day,
            reason=opinion.reason,
            to_class=to_class,
            recorded_by_id=actor.user_id,
        )
        return set_fields(case, day) if set_fields else []

    return fire(ENROLMENT_TRANSITIONS, enrolment, change.value, actor, on=on, opinion=opinion, effect=record)


def _effective_day(case: Enrolment, opinion: Opinion, on: date) -> date:
    try:
        day = read_day(opinion.extra.get(EFFECTIVE_ON)) or on
    except UnreadableDay:
        raise _wrong_day(_("Enter the day as year-month-day, for example 2023-03-01.")) from None
    if day > on:
        raise _wrong_day(_("The change cannot take effect in the future."))
    if case.set_up_on is not None and day < case.set_up_on:
        raise _wrong_day(_("The record was only set up on %(day)s.") % {"day": case.set_up_on})
    last = case.status_records.order_by("-id").values_list("effective_on", flat=True).first()
    if last is not None and day < last:
        raise _wrong_day(_("The change before took effect on %(day)s.") % {"day": last})
    return day


def _wrong_day(sentence: str) -> InvalidInput:
    return InvalidInput(problems=[Problem("effective_day", sentence, field=EFFECTIVE_ON)])


def _target_class(actor: Actor, enrolment: Enrolment, opinion: Opinion | None) -> TrainingClass | None:
    wanted = opinion.extra.get(TO_CLASS) if opinion else None
    if not wanted:
        return None
    rows = TrainingClass.objects.visible_to(actor).select_related("line")
    target = (
        rows.filter(pk=wanted).exclude(pk=enrolment.training_class_id).first() if _is_key(wanted) else None
    )
    if target is None:
        raise NotFound(_("There is no such class, or it is not yours."), code="no_such_case")
    same = (target.line.occupation_id, target.line.level_id) == (enrolment.occupation_id, enrolment.level_id)
    if not same:
        raise Refused(_("That class trains another occupation or level."), code="other_occupation")
    return target


def _is_key(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())


def _register_in(actor: Actor, moved: Enrolment, target: TrainingClass) -> Enrolment:
    held = hold_open_roster(actor, target)
    seats = LineSeats.objects.select_for_update().get(pk=held.line_id)
    if seats.free < 1:
        raise Refused(
            _("All %(seats)s places of this line are taken.") % {"seats": seats.seats}, code="no_seat"
        )
    with acting(actor, "create"):
        return Enrolment.objects.create(
            person_id=moved.person_id,
            training_class=held,
            enterprise_id=held.enterprise_id,
            institution_id=held.institution_id,
            district_id=held.district_id,
            occupation_id=held.line.occupation_id,
            level_id=held.line.level_id,
            starts_on=held.starts_on,
            ends_on=held.ends_on,
            term_months=held.line.term_months,
            post_kind=moved.post_kind,
            person_status=moved.person_status,
            contract_from=moved.contract_from,
            contract_to=moved.contract_to,
            insured_in_city=moved.insured_in_city,
            remark=TRANSFERRED.say(number=moved.number),
        )
