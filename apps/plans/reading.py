"""A plan as pages show it: its facts, what the checks found, the hours beside what they should be."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from apps.core.errors import Problem
from apps.core.money import half_up
from apps.plans.checks import AT_SUBMISSION, CHECKS, WARNINGS, Outcome, outcomes, run
from apps.plans.checks.mentors import why_not_qualified
from apps.plans.checks.teaching import shares_of
from apps.plans.content import LineFacts, PlanFacts, gather
from apps.plans.enums import MentorSide, PlanStep
from apps.plans.models import Mentor, Plan


@dataclass(frozen=True)
class ShareReading:
    """Hours of one kind as whole percent of a line's hours, beside the percent of the proportion."""

    label: str
    hours: int
    percent: int
    wanted: int
    low: int
    high: int
    off: bool


@dataclass(frozen=True)
class LineReading:
    """A line with its hours."""

    facts: LineFacts
    shares: list[ShareReading]

    @property
    def enough(self) -> bool:
        return self.facts.hours >= self.facts.hours_needed

    @property
    def places(self) -> dict[str, int]:
        """The hours that each side gives."""
        return self.facts.hours_by_place


@dataclass(frozen=True)
class MentorReading:
    """A mentor or teacher; `lacks` says why the person does not qualify."""

    person: Mentor
    lacks: str


class Reading:
    """One plan on one day, read once for a page."""

    def __init__(self, plan: Plan, on: date) -> None:
        self.plan = plan
        self.facts: PlanFacts = gather(plan, on)

    @cached_property
    def problems(self) -> list[Problem]:
        """What keeps the plan from going on: everything while it is written, what has changed later."""
        checks = CHECKS + AT_SUBMISSION if self.plan.is_open else CHECKS
        return run(checks, self.facts)

    @cached_property
    def warnings(self) -> list[Problem]:
        return run(WARNINGS, self.facts)

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        return outcomes(self.facts)

    def problems_of(self, step: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.code.startswith(f"{step}.")]

    def warnings_of(self, step: str) -> list[Problem]:
        return [problem for problem in self.warnings if problem.code.startswith(f"{step}.")]

    @cached_property
    def lines(self) -> list[LineReading]:
        """The lines with the shares of general, theory and practice."""
        rules, on = self.facts.rules, self.facts.on
        parts = rules.value("teaching_plan_proportion", on)
        tolerance = rules.value("teaching_plan_tolerance", on)
        return [
            LineReading(
                each,
                [
                    ShareReading(
                        label=str(share.kind.label),
                        hours=share.hours,
                        percent=_percent(share.actual),
                        wanted=_percent(share.wanted),
                        low=_percent(share.wanted * (1 - tolerance)),
                        high=min(100, _percent(share.wanted * (1 + tolerance))),
                        off=bool(each.hours) and share.is_off(tolerance),
                    )
                    for share in shares_of(each, parts)
                ],
            )
            for each in self.facts.lines
        ]

    @property
    def proportion(self) -> str:
        """What the document asks for, as “1 : 3 : 6”."""
        parts = self.facts.rules.value("teaching_plan_proportion", self.facts.on)
        return " : ".join(map(str, parts))

    @cached_property
    def mentors(self) -> list[MentorReading]:
        return self._people(MentorSide.ENTERPRISE)

    @cached_property
    def teachers(self) -> list[MentorReading]:
        return self._people(MentorSide.INSTITUTION)

    def _people(self, side: MentorSide) -> list[MentorReading]:
        facts = self.facts
        return [
            MentorReading(person, why_not_qualified(person, facts.rules, facts.level_ranks, facts.on))
            for person in facts.mentors_of(side)
        ]

    @property
    def is_begun(self) -> dict[str, bool]:
        """In which steps something stands already."""
        facts = self.facts
        return {
            PlanStep.BASICS: self.plan.institution_id is not None,
            PlanStep.LINES: bool(facts.lines),
            PlanStep.TEACHING: bool(facts.courses),
            PlanStep.MENTORS: bool(facts.mentors),
            PlanStep.TEXTBOOKS: bool(facts.textbooks),
            PlanStep.DOCUMENTS: bool(facts.document_kinds),
        }


def _percent(share: Fraction) -> int:
    return half_up(share.numerator * 100, share.denominator)
