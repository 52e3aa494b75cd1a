"""Enterprise mentors and institution teachers of a plan."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.services.people import id_index
from apps.catalogue.models import Level, Occupation
from apps.core.errors import InvalidInput, Problem
from apps.core.identifiers import parse_id_number, parse_name
from apps.plans.enums import MentorSide, Qualification
from apps.plans.inputs import MentorRow
from apps.plans.models import Mentor, Plan
from apps.plans.services.editing import clean_text, editing, known_codes, refuse_problems, replace_rows
from apps.policy.enums import TitleGrade

YEARS_MAX = 60


def save_mentors(
    actor: Actor, plan: Plan, rows: Sequence[MentorRow], *, on: date, keep: Iterable[str] = ()
) -> Plan:
    """Make these the mentors and teachers of the plan; `keep` are keys of stored people to leave alone.

    An identity number is kept as its keyed hash only; a row without one keeps the hash that it has.
    Raises `InvalidInput` with the row of each problem, `Conflict` when an office has the plan.
    """
    refuse_problems(list(_problems(rows)))
    wanted = [(row.row_key, _values(row, number, on)) for number, row in enumerate(rows, start=1)]
    with editing(actor, plan) as edit:
        replace_rows(edit, Mentor, wanted, keep=keep, same=_same)
        return edit.plan


def _same(person: Any, values: dict[str, Any]) -> bool:
    return (person.side, person.name, person.occupation_id) == (
        values["side"],
        values["name"],
        values["occupation_id"],
    )


def _values(row: MentorRow, number: int, on: date) -> dict[str, Any]:
    values: dict[str, Any] = {
        "side": row.side,
        "name": _name(row, number),
        "occupation_id": row.occupation or None,
        "qualification": row.qualification,
        "years": row.years,
        "certificate_level_id": row.certificate_level or None,
        "title_grade": row.title_grade,
        "certificate_no": clean_text(
            row.certificate_no,
            row=number,
            field="certificate_no",
            label=_("Certificate or title number"),
            most=60,
        ),
        "fit_and_of_good_conduct": row.fit_and_of_good_conduct,
    }
    if row.id_number:
        values["id_index"] = _identity(row, number, on)
    return values


def _name(row: MentorRow, number: int) -> str:
    try:
        return parse_name(row.name)
    except InvalidInput as refusal:
        raise InvalidInput(
            problems=[Problem(refusal.code, refusal.message, field="name", row=number)]
        ) from refusal


def _identity(row: MentorRow, number: int, on: date) -> bytes:
    try:
        return id_index(parse_id_number(row.id_number, on=on).number)
    except InvalidInput as refusal:
        raise InvalidInput(
            problems=[Problem(refusal.code, refusal.message, field="id_number", row=number)]
        ) from refusal


def _problems(rows: Sequence[MentorRow]) -> Iterable[Problem]:
    occupations = known_codes(Occupation, [row.occupation for row in rows])
    levels = known_codes(Level, [row.certificate_level for row in rows])
    for number, row in enumerate(rows, start=1):
        if row.side not in MentorSide.values:
            yield Problem("side", _("Choose the side."), field="side", row=number)
        if row.qualification not in Qualification.values:
            message = _("Choose by what this person qualifies.")
            yield Problem("qualification", message, field="qualification", row=number)
        if row.years is not None and not 0 <= row.years <= YEARS_MAX:
            message = _("Enter whole years, from 0 to %(max)s.") % {"max": YEARS_MAX}
            yield Problem("years", message, field="years", row=number)
        if row.certificate_level and row.certificate_level not in levels:
            yield Problem("level", _("Choose a level."), field="certificate_level", row=number)
        if row.title_grade and row.title_grade not in TitleGrade.values:
            yield Problem("title_grade", _("Choose the grade of the title."), field="title_grade", row=number)
        if row.occupation and row.occupation not in occupations:
            message = _("Choose an occupation of the catalogue.")
            yield Problem("occupation", message, field="occupation", row=number)
