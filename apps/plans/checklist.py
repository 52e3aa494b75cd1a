"""What a reviewer goes through: a list of items as data, each with its article and the checks beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.casework.enums import Verdict
from apps.core.errors import Problem
from apps.plans.articles import article
from apps.plans.enums import PlanStep
from apps.policy.rules import Rules


@dataclass(frozen=True)
class Item:
    """One question to the reviewer. `checks` are codes of `apps.plans.checks` whose results stand beside
    it; `topic` leads to the article; `asked_by` names the policy parameter that switches the item on."""

    code: str
    step: PlanStep
    question: Promise
    topic: str
    checks: tuple[str, ...] = ()
    asked_by: str = ""

    def article(self, rules: Rules) -> str:
        return article(rules, self.topic)


ITEMS: tuple[Item, ...] = (
    Item(
        "basics.enterprise",
        PlanStep.BASICS,
        gettext_lazy("The enterprise may apply: good standing, industry not prohibited, own skilled posts"),
        "standing",
        ("enterprise", "industry", "dispatched", "entrustment"),
    ),
    Item(
        "basics.institution",
        PlanStep.BASICS,
        gettext_lazy("The institution is an independent legal person with a valid licence, in the directory"),
        "institution",
        ("institution",),
    ),
    Item(
        "basics.terms",
        PlanStep.BASICS,
        gettext_lazy("Contact, dates and wages while training are stated and in order"),
        "wage",
        ("basics", "dates", "wage"),
    ),
    Item(
        "lines.occupations",
        PlanStep.LINES,
        gettext_lazy("Occupations, levels and headcount fit the enterprise; the licence covers them"),
        "institution",
        ("lines", "levels", "licence"),
    ),
    Item(
        "lines.terms",
        PlanStep.LINES,
        gettext_lazy("The term is that of the level; a different one is well founded"),
        "term",
        ("terms",),
    ),
    Item(
        "teaching.hours",
        PlanStep.TEACHING,
        gettext_lazy("The hours carry the credits required; enterprise and institution both train"),
        "credits",
        ("hours", "places"),
    ),
    Item(
        "teaching.content",
        PlanStep.TEACHING,
        gettext_lazy("The courses follow the national standard; their proportion is about right"),
        "proportion",
        ("proportion",),
    ),
    Item(
        "mentors.enterprise",
        PlanStep.MENTORS,
        gettext_lazy("Enterprise mentors qualify and are fit and of good conduct"),
        "mentor",
        ("mentors", "conduct"),
    ),
    Item(
        "mentors.institution",
        PlanStep.MENTORS,
        gettext_lazy("Institution teachers qualify and are fit and of good conduct"),
        "teacher",
        ("teachers", "conduct"),
    ),
    Item(
        "textbooks.filed",
        PlanStep.TEXTBOOKS,
        gettext_lazy("The textbooks were chosen by the rules and are filed"),
        "textbooks",
        ("textbooks",),
    ),
    Item(
        "documents.agreement",
        PlanStep.DOCUMENTS,
        gettext_lazy("The cooperation agreement states way, content, term, fees and duties of both sides"),
        "agreement",
        ("documents",),
    ),
    Item(
        "documents.rules",
        PlanStep.DOCUMENTS,
        gettext_lazy("The management rules settle leave, examination and changes of the enrolment record"),
        "rules",
        ("documents",),
    ),
    Item(
        "basics.experts",
        PlanStep.BASICS,
        gettext_lazy("Experts reviewed the plan and recommend it"),
        "experts",
        asked_by="expert_review_required",
    ),
    Item(
        "basics.visit",
        PlanStep.BASICS,
        gettext_lazy("Premises and equipment were visited and suit the training"),
        "visit",
        asked_by="site_visit_required",
    ),
)
CODES = frozenset(item.code for item in ITEMS)


def items_for(rules: Rules, on: date) -> tuple[Item, ...]:
    """The items that a plan is judged by under a document on a day."""
    return tuple(item for item in ITEMS if not item.asked_by or rules.value(item.asked_by, on))


def checklist_problems(answers: Iterable[Mapping[str, Any]], items: Iterable[Item]) -> list[Problem]:
    """What keeps a checklist from passing a plan: items left open, or noted without a note.

    What was marked as failed is refused by the engine, for a plan as for every other case.
    """
    given = {row.get("code"): row for row in answers if row.get("code") in CODES}
    problems = []
    for item in items:
        row = given.get(item.code)
        verdict = row.get("result") if row else ""
        message = ""
        if verdict not in Verdict.values:
            message = _("Not judged yet: %(item)s.")
        elif verdict == Verdict.NOTE and not str(row.get("remark", "") if row else "").strip():
            message = _("Write the note for: %(item)s.")
        if message:
            problems.append(
                Problem(f"checklist.{item.code}", message % {"item": item.question}, field=item.code)
            )
    return problems


def all_passed(remark: str = "") -> list[dict[str, str]]:
    """A checklist in which every item passes, as tests, the demonstration city and scripts hand it in."""
    return [{"code": item.code, "result": Verdict.PASS.value, "remark": remark} for item in ITEMS]


def normalised(answers: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The answers as they are stored: known items in the order of the list, known verdicts, short remarks."""
    given = {str(row.get("code")): row for row in answers}
    return [
        {
            "code": item.code,
            "label": str(item.question),
            "result": str(given[item.code]["result"]),
            "remark": str(given[item.code].get("remark", "")).strip()[:500],
        }
        for item in ITEMS
        if item.code in given and given[item.code].get("result") in Verdict.values
    ]
