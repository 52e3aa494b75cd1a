"""What changed between two submissions, in rows that a reviewer reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.catalogue.models import Level, Occupation
from apps.core.money import yuan
from apps.plans.enums import (
    LessonKind,
    MentorSide,
    Place,
    PlanDocumentKind,
    PlanStep,
    Qualification,
    TextbookKind,
)
from apps.plans.models import Course, Mentor, Plan, PlanLine, PlanSubmission, Textbook
from apps.policy.enums import TitleGrade

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# In the order of the form: the database keeps the keys of a document in an order of its own.
_BASICS = (
    "title",
    "enterprise",
    "institution",
    "superior_unit",
    "entrusted_to",
    "starts_on",
    "ends_on",
    "contact_name",
    "contact_phone",
    "monthly_wage_fen",
    "includes_dispatched",
)


@dataclass(frozen=True)
class Change:
    """One difference: in which step, of what, in which field, from what to what."""

    step: PlanStep
    kind: str
    what: str
    field: str = ""
    before: str = ""
    after: str = ""

    @property
    def kind_label(self) -> str:
        return {ADDED: _("Added"), REMOVED: _("Removed"), CHANGED: _("Changed")}[self.kind]


def diff_submissions(old: PlanSubmission | None, new: PlanSubmission) -> list[Change]:
    """Every difference between two submissions of a plan, in the order of the form; none for the first."""
    if old is None:
        return []
    return list(_differences(old.content, new.content))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    words = _Words(old, new)
    if old["policy"]["key"] != new["policy"]["key"]:
        yield Change(
            PlanStep.BASICS,
            CHANGED,
            _("Policy document"),
            before=old["policy"]["number"],
            after=new["policy"]["number"],
        )
    for name in _BASICS:
        before, after = old["basics"].get(name), new["basics"].get(name)
        if before != after:
            label = _label(Plan, name)
            yield Change(
                PlanStep.BASICS,
                CHANGED,
                label,
                before=words.text(name, before),
                after=words.text(name, after),
            )
    for step, part, model in (
        (PlanStep.LINES, "lines", PlanLine),
        (PlanStep.TEACHING, "courses", Course),
        (PlanStep.MENTORS, "mentors", Mentor),
        (PlanStep.TEXTBOOKS, "textbooks", Textbook),
    ):
        yield from _rows(step, model, part, old[part], new[part], words)
    yield from _documents(old["documents"], new["documents"], words)


def _rows(
    step: PlanStep, model: type[models.Model], part: str, old: list[dict], new: list[dict], words: "_Words"
) -> Iterator[Change]:
    before = {row["key"]: row for row in old}
    after = {row["key"]: row for row in new}
    for key, row in before.items():
        if key not in after:
            yield Change(step, REMOVED, words.title(part, row))
    for key, row in after.items():
        if key not in before:
            yield Change(step, ADDED, words.title(part, row))
            continue
        for name, value in row.items():
            was = before[key].get(name)
            if was != value and not name.endswith("_name"):
                label = _label(model, name)
                title = words.title(part, row)
                yield Change(step, CHANGED, title, label, words.text(name, was), words.text(name, value))


def _label(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.verbose_name)


def _documents(old: list[dict], new: list[dict], words: "_Words") -> Iterator[Change]:
    before = {(row["kind"], row["sha256"]): row for row in old}
    after = {(row["kind"], row["sha256"]): row for row in new}
    for key, row in before.items():
        if key not in after:
            yield Change(PlanStep.DOCUMENTS, REMOVED, words.title("documents", row))
    for key, row in after.items():
        if key not in before:
            yield Change(PlanStep.DOCUMENTS, ADDED, words.title("documents", row))


class _Words:
    """Codes of both submissions in the reader's language, read in two queries."""

    _CHOICES = (LessonKind, Place, MentorSide, Qualification, TextbookKind, TitleGrade, PlanDocumentKind)
    _ENUM_OF = {
        "kind": (LessonKind, TextbookKind, PlanDocumentKind),
        "place": (Place,),
        "side": (MentorSide,),
        "qualification": (Qualification,),
        "title_grade": (TitleGrade,),
    }

    def __init__(self, *contents: Mapping[str, Any]) -> None:
        rows = [row for content in contents for part in ("lines", "mentors") for row in content[part]]
        occupations = {row.get("occupation") for row in rows} - {None}
        levels = {row.get("level") or row.get("certificate_level") for row in rows} - {None}
        self._occupations = {row.pk: str(row) for row in Occupation.objects.filter(pk__in=occupations)}
        self._levels = {row.pk: str(row) for row in Level.objects.filter(pk__in=levels)}
        self._lines = {row["key"]: row for content in contents for row in content["lines"]}

    def title(self, part: str, row: Mapping[str, Any]) -> str:
        """A row by what its author would call it."""
        if part == "lines":
            return f"{self._occupation(row)} · {self._levels.get(row['level'], row['level'])}"
        if part == "documents":
            return f"{PlanDocumentKind(row['kind']).label}: {row['title']}"
        return str(row.get("name") or row.get("title"))

    def _occupation(self, row: Mapping[str, Any]) -> str:
        return self._occupations.get(row["occupation"], row.get("occupation_name") or row["occupation"])

    def text(self, name: str, value: Any) -> str:
        """A value as a person reads it."""
        if value is None or value == "":
            return "—"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, dict):
            return str(value.get("name", ""))
        if name.endswith("_fen"):
            return yuan(value)
        if name.endswith("_on"):
            return date_format(date.fromisoformat(value), "DATE_FORMAT")
        if name == "occupation":
            return self._occupations.get(value, value)
        if name in ("level", "certificate_level"):
            return self._levels.get(value, value)
        if name == "line":
            return self.title("lines", self._lines[value]) if value in self._lines else str(value)
        for enum in self._ENUM_OF.get(name, ()):
            if value in enum.values:
                return str(enum(value).label)
        return str(value)
