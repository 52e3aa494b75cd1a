"""Which occupations and levels, for how long."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core.errors import Problem
from apps.plans.articles import article
from apps.plans.content import PlanFacts


def check_lines(facts: PlanFacts) -> Iterator[Problem]:
    """The plan names at least one occupation with a level and a number of people."""
    if not facts.lines:
        message = _("Add at least one occupation with level and headcount.")
        yield Problem("lines.none", message, article(facts.rules, "application"))


def check_levels(facts: PlanFacts) -> Iterator[Problem]:
    """Each level is one that the document trains for and pays (parts 3(1) and 4(2))."""
    for each in facts.lines:
        if not each.has_rate:
            message = _("%(line)s: the document has no rate for this level.") % {"line": each.line}
            yield Problem("lines.no_rate", message, article(facts.rules, "rate"))


def check_terms(facts: PlanFacts) -> Iterator[Problem]:
    """The term is the level's own, or differs for a reason and stays within the longest (part 3(1))."""
    longest = facts.rules.value("term_months_max", facts.on)
    for each in facts.lines:
        line = each.line
        if line.term_months > longest:
            message = _("%(line)s: the term may be %(max)s months at most.") % {"line": line, "max": longest}
            yield Problem("lines.term_too_long", message, article(facts.rules, "term_max"))
        elif each.standard_months not in (None, line.term_months) and not line.term_reason.strip():
            message = _("%(line)s: the term is %(standard)s months as a rule; give the reason for another.")
            values = {"line": line, "standard": each.standard_months}
            yield Problem("lines.term_reason", message % values, article(facts.rules, "term"))


def check_licence(facts: PlanFacts) -> Iterator[Problem]:
    """The institution's licence covers each occupation at its level (part 2(3))."""
    if facts.plan.institution_id is None:
        return
    for each in facts.lines:
        if (each.line.occupation_id, each.line.level_id) not in facts.licensed:
            message = _("%(line)s: the licence of %(institution)s does not cover it.") % {
                "line": each.line,
                "institution": facts.plan.institution,
            }
            yield Problem("lines.not_licensed", message, article(facts.rules, "institution"))
