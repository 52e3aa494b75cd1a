"""The teaching plan: courses, their kind, who gives them, their hours."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.errors import Problem
from apps.plans.enums import LessonKind, Place
from apps.plans.inputs import CourseRow
from apps.plans.models import Course, Plan
from apps.plans.services.editing import clean_text, editing, refuse_problems, replace_rows

HOURS_MAX = 10_000


def save_courses(
    actor: Actor,
    plan: Plan,
    rows: Sequence[CourseRow],
    *,
    on: date,  # noqa: ARG001 - one signature for all parts
    keep: Iterable[str] = (),
) -> Plan:
    """Make these the courses of the plan, in this order; `keep` are keys of stored courses to leave alone.

    Raises `InvalidInput` with the row of each problem, `Conflict` when an office has the plan.
    """
    with editing(actor, plan) as edit:
        lines = dict(edit.plan.lines.values_list("row_key", "pk"))
        refuse_problems(list(_problems(rows, lines)))
        wanted = [(row.row_key, _values(row, number, lines)) for number, row in enumerate(rows, start=1)]
        replace_rows(edit, Course, wanted, keep=keep, same=_same)
        return edit.plan


def _same(course: Any, values: dict[str, Any]) -> bool:
    return (course.name, course.line_id) == (values["name"], values["line_id"])


def _values(row: CourseRow, number: int, lines: dict[str, int]) -> dict[str, Any]:
    return {
        "name": clean_text(row.name, row=number, field="name", label=_("Course"), most=120),
        "kind": row.kind,
        "place": row.place,
        "hours": row.hours,
        "line_id": lines[row.line_key] if row.line_key else None,
    }


def _problems(rows: Sequence[CourseRow], lines: dict[str, int]) -> Iterable[Problem]:
    for number, row in enumerate(rows, start=1):
        if not row.name.strip():
            yield Problem("name", _("Enter the name of the course."), field="name", row=number)
        if row.kind not in LessonKind.values:
            yield Problem("kind", _("Choose the kind of the course."), field="kind", row=number)
        if row.place not in Place.values:
            yield Problem("place", _("Choose who gives the course."), field="place", row=number)
        if not 1 <= row.hours <= HOURS_MAX:
            message = _("Enter the class hours, from 1 to %(max)s.") % {"max": HOURS_MAX}
            yield Problem("hours", message, field="hours", row=number)
        if row.line_key and row.line_key not in lines:
            message = _("Choose an occupation of this plan.")
            yield Problem("line", message, field="line_key", row=number)
