"""Occupations, levels, headcounts and terms of a plan."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.catalogue.models import Level, Occupation
from apps.core.errors import Problem
from apps.plans.inputs import LineRow
from apps.plans.models import Course, Plan, PlanLine
from apps.plans.services.editing import clean_text, editing, known_codes, refuse_problems, replace_rows
from apps.policy.selectors import parameter

HEADCOUNT_MAX = 100_000


def save_lines(
    actor: Actor, plan: Plan, rows: Sequence[LineRow], *, on: date, keep: Iterable[str] = ()
) -> Plan:
    """Make these the lines of the plan; courses of a line that goes become courses for all.

    `keep` are keys of stored lines to leave alone. Raises `InvalidInput` with the row of each problem
    (the first row is 1), `Conflict` when an office has the plan.
    """
    keep = list(keep)
    with editing(actor, plan) as edit:
        refuse_problems(list(_problems(edit.plan, rows, keep, on)))
        wanted = [(row.row_key, _values(row, number)) for number, row in enumerate(rows, start=1)]
        staying = {row.row_key for row in rows} | set(keep)
        stored = PlanLine.objects.filter(plan=edit.plan).exclude(row_key__in=staying)
        unnamed = [values for key, values in wanted if not key]
        leaving = [line for line in stored if not any(_same(line, values) for values in unnamed)]
        Course.objects.filter(line__in=leaving).update(line=None)
        replace_rows(edit, PlanLine, wanted, keep=keep, same=_same)
        return edit.plan


def _same(line: Any, values: dict[str, Any]) -> bool:
    return (line.occupation_id, line.level_id) == (values["occupation_id"], values["level_id"])


def _values(row: LineRow, number: int) -> dict[str, Any]:
    return {
        "occupation_id": row.occupation,
        "level_id": row.level,
        "headcount": row.headcount,
        "term_months": row.term_months,
        "term_reason": clean_text(
            row.term_reason, row=number, field="term_reason", label=_("Reason"), most=300
        ),
    }


def _problems(plan: Plan, rows: Sequence[LineRow], keep: Sequence[str], on: date) -> Iterable[Problem]:
    occupations = known_codes(Occupation, [row.occupation for row in rows])
    levels = known_codes(Level, [row.level for row in rows])
    longest = parameter(plan.policy_document, "term_months_max", on)
    kept = PlanLine.objects.filter(plan=plan, row_key__in=keep).values_list("occupation_id", "level_id")
    seen = set(kept)
    for number, row in enumerate(rows, start=1):
        if row.occupation not in occupations:
            yield Problem(
                "occupation", _("Choose an occupation of the catalogue."), field="occupation", row=number
            )
        if row.level not in levels:
            yield Problem("level", _("Choose a level."), field="level", row=number)
        if not 1 <= row.headcount <= HEADCOUNT_MAX:
            message = _("Enter how many people, from 1 to %(max)s.") % {"max": HEADCOUNT_MAX}
            yield Problem("headcount", message, field="headcount", row=number)
        if not 1 <= row.term_months <= longest:
            message = _("Enter the term in months, from 1 to %(max)s.") % {"max": longest}
            yield Problem("term_months", message, field="term_months", row=number)
        if (row.occupation, row.level) in seen:
            message = _("This occupation and level stands in the plan already: put the people together.")
            yield Problem("twice", message, field="occupation", row=number)
        seen.add((row.occupation, row.level))
