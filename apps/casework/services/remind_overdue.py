"""Reminders of deadlines that passed: one a day for each person, and not one for each file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.db.models.fields.json import KeyTextTransform

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.accounts.roles import ORGANISATION_OF, Role
from apps.casework import subjects
from apps.casework.enums import OVERDUE_FILES
from apps.casework.models import Notice
from apps.casework.notices import leave
from apps.casework.queues import overdue

SUBJECT = "accounts.membership"
# How many files that became overdue are named; the queue shows the rest.
NAMED_MAX = 5
# The field by which a case names the organisation whose turn it is.
_ORGANISATION = {
    Role.ENTERPRISE_OPERATOR: "enterprise_id",
    Role.INSTITUTION_OPERATOR: "institution_id",
    Role.SUPERIOR_UNIT: "superior_unit_id",
}


@dataclass(frozen=True)
class _Late:
    """One file whose deadline is over, as a reminder names it."""

    due: date
    name: str
    kind: str


def remind_overdue(on: date) -> int:
    """Tell everybody for whom files wait past their deadline, once a day; returns how many people were told.

    Who acts in several roles has a notice in each of them, because each has a queue of its own, and one
    mail, which counts all. A file that became overdue since the last reminder is named. Safe to run again,
    also after it broke off: who was told today is not told again.
    """
    found: dict[tuple[Any, ...], list[_Late]] = {}
    told = 0
    for _person, seats in groupby(_seats(on), key=lambda seat: seat.person_id):
        late = [(seat, rows) for seat in seats if (rows := _files_of(seat, on, found))]
        told += bool(late) and _tell(late, on)
    return told


def _seats(on: date) -> Iterator[Membership]:
    """Whoever can have something to do, person by person."""
    kinds = [subject for subject in subjects.all_subjects() if subject.table is not None]
    tables = [subject.table for subject in kinds if subject.table is not None]
    working = {role for table in tables for roles in table.working.values() for role in roles}
    seats = Membership.objects.in_force(on).select_related("user__person").order_by("person_id", "id")
    # Of thousands of enterprises few are late: the others are not asked one by one.
    yield from _late_seats(seats.filter(role__in=working), kinds, on)


def _late_seats(
    seats: QuerySet[Membership], kinds: Iterable[subjects.Subject], on: date
) -> Iterator[Membership]:
    late: dict[str, set[int]] = {role: set() for role in _ORGANISATION}
    for kind in kinds:
        fields = {field.attname for field in kind.model._meta.concrete_fields}
        for role, attribute in _ORGANISATION.items():
            if attribute in fields:
                rows = overdue(kind, role, kind.model.objects.all(), on)
                late[role] |= set(rows.order_by().values_list(attribute, flat=True).distinct())
    for seat in seats:
        if seat.role not in ORGANISATION_OF or seat.organisation_id in late.get(seat.role, ()):
            yield seat


def _files_of(seat: Membership, on: date, found: dict[tuple[Any, ...], list[_Late]]) -> list[_Late]:
    """What is overdue in this seat, the oldest first; `found` keeps it for others of the same scope."""
    scope = (seat.role, seat.organisation_id, seat.district_id)
    if scope not in found:
        actor = actor_of(seat)
        found[scope] = sorted(_overdue_of(actor, on), key=lambda late: (late.due, late.kind, late.name))
    return found[scope]


def _overdue_of(actor: Actor, on: date) -> Iterator[_Late]:
    for subject in subjects.all_subjects():
        if subject.table is None:
            continue
        rows = overdue(subject, actor.role, subject.model.objects.visible_to(actor), on)
        for case in rows.select_related(*subject.related).iterator(chunk_size=500):
            yield _Late(case.deadline_on, str(case), subject.label)


def _tell(late: list[tuple[Membership, list[_Late]]], on: date) -> bool:
    """Leave a person's notices of one day, all or none."""
    seats = [seat.pk for seat, _files in late]
    earlier = Notice.objects.filter(subject_type=SUBJECT, subject_id__in=seats, code=OVERDUE_FILES)
    last = (
        earlier.order_by("subject_id")
        .values("subject_id")
        .annotate(day=Max(KeyTextTransform("day", "params")))
    )
    days = dict(last.values_list("subject_id", "day"))
    if on.isoformat() in days.values():
        return False
    rows = [_notice(seat, files, on, days.get(seat.pk)) for seat, files in late]
    rows[0].params["elsewhere"] = sum(row.params["count"] for row in rows[1:])
    try:
        with transaction.atomic():
            leave(rows[:1])
            leave(rows[1:], by_mail=False)
    except IntegrityError:
        # Another scheduler was faster.
        return False
    return True


def _notice(seat: Membership, files: list[_Late], on: date, told: str | None) -> Notice:
    new = [late for late in files if told is None or late.due >= date.fromisoformat(told)]
    oldest = files[0]
    params = {
        "day": on.isoformat(),
        "count": len(files),
        "oldest": {"kind": oldest.kind, "name": oldest.name, "due": oldest.due.isoformat()},
        "new": [{"kind": late.kind, "name": late.name} for late in new[:NAMED_MAX]],
        "new_count": len(new),
    }
    return Notice(
        subject_type=SUBJECT,
        subject_id=seat.pk,
        code=OVERDUE_FILES,
        params=params,
        role=seat.role,
        organisation_id=seat.organisation_id,
        district_code=seat.district_id or "",
        person_id=seat.person_id,
    )
