"""What a plan says, as one value: frozen at each submission, and the facts that checks look at."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from apps.casework.models import CaseDocument
from apps.catalogue.models import Level
from apps.catalogue.selectors import evaluation_scope_pairs
from apps.institutions.models import LicenceScope
from apps.plans.enums import MentorSide
from apps.plans.models import Course, Mentor, Plan, PlanLine, Textbook
from apps.policy import apprenticeship, lookups
from apps.policy.enums import ORDINARY
from apps.policy.models import PolicyDocument
from apps.policy.rules import Rules, digest
from apps.policy.selectors import governing_document, occupation_kinds

PROGRAMME = "apprenticeship"


@dataclass(frozen=True)
class LineFacts:
    """A line with what the policy says of it on the day, and the hours of its courses."""

    line: PlanLine
    quote: apprenticeship.Quote
    has_rate: bool
    standard_months: int | None
    credits_min: int | None
    hours_needed: int
    hours_by_kind: dict[str, int]
    hours_by_place: dict[str, int]

    @property
    def hours(self) -> int:
        return sum(self.hours_by_kind.values())

    @property
    def standard_fen(self) -> int:
        """The full standard of all the line's places, 0 where the policy gives none."""
        return (self.quote.standard_fen or 0) * self.line.headcount


@dataclass(frozen=True)
class PlanFacts:
    """Everything that the checks of one plan ask for, read in a fixed number of queries."""

    plan: Plan
    on: date
    document: PolicyDocument
    lines: list[LineFacts]
    courses: list[Course]
    mentors: list[Mentor]
    textbooks: list[Textbook]
    document_kinds: frozenset[str]
    licensed: frozenset[tuple[str, str]]
    level_ranks: dict[str, int] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        return self.document.rules

    @property
    def headcount(self) -> int:
        return sum(each.line.headcount for each in self.lines)

    @property
    def standard_fen(self) -> int:
        return sum(each.standard_fen for each in self.lines)

    def mentors_of(self, side: MentorSide) -> list[Mentor]:
        return [mentor for mentor in self.mentors if mentor.side == side]


def governing(plan: Plan, on: date) -> PolicyDocument:
    """The document that the plan is judged by: the day's while it is written, then the one it was handed
    in under. Raises UngovernedDay."""
    return governing_document(PROGRAMME, on) if plan.is_open else plan.policy_document


def gather(plan: Plan, on: date) -> PlanFacts:
    """Read what checks need to judge a plan on a day. Raises UngovernedDay."""
    document = governing(plan, on)
    courses = list(plan.courses.all())
    lines = list(plan.lines.select_related("occupation", "level"))
    return PlanFacts(
        plan=plan,
        on=on,
        document=document,
        lines=_line_facts(document, lines, courses, on),
        courses=courses,
        mentors=list(plan.mentors.select_related("certificate_level", "occupation")),
        textbooks=list(plan.textbooks.all()),
        document_kinds=frozenset(CaseDocument.objects.of(plan).values_list("kind", flat=True)),
        licensed=_licensed(plan, on),
        level_ranks=dict(Level.objects.values_list("code", "rank")),
    )


def trainable_levels(document: PolicyDocument, on: date) -> dict[str, int | None]:
    """The levels for which the document has a rate on a day, each with its standard term in months."""
    rules = document.rules
    found = {}
    for code in rules.levels:
        months = lookups.standard_term_months(rules, code, on)
        facts = apprenticeship.Facts(
            code,
            months or apprenticeship.MONTHS_PER_YEAR,
            occupation_kind=ORDINARY,
            in_evaluation_scope=True,
        )
        if rules.value("rates", on).lookup(facts.as_conditions()) is not None:
            found[code] = months
    return found


def _licensed(plan: Plan, on: date) -> frozenset[tuple[str, str]]:
    if plan.institution_id is None:
        return frozenset()
    rows = LicenceScope.objects.filter(institution_id=plan.institution_id, valid_from__lte=on)
    rows = rows.exclude(valid_to__lt=on)
    return frozenset(rows.values_list("occupation_code", "level_code"))


def _line_facts(
    document: PolicyDocument, lines: list[PlanLine], courses: list[Course], on: date
) -> list[LineFacts]:
    rules = document.rules
    kinds = occupation_kinds(document, [line.occupation_id for line in lines], on)
    evaluated = evaluation_scope_pairs(on) if lines else frozenset()
    hours_per_credit = rules.value("hours_per_credit", on)
    found = []
    for line in lines:
        facts = apprenticeship.Facts(
            level=line.level_id,
            months=line.term_months,
            occupation_kind=kinds[line.occupation_id],
            in_evaluation_scope=(line.occupation_id, line.level_id) in evaluated,
        )
        by_kind, by_place = _hours(courses, line)
        credits_min = lookups.credits_required(rules, line.level_id, on)
        found.append(
            LineFacts(
                line=line,
                quote=apprenticeship.quote(rules, facts, on),
                has_rate=rules.value("rates", on).lookup(facts.as_conditions()) is not None,
                standard_months=lookups.standard_term_months(rules, line.level_id, on),
                credits_min=credits_min,
                hours_needed=(credits_min or 0) * hours_per_credit,
                hours_by_kind=by_kind,
                hours_by_place=by_place,
            )
        )
    return found


def _hours(courses: list[Course], line: PlanLine) -> tuple[dict[str, int], dict[str, int]]:
    by_kind: dict[str, int] = defaultdict(int)
    by_place: dict[str, int] = defaultdict(int)
    for course in courses:
        if course.line_id in (None, line.pk):
            by_kind[course.kind] += course.hours
            by_place[course.place] += course.hours
    return dict(by_kind), dict(by_place)


def snapshot(plan: Plan, document: PolicyDocument) -> tuple[dict[str, Any], str]:
    """What the plan says, as canonical JSON values, and its SHA-256.

    Names stand beside codes: the text of the day stays readable when a catalogue changes its words.
    """
    content = {
        "number": plan.number,
        "policy": {"key": document.key, "number": document.number, "sha256": document.sha256},
        "basics": _basics(plan),
        "lines": [_line(row) for row in plan.lines.select_related("occupation", "level")],
        "courses": [_course(row) for row in plan.courses.select_related("line")],
        "mentors": [_mentor(row) for row in plan.mentors.all()],
        "textbooks": [_textbook(row) for row in plan.textbooks.all()],
        "documents": [
            {"kind": row.kind, "title": row.title, "sha256": row.file.sha256}
            for row in CaseDocument.objects.of(plan).select_related("file")
        ],
    }
    return content, digest(content)


def _basics(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title,
        "enterprise": _organisation(plan.enterprise),
        "institution": _organisation(plan.institution),
        "superior_unit": plan.superior_unit.name if plan.superior_unit else None,
        "entrusted_to": _organisation(plan.entrusted_to),
        "starts_on": plan.starts_on.isoformat() if plan.starts_on else None,
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else None,
        "includes_dispatched": plan.includes_dispatched,
        "monthly_wage_fen": plan.monthly_wage_fen,
        "contact_name": plan.contact_name,
        "contact_phone": plan.contact_phone,
    }


def _organisation(case_of: Any) -> dict[str, Any] | None:
    if case_of is None:
        return None
    return {"id": case_of.pk, "name": case_of.organisation.name, "uscc": case_of.organisation.uscc}


def _line(row: PlanLine) -> dict[str, Any]:
    return {
        "key": row.row_key,
        "occupation": row.occupation_id,
        "occupation_name": row.occupation.name,
        "level": row.level_id,
        "headcount": row.headcount,
        "term_months": row.term_months,
        "term_reason": row.term_reason,
    }


def _course(row: Course) -> dict[str, Any]:
    return {
        "key": row.row_key,
        "line": row.line.row_key if row.line else None,
        "name": row.name,
        "kind": row.kind,
        "place": row.place,
        "hours": row.hours,
    }


def _mentor(row: Mentor) -> dict[str, Any]:
    return {
        "key": row.row_key,
        "side": row.side,
        "name": row.name,
        "occupation": row.occupation_id,
        "qualification": row.qualification,
        "years": row.years,
        "certificate_level": row.certificate_level_id,
        "title_grade": row.title_grade,
        "certificate_no": row.certificate_no,
        "fit_and_of_good_conduct": row.fit_and_of_good_conduct,
    }


def _textbook(row: Textbook) -> dict[str, Any]:
    return {
        "key": row.row_key,
        "title": row.title,
        "publisher": row.publisher,
        "isbn": row.isbn,
        "kind": row.kind,
    }
