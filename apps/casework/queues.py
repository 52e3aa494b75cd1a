"""What waits for whom: the files of one kind in which a role has to act, the most urgent first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import subjects
from apps.casework.subjects import Subject

PAGE_SIZE = 50


@dataclass(frozen=True)
class Filters:
    """How a reader narrows a queue."""

    district: str = ""
    text: str = ""
    overdue: bool = False
    after: str = ""

    @property
    def narrows(self) -> bool:
        """Whether files may wait that are not shown."""
        return bool(self.district or self.text or self.overdue)


@dataclass(frozen=True)
class Tab:
    """One kind of file with how many wait and how many are late."""

    subject: Subject
    count: int
    late: int


def waiting(subject: Subject, actor: Actor) -> QuerySet[Any]:
    """Every file of this kind that waits for this actor's role, within the actor's scope."""
    return subject.model.objects.visible_to(actor).filter(state__in=_states(subject, actor.role))


def overdue(subject: Subject, role: Role, rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Those of `rows` in which this role has to act and let the deadline pass."""
    return rows.filter(state__in=_states(subject, role), deadline_on__lt=on)


def _states(subject: Subject, role: Role) -> list[str]:
    working = subject.table.working if subject.table else {}
    return [state for state, roles in working.items() if role in roles]


def tabs(actor: Actor, on: date) -> list[Tab]:
    """The kinds that this role ever has to act on, with their counts (one query each)."""
    from django.db.models import Count

    found = []
    for subject in subjects.all_subjects():
        if subject.table is None or not any(actor.role in roles for roles in subject.table.working.values()):
            continue
        counts = waiting(subject, actor).aggregate(
            count=Count("id"), late=Count("id", filter=Q(deadline_on__lt=on))
        )
        found.append(Tab(subject, counts["count"], counts["late"]))
    return found


def page(subject: Subject, actor: Actor, filters: Filters, on: date) -> tuple[list[Any], str]:
    """One page of a queue and the mark of where the next one begins (empty at the end).

    Sorted by deadline, files without one last; the mark is the last row's place in that order, so that
    a page costs the same however deep it lies.
    """
    rows = waiting(subject, actor)
    # A payment batch is of many enterprises.
    of_enterprise = any(field.name == "enterprise" for field in subject.model._meta.fields)
    if filters.district:
        rows = rows.filter(district_id=filters.district)
    if filters.overdue:
        rows = rows.filter(deadline_on__lt=on)
    if filters.text:
        named = Q(number__icontains=filters.text)
        if of_enterprise:
            named |= Q(enterprise__organisation__name__icontains=filters.text)
        rows = rows.filter(named)
    rows = _after(rows, filters.after)
    related = ["district", *(["enterprise__organisation"] if of_enterprise else []), *subject.related]
    rows = rows.select_related(*related).order_by(F("deadline_on").asc(nulls_last=True), "id")
    found = list(rows[: PAGE_SIZE + 1])
    if len(found) <= PAGE_SIZE:
        return found, ""
    last = found[PAGE_SIZE - 1]
    return found[:PAGE_SIZE], f"{last.deadline_on.isoformat() if last.deadline_on else '-'}~{last.pk}"


def _after(rows: QuerySet[Any], mark: str) -> QuerySet[Any]:
    day, _tilde, pk = mark.partition("~")
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        return rows
    if day == "-":
        return rows.filter(deadline_on=None, pk__gt=int(pk))
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return rows
    later = Q(deadline_on__gt=on) | Q(deadline_on=None)
    return rows.filter(later | Q(deadline_on=on, pk__gt=int(pk)))
