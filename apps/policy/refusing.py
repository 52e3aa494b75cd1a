"""Why a document gives no answer for these facts on a day; each reason with its article."""

from datetime import date
from typing import TYPE_CHECKING, Any

from apps.policy.lookups import Found, kind_name, level_name
from apps.policy.rules import Rules
from apps.policy.steps import Step

if TYPE_CHECKING:
    from apps.policy.apprenticeship import Facts


def date_refusals(rules: Rules, on: date) -> tuple[Step, ...]:
    """Why a document does not answer for a day: it is not yet, or no longer, in force."""
    params: dict[str, Any] = {"number": rules.number, "on": on.isoformat()}
    if on < rules.in_force_from:
        params["in_force_from"] = rules.in_force_from.isoformat()
        return (Step("before_in_force", rules.in_force_article, params=params),)
    if rules.in_force_until is not None and on > rules.in_force_until:
        params["in_force_until"] = rules.in_force_until.isoformat()
        return (Step("after_in_force", rules.in_force_article, params=params),)
    return ()


def rate_refusals(rules: Rules, facts: "Facts", rate: Found, on: date) -> tuple[Step, ...]:
    """Why there is no rate: the document names none for this level, or none for this kind of occupation."""
    if rate.row is not None:
        return ()
    params: dict[str, Any] = {"number": rules.number, "level": level_name(rules, facts.level)}
    if facts.occupation_kind is None or "occupation_kind" not in rules.value("rates", on).fact_names():
        return (Step("no_rate", rate.article, params=params),)
    params["kind"] = kind_name(rules, facts.occupation_kind)
    return (Step("no_rate_by_kind", rate.article, params=params),)


def term_refusals(rules: Rules, facts: "Facts", on: date) -> tuple[Step, ...]:
    """Why a term is too long to be paid for."""
    months_max: int = rules.value("term_months_max", on)
    if facts.months <= months_max:
        return ()
    params = {"months": facts.months, "months_max": months_max}
    return (Step("term_too_long", rules.article("term_months_max"), params=params),)


def succession_refusal(rules: Rules, successor: Rules, on: date) -> Step:
    """Why a document no longer answers for a day on which a newer one of the same city governs."""
    params = {
        "number": rules.number,
        "successor": successor.number,
        "from": successor.in_force_from.isoformat(),
        "on": on.isoformat(),
    }
    return Step("succeeded", successor.in_force_article, params=params)
