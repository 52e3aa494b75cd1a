"""What a plan is checked for: one function per article, asked before, at and after each step.

A check takes the facts of a plan and yields problems. A problem's code begins with the step of the form
in which it is put right (`lines.no_rate`), so that a page can lead there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from apps.accounts.actors import Actor
from apps.core.errors import Problem
from apps.plans.checks.basics import (
    check_basics,
    check_dates,
    check_dispatched,
    check_enterprise,
    check_entrustment,
    check_industry,
    check_institution,
    check_start,
    check_wage,
    warn_entrustment,
)
from apps.plans.checks.lines import check_levels, check_licence, check_lines, check_terms
from apps.plans.checks.mentors import check_conduct, check_mentors, check_teachers, warn_mentors_cover
from apps.plans.checks.papers import check_documents, check_textbooks
from apps.plans.checks.teaching import check_hours, check_places, warn_proportion
from apps.plans.content import PlanFacts, gather
from apps.plans.models import Plan

Check = Callable[[PlanFacts], Iterator[Problem]]


class Named(NamedTuple):
    """A check with the code under which a checklist shows its result."""

    code: str
    check: Check


@dataclass(frozen=True)
class Outcome:
    """What the machine found for one check."""

    code: str
    problems: list[Problem]
    warnings: list[Problem]


CHECKS: tuple[Named, ...] = (
    Named("basics", check_basics),
    Named("enterprise", check_enterprise),
    Named("industry", check_industry),
    Named("institution", check_institution),
    Named("entrustment", check_entrustment),
    Named("dispatched", check_dispatched),
    Named("wage", check_wage),
    Named("dates", check_dates),
    Named("lines", check_lines),
    Named("levels", check_levels),
    Named("terms", check_terms),
    Named("licence", check_licence),
    Named("hours", check_hours),
    Named("places", check_places),
    Named("mentors", check_mentors),
    Named("teachers", check_teachers),
    Named("conduct", check_conduct),
    Named("textbooks", check_textbooks),
    Named("documents", check_documents),
)
# Asked only when the plan is handed in: an office may well read it after its first day was planned to be.
AT_SUBMISSION: tuple[Named, ...] = (Named("start", check_start),)
WARNINGS: tuple[Named, ...] = (
    Named("proportion", warn_proportion),
    Named("mentors", warn_mentors_cover),
    Named("entrustment", warn_entrustment),
)


def run(checks: Iterable[Named], facts: PlanFacts) -> list[Problem]:
    """Every problem that these checks find."""
    return [problem for named in checks for problem in named.check(facts)]


def outcomes(facts: PlanFacts) -> dict[str, Outcome]:
    """What each check finds in a plan, by its code; a checklist shows it beside its items."""
    found = {named.code: Outcome(named.code, list(named.check(facts)), []) for named in CHECKS}
    for named in WARNINGS:
        found.setdefault(named.code, Outcome(named.code, [], [])).warnings.extend(named.check(facts))
    return found


def missing_for_submission(plan: Plan, _actor: Actor | None = None, *, on: date) -> list[Problem]:
    """What keeps the plan from being handed in on a day; the page lists it, `submit_plan` refuses with it."""
    return run(CHECKS + AT_SUBMISSION, gather(plan, on))


def missing_for_decision(plan: Plan, _actor: Actor | None = None, *, on: date) -> list[Problem]:
    """What keeps the plan from being countersigned, approved or confirmed: what has changed since."""
    return run(CHECKS, gather(plan, on))


def warnings_for(plan: Plan, *, on: date) -> list[Problem]:
    """What is unusual and does not stop the plan."""
    return run(WARNINGS, gather(plan, on))
