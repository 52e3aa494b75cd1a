"""One step of many cases at once: what `engine.fire` does for one, in a handful of statements.

For a person's plain step only (no guard, no effect on the case, no reason asked for). What is not as plain
as that is sorted out by `free_to_step` and goes through `fire`, which has the sentence for it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, models

from apps.accounts.actors import Actor
from apps.casework import notices
from apps.casework.acting import acting
from apps.casework.deadlines import deadline_after
from apps.casework.models import Seat
from apps.casework.transitions import Transition, TransitionTable
from apps.core import clock, rls

# The chair of each case, and the decision that is taken in it.
_DECIDE = """
WITH cases AS (
    SELECT * FROM unnest(%(cases)s::bigint[], %(versions)s::int[], %(contents)s::text[])
           AS c (id, version, content)
), seated AS (
    INSERT INTO public.casework_seat (subject_type, subject_id, seat, person_id, since)
    SELECT %(label)s, id, %(seat)s, %(person)s, %(now)s FROM cases RETURNING id, subject_id
)
INSERT INTO public.casework_decision
       (subject_type, subject_id, seat_id, person_id, user_id, role, action, from_state, to_state, opinion,
        checklist, content_version, content_sha256, at)
SELECT %(label)s, cases.id, seated.id, %(person)s, %(user)s, %(role)s, %(action)s, %(from)s, %(to)s, '', '[]',
       cases.version, cases.content, %(now)s
  FROM seated JOIN cases ON cases.id = seated.subject_id
"""


def free_to_step(
    table: TransitionTable,
    cases: Sequence[Any],
    action: str,
    actor: Actor,
    *,
    separate_from: Callable[[Any], Iterable[tuple[str, int]]],
) -> list[Any]:
    """Those of the locked cases with which this person may take the step, having no chair in them yet.

    `separate_from` names (label, key) of other cases in which the person may not hold another chair.
    """
    steps = {case.state: table.find(action, case.state) for case in cases}
    plain = {state for state, step in steps.items() if step is not None and _is_plain(step, actor)}
    own = {case.pk: case.subject for case in cases if case.state in plain}
    others = {case.pk: list(separate_from(case)) for case in cases if case.pk in own}
    wanted = {*own.values(), *(other for listed in others.values() for other in listed)}
    by_label: dict[str, list[int]] = {}
    for label, pk in wanted:
        by_label.setdefault(label, []).append(pk)
    held: dict[tuple[str, int], str] = {}
    person = actor.person_id or 0
    # A chair that is not shown would let its holder take a second one.
    with rls.whole_city():
        for label, keys in by_label.items():
            rows = Seat.objects.filter(subject_type=label, subject_id__any_of=keys, person_id=person)
            held |= {(label, pk): seat for pk, seat in rows.values_list("subject_id", "seat")}
    return [
        case
        for case in cases
        if case.pk in own
        and own[case.pk] not in held
        and all(held.get(other) in (None, _seat_of(steps[case.state])) for other in others[case.pk])
    ]


def _is_plain(step: Transition, actor: Actor) -> bool:
    return (
        actor.role in step.roles
        and actor.person_id is not None
        and not actor.is_system
        and bool(step.seat)
        and not step.reason_required
        and not step.deficiencies
    )


def _seat_of(step: Transition | None) -> str:
    return step.seat if step is not None else ""


def step_together(
    table: TransitionTable, cases: Sequence[Any], action: str, actor: Actor, *, on: date
) -> None:
    """Take the step with locked cases of one state that `free_to_step` gave; within its transaction.

    Chairs, states (the database adds the history), decisions and notices are those that `fire` would write.
    """
    step = table.find(action, cases[0].state)
    if step is None or len({case.state for case in cases}) != 1 or actor.person_id is None:
        raise ValueError("not the same plain step for all of them")
    label = cases[0].subject[0]
    _move(step, cases, action, actor, on)
    with connection.cursor() as cursor:
        cursor.execute(
            _DECIDE,
            {
                "label": label,
                "cases": [case.pk for case in cases],
                "versions": [case.version for case in cases],
                "contents": [getattr(case, "content_sha256", "") for case in cases],
                "seat": step.seat,
                "person": actor.person_id,
                "user": actor.account_id,
                "role": str(actor.role),
                "action": step.action,
                "from": cases[0].state,
                "to": step.target,
                "now": clock.now(),
            },
        )
    notices.announce_many(cases, step, actor)


def _move(step: Transition, cases: Sequence[Any], action: str, actor: Actor, on: date) -> None:
    by_deadline: dict[date | None, list[int]] = {}
    of_document: dict[Any, date | None] = {}
    for case in cases:
        document = getattr(case, "policy_document_id", None)
        if document not in of_document:
            of_document[document] = deadline_after(step, case, on)
        by_deadline.setdefault(of_document[document], []).append(case.pk)
    since = clock.moment_of(on)
    rows: models.Manager = type(cases[0])._default_manager
    with acting(actor, action):
        for deadline, keys in by_deadline.items():
            rows.filter(pk__any_of=keys).update(state=step.target, state_since=since, deadline_on=deadline)
