"""The steps of the wizard: what each stores, and how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import Problem
from apps.core.widgets import Step
from apps.plans import services
from apps.plans.content import PlanFacts
from apps.plans.enums import PlanStep
from apps.plans.models import Course, Mentor, Part, Plan, PlanLine, Textbook
from apps.plans.reading import Reading
from apps.plans.services.editing import new_row_key
from apps.portal.forms.plans import CourseForm, LineForm, MentorForm, RowForm, TextbookForm

CHECK = "check"
ORDER: tuple[str, ...] = (*PlanStep.values, CHECK)
LABELS: dict[str, str | Promise] = {**dict(PlanStep.choices), CHECK: _("Check and submit")}


@dataclass(frozen=True)
class RowStep:
    """A step that is a list of rows: its form, its table, the service that stores it."""

    form: type[RowForm]
    model: type[Part]
    save: Callable[..., Plan]
    stored: Callable[[PlanFacts], list[Mapping[str, Any]]]
    add_label: str | Promise


def _lines(facts: PlanFacts) -> list[Mapping[str, Any]]:
    return [
        {
            "row_key": each.line.row_key,
            "occupation": each.line.occupation_id,
            "level": each.line.level_id,
            "headcount": each.line.headcount,
            "term_months": each.line.term_months,
            "term_reason": each.line.term_reason,
        }
        for each in facts.lines
    ]


def _courses(facts: PlanFacts) -> list[Mapping[str, Any]]:
    keys = {each.line.pk: each.line.row_key for each in facts.lines}
    return [
        {
            "row_key": row.row_key,
            "name": row.name,
            "kind": row.kind,
            "place": row.place,
            "hours": row.hours,
            "line_key": keys.get(row.line_id or 0, ""),
        }
        for row in facts.courses
    ]


def _mentors(facts: PlanFacts) -> list[Mapping[str, Any]]:
    return [
        {
            "row_key": row.row_key,
            "side": row.side,
            "name": row.name,
            "occupation": row.occupation_id or "",
            "qualification": row.qualification,
            "years": row.years,
            "certificate_level": row.certificate_level_id or "",
            "title_grade": row.title_grade,
            "certificate_no": row.certificate_no,
            "fit_and_of_good_conduct": row.fit_and_of_good_conduct,
        }
        for row in facts.mentors
    ]


def _textbooks(facts: PlanFacts) -> list[Mapping[str, Any]]:
    return [
        {
            "row_key": row.row_key,
            "title": row.title,
            "publisher": row.publisher,
            "isbn": row.isbn,
            "kind": row.kind,
        }
        for row in facts.textbooks
    ]


ROW_STEPS: dict[str, RowStep] = {
    PlanStep.LINES: RowStep(LineForm, PlanLine, services.save_lines, _lines, _("Add an occupation")),
    PlanStep.TEACHING: RowStep(CourseForm, Course, services.save_courses, _courses, _("Add a course")),
    PlanStep.MENTORS: RowStep(MentorForm, Mentor, services.save_mentors, _mentors, _("Add a person")),
    PlanStep.TEXTBOOKS: RowStep(
        TextbookForm, Textbook, services.save_textbooks, _textbooks, _("Add a textbook")
    ),
}


def rows_to_show(step: RowStep, facts: PlanFacts) -> list[Mapping[str, Any]]:
    """The stored rows; where there are none, one empty row to begin with."""
    return step.stored(facts) or [{"row_key": new_row_key()}]


def url_of(plan: Plan, step: str) -> str:
    """The address of a step of the wizard."""
    if step == CHECK:
        return reverse("portal:plan_check", args=[plan.pk])
    return reverse("portal:plan_step", args=[plan.pk, step])


def next_after(step: str) -> str:
    """The step that follows."""
    return ORDER[min(ORDER.index(step) + 1, len(ORDER) - 1)]


def before(step: str) -> str:
    """The step before, empty for the first."""
    place = ORDER.index(step)
    return ORDER[place - 1] if place else ""


def progress(reading: Reading, current: str) -> list[Step]:
    """The steps for the line of marks: done where something stands and nothing is missing."""
    begun = reading.is_begun
    return [
        Step(
            LABELS[step],
            "current"
            if step == current
            else "done"
            if begun.get(step) and not reading.problems_of(step)
            else "todo",
            url="" if step == current else url_of(reading.plan, step),
        )
        for step in ORDER
    ]


@dataclass(frozen=True)
class LinkedProblem:
    """A problem with the address at which it is put right, as `<c-problems>` draws it."""

    problem: Problem
    url: str

    @property
    def message(self) -> str:
        return str(self.problem.message)

    @property
    def article(self) -> str:
        return self.problem.article

    @property
    def row(self) -> int | None:
        return self.problem.row


def linked(plan: Plan, problems: list[Problem]) -> list[LinkedProblem]:
    """Problems that lead to their step."""
    found = []
    for problem in problems:
        step = problem.code.partition(".")[0]
        found.append(LinkedProblem(problem, url_of(plan, step) if step in PlanStep.values else ""))
    return found
