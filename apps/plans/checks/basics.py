"""Who applies with whom, when, and on which terms."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from apps.catalogue.selectors import is_prohibited_industry
from apps.core.errors import Problem
from apps.core.money import yuan
from apps.enterprises.enums import Size
from apps.enterprises.selectors import standing_problems as enterprise_problems
from apps.institutions.selectors import standing_problems as institution_problems
from apps.plans.articles import article
from apps.plans.content import PlanFacts
from apps.policy.selectors import minimum_wage_on

MONTHS_PER_YEAR = 12


def last_day(starts_on: date, months: int) -> date:
    """The last day of a term of whole months that starts on a day: 2023-03-01 and 24 give 2025-02-28."""
    year, month = divmod(starts_on.year * MONTHS_PER_YEAR + starts_on.month - 1 + months, MONTHS_PER_YEAR)
    month += 1
    first_of_next = date(year + month // MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1)
    length = (first_of_next - timedelta(days=1)).day
    return date(year, month, min(starts_on.day, length)) - timedelta(days=1)


def check_basics(facts: PlanFacts) -> Iterator[Problem]:
    """A title and somebody who answers questions."""
    plan, where = facts.plan, article(facts.rules, "application")
    if not plan.title.strip():
        yield Problem("basics.title", _("Give the plan a title."), where, "title")
    if not (plan.contact_name.strip() and plan.contact_phone.strip()):
        yield Problem("basics.contact", _("Name a contact with a telephone number."), where, "contact_name")


def check_enterprise(facts: PlanFacts) -> Iterator[Problem]:
    """The enterprise is in good standing (part 2(2))."""
    for problem in enterprise_problems(facts.plan.enterprise, facts.on):
        yield replace(problem, code=f"basics.{problem.code}", article=article(facts.rules, "standing"))


def check_industry(facts: PlanFacts) -> Iterator[Problem]:
    """The enterprise's trade is not on the list of prohibited and restricted industries (part 2(2))."""
    applies = facts.rules.value("prohibited_industries_apply", facts.on)
    if applies and is_prohibited_industry(facts.plan.enterprise.industry_code, facts.on):
        message = _(
            "The enterprise's industry (%(code)s) is on the city's list of prohibited and restricted"
            " industries."
        ) % {"code": facts.plan.enterprise.industry_code}
        yield Problem("basics.prohibited_industry", message, article(facts.rules, "industry"))


def check_institution(facts: PlanFacts) -> Iterator[Problem]:
    """There is a partner, it stands in the directory and its licence is valid (part 2(3))."""
    where, institution = article(facts.rules, "institution"), facts.plan.institution
    if institution is None:
        yield Problem("basics.no_institution", _("Choose the training institution."), where, "institution_id")
        return
    for problem in institution_problems(institution, facts.on):
        yield replace(problem, code=f"basics.{problem.code}", article=where)


def check_entrustment(facts: PlanFacts) -> Iterator[Problem]:
    """Training may be entrusted to another enterprise, which then is in good standing too (part 3(2)1)."""
    where, trusted = article(facts.rules, "entrustment"), facts.plan.entrusted_to
    if trusted is None:
        return
    if trusted.pk == facts.plan.enterprise_id:
        yield Problem(
            "basics.entrusted_to_itself",
            _("Training is entrusted to another enterprise, not to the applicant."),
            where,
            "entrusted_to",
        )
        return
    for problem in enterprise_problems(trusted, facts.on):
        yield replace(problem, code=f"basics.entrusted_{problem.code}", article=where)


def check_dispatched(facts: PlanFacts) -> Iterator[Problem]:
    """Dispatched workers take part where the document lets them; the user enterprise applies (part 5)."""
    allowed = facts.rules.value("dispatched_workers_allowed", facts.on)
    if facts.plan.includes_dispatched and not allowed:
        message = _("The document does not let dispatched workers take part.")
        yield Problem("basics.dispatched", message, article(facts.rules, "dispatched"), "includes_dispatched")


def check_wage(facts: PlanFacts) -> Iterator[Problem]:
    """Wages while training are not below the city's minimum (part 6(3)).

    The figure is the document's, or where it gives none the one that the city recorded for the day.
    """
    least_fen = facts.rules.value("minimum_monthly_wage", facts.on)
    if least_fen is None:
        published = minimum_wage_on(facts.on)
        least_fen = published.amount_fen if published else None
    wage_fen = facts.plan.monthly_wage_fen
    where = article(facts.rules, "wage")
    if least_fen is None:
        return
    if wage_fen is None:
        message = _("State the lowest monthly wage that an apprentice gets while training.")
        yield Problem("basics.no_wage", message, where, "monthly_wage_fen")
    elif wage_fen < least_fen:
        message = _("The monthly wage of %(wage)s yuan is below the city's minimum of %(least)s yuan.") % {
            "wage": yuan(wage_fen),
            "least": yuan(least_fen),
        }
        yield Problem("basics.low_wage", message, where, "monthly_wage_fen")


def check_dates(facts: PlanFacts) -> Iterator[Problem]:
    """The training has a first and a last day, and its term fits between them."""
    plan, where = facts.plan, article(facts.rules, "term")
    if plan.starts_on is None or plan.ends_on is None:
        message = _("Enter the first and the last day of the training.")
        yield Problem("basics.no_dates", message, where, "starts_on")
        return
    months = max((each.line.term_months for each in facts.lines), default=0)
    if months and plan.ends_on < last_day(plan.starts_on, months):
        message = _("A term of %(months)s months that starts on %(start)s ends on %(end)s at the earliest.")
        values = {"months": months, "start": plan.starts_on, "end": last_day(plan.starts_on, months)}
        yield Problem("basics.too_short", message % values, where, "ends_on")


def check_start(facts: PlanFacts) -> Iterator[Problem]:
    """What is handed in lies ahead: classes open after the recheck (part 5)."""
    if facts.plan.starts_on is not None and facts.plan.starts_on < facts.on:
        message = _("The training would have started on %(start)s, before the plan is handed in.") % {
            "start": facts.plan.starts_on
        }
        yield Problem("basics.started_already", message, article(facts.rules, "application"), "starts_on")


def warn_entrustment(facts: PlanFacts) -> Iterator[Problem]:
    """Entrusting is meant for small enterprises and subsidiaries (part 3(2)1)."""
    if facts.plan.entrusted_to_id is not None and facts.plan.enterprise.size == Size.LARGE:
        message = _("Entrusting the training is meant for small and medium enterprises and subsidiaries.")
        yield Problem("basics.entrusting_large", message, article(facts.rules, "entrustment"))
