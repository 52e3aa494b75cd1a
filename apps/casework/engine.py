"""`fire` moves a case one step: the only way in which a state changes.

It locks the row, looks the step up in the table, checks role, content version, chair, reason and
completeness, writes state and decision in one transaction (the database adds the history row), sets
the deadline and leaves notices. A page, the API and a task call the same service, which calls this.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework import notices, subjects
from apps.casework.acting import acting
from apps.casework.deadlines import deadline_after
from apps.casework.enums import Verdict
from apps.casework.models import Decision, Deficiency, Seat
from apps.casework.transitions import Transition, TransitionTable
from apps.core import clock, failpoints, rls
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused

Guard = Callable[[Any, Actor], Iterable[Problem]]
Effect = Callable[[Any], Sequence[str] | None]

_SIT_DOWN = """
    INSERT INTO casework_seat (subject_type, subject_id, person_id, seat, since) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (subject_type, subject_id, person_id) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Opinion:
    """What the actor says with the step: a reason, a checklist, a deficiency list, the version read."""

    reason: str = ""
    checklist: Sequence[dict] = ()
    deficiencies: Sequence[dict] = ()
    version: int | None = None
    content_sha256: str = ""
    extra: dict = field(default_factory=dict)


def fire(
    table: TransitionTable,
    case: models.Model,
    action: str,
    actor: Actor,
    *,
    on: date,
    opinion: Opinion | None = None,
    guard: Guard | None = None,
    effect: Effect | None = None,
    separate_from: Iterable[models.Model] = (),
) -> Any:
    """Take one step and return the locked, updated case.

    `guard` returns what is still missing; anything it returns refuses the step. `effect` runs in the
    same transaction on the locked case before it is saved and returns the names of the fields that it
    set. `separate_from` are other cases in which this person may not have held another chair.
    Raises `NotFound` (not visible), `Forbidden` (not this role's step), `Conflict` (state or version
    moved on), `InvalidInput` (reason missing), `Refused` (incomplete, or two chairs for one person).
    """
    opinion = opinion or Opinion()
    with transaction.atomic():
        locked = lock(case, actor)
        failpoints.point("step.locked")
        step = require_step(table, locked, action, actor)
        _require_version(locked, opinion)
        _require_reason(step, opinion)
        seat = _take_seat(locked, step, actor, separate_from)
        problems = [*_failed_items(table, step, opinion), *(guard(locked, actor) if guard else ())]
        if problems:
            raise Refused(
                _("This cannot be done yet. What is missing is listed below."),
                code="incomplete",
                problems=problems,
            )
        source = locked.state
        changed = list((effect(locked) if effect else None) or ())
        failpoints.point("step.effect")
        locked.state = step.target
        locked.state_since = clock.moment_of(on)
        locked.deadline_on = deadline_after(step, locked, on)
        with acting(actor, action, opinion.reason):
            locked.save(update_fields=["state", "state_since", "deadline_on", *changed])
        if seat is not None:
            _record_decision(locked, step, source, seat, actor, opinion)
        notices.announce(locked, step, source, actor, opinion.reason)
        failpoints.point("step.saved")
    failpoints.point("step.committed")
    return locked


def lock(case: models.Model, actor: Actor) -> Any:
    """The case under a row lock. Raises `NotFound` when the actor may not see it."""
    rows: Any = type(case)._default_manager.filter(pk=case.pk)
    if not actor.is_system:
        rows = rows.visible_to(actor)
    locked = rows.select_for_update(of=("self",)).first()
    if locked is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    return locked


def require_step(table: TransitionTable, case: Any, action: str, actor: Actor) -> Transition:
    """The row of the table for this step. Raises `Conflict` or `Forbidden` with a sentence."""
    step = table.find(action, case.state)
    if step is None:
        state = subjects.get(table.subject).state_label(case.state)
        raise Conflict(
            _("This step is not possible any more: the case is now “%(state)s”. Reload the page.")
            % {"state": state},
            code="wrong_state",
        )
    allowed = step.system if actor.is_system else actor.role in step.roles
    if not allowed:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    return step


def _require_version(case: Any, opinion: Opinion) -> None:
    if opinion.version is not None and opinion.version != case.version:
        raise Conflict(
            _("The content was changed after you opened it. Read the new version, then decide."),
            code="stale_version",
        )


def _require_reason(step: Transition, opinion: Opinion) -> None:
    if step.reason_required and not opinion.reason.strip():
        message = _("Give a reason: the applicant reads it.")
        raise InvalidInput(
            code="reason_required", problems=[Problem("reason_required", message, field="reason")]
        )
    if step.deficiencies and not opinion.deficiencies:
        message = _("Name at least one defect to correct; name all of them at once.")
        raise InvalidInput(
            code="deficiencies_required",
            problems=[Problem("deficiencies_required", message, field="deficiencies")],
        )


def _failed_items(table: TransitionTable, step: Transition, opinion: Opinion) -> Iterator[Problem]:
    """The items that the actor marked as failed, where the step carries the case on: both cannot be meant.

    A step that says no asks for its reason.
    """
    if not step.checklist or step.reason_required:
        return
    questions = subjects.get(table.subject).questions
    for row in opinion.checklist:
        if row.get("result") == Verdict.FAIL:
            code = str(row.get("code", ""))
            message = _(
                "Marked as failed, so this cannot be approved: %(item)s. Return it, or judge the item anew."
            )
            words = {"item": questions.get(code) or row.get("label") or code}
            yield Problem(f"checklist.{code}", message % words, field=code)


def _take_seat(
    case: Any, step: Transition, actor: Actor, separate_from: Iterable[models.Model]
) -> Seat | None:
    if not step.seat or actor.person_id is None:
        return None
    if _sits_elsewhere(actor.person_id, step.seat, separate_from):
        raise _two_chairs()
    label = case._meta.label_lower
    seat = _sit_down(label, case.pk, actor.person_id, step.seat)
    if seat.seat != step.seat:
        raise _two_chairs()
    return seat


def _sits_elsewhere(person_id: int, chair: str, cases: Iterable[models.Model]) -> bool:
    """Whether the person has another chair in one of these cases, in whatever district it is."""
    rows = [Q(subject_type=case._meta.label_lower, subject_id=case.pk) for case in cases]
    if not rows:
        return False
    # A chair that is not shown would let its holder take a second one.
    with rls.whole_city():
        held = Seat.objects.filter(reduce(or_, rows), person_id=person_id)
        return held.exclude(seat=chair).exists()


def _sit_down(label: str, pk: int, person_id: int, chair: str) -> Seat:
    """The chair that the person has in the case; where there is none, it is taken by one statement."""
    seat = Seat(subject_type=label, subject_id=pk, person_id=person_id, seat=chair, since=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_SIT_DOWN, [label, pk, person_id, chair, seat.since])
        made = cursor.fetchone()
    if made is None:
        return Seat.objects.get(subject_type=label, subject_id=pk, person_id=person_id)
    (seat.pk,) = made
    return seat


def _two_chairs() -> Refused:
    return Refused(
        _("You have already acted on this file in another part. Another person must take this step."),
        code="segregation",
    )


def _record_decision(
    case: Any, step: Transition, source: str, seat: Seat, actor: Actor, opinion: Opinion
) -> Decision:
    label, pk = case.subject
    decision = Decision.objects.create(
        subject_type=label,
        subject_id=pk,
        seat=seat,
        person_id=seat.person_id,
        user_id=actor.account_id,
        role=actor.role,
        action=step.action,
        from_state=source,
        to_state=step.target,
        opinion=opinion.reason,
        checklist=list(opinion.checklist),
        content_version=case.version,
        content_sha256=opinion.content_sha256,
    )
    if step.deficiencies:
        _record_deficiencies(decision, opinion.deficiencies)
    return decision


def _record_deficiencies(decision: Decision, rows: Sequence[dict]) -> None:
    """A defect that no earlier return named is late, unless the caller knows that it was not there to see."""
    earlier = Decision.objects.filter(
        subject_type=decision.subject_type,
        subject_id=decision.subject_id,
        action=decision.action,
        pk__lt=decision.pk,
    )
    named_before = set(Deficiency.objects.filter(decision__in=earlier).values_list("code", flat=True))
    returned_before = earlier.exists()
    Deficiency.objects.bulk_create(
        Deficiency(
            decision=decision,
            subject_type=decision.subject_type,
            subject_id=decision.subject_id,
            code=row["code"],
            article=row.get("article", ""),
            text=row["text"],
            late=returned_before and row["code"] not in named_before and not row.get("fresh"),
        )
        for row in rows
    )
