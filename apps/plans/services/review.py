"""The district reviews: approve, return with every defect at once, or reject."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.core.errors import InvalidInput, Problem
from apps.plans.checklist import normalised
from apps.plans.differences import diff_submissions
from apps.plans.models import Plan
from apps.plans.selectors import last_decision
from apps.plans.services.deciding import decide, ready_to_pass

_CODE_LENGTH_MAX, _ARTICLE_LENGTH_MAX, _TEXT_LENGTH_MAX, _DEFICIENCIES_MAX = 48, 120, 1000, 100


def approve_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Pass the plan on to the city. The opinion carries the whole checklist with no item failed.

    Raises `Refused` with the open items and with what no longer holds, else as `fire`.
    """
    return decide(actor, plan, "approve", on=on, opinion=_stored(opinion), guard=ready_to_pass(on, opinion))


def return_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Return the plan for correction with the one-time deficiency list of the opinion.

    Each deficiency has `code` (beginning with the step concerned), `text` and, where there is one,
    `article`. Raises `InvalidInput` where one is incomplete, else as `fire`.
    """
    stored = _stored(opinion)
    fresh = _steps_changed_since_return(plan)
    rows = [_deficiency(number, row, fresh) for number, row in enumerate(stored.deficiencies, start=1)]
    return decide(actor, plan, "return", on=on, opinion=replace(stored, deficiencies=rows))


def reject_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Reject the plan with the reason; this ends it. Raises what `fire` raises."""
    return decide(actor, plan, "reject", on=on, opinion=_stored(opinion))


def _stored(opinion: Opinion | None) -> Opinion:
    opinion = opinion or Opinion()
    if len(opinion.deficiencies) > _DEFICIENCIES_MAX:
        message = _("A return names at most %(max)s deficiencies.") % {"max": _DEFICIENCIES_MAX}
        raise InvalidInput(problems=[Problem("too_many", message, field="deficiencies")])
    return replace(opinion, checklist=normalised(opinion.checklist))


def _steps_changed_since_return(plan: Plan) -> frozenset[str]:
    """The steps whose content is new since the district returned the plan last.

    A defect in one of them could not be seen before, so it does not count against the office.
    """
    decision = last_decision(plan, ["return"])
    newest = plan.submissions.filter(version=plan.version).first()
    if decision is None or newest is None:
        return frozenset()
    then = plan.submissions.filter(version=decision.content_version).first()
    return frozenset(change.step.value for change in diff_submissions(then, newest))


def _deficiency(number: int, row: dict, fresh: frozenset[str]) -> dict[str, Any]:
    code = str(row.get("code", "")).strip()[:_CODE_LENGTH_MAX]
    text = str(row.get("text", "")).strip()
    if not code or not text or len(text) > _TEXT_LENGTH_MAX:
        message = _("Say for each deficiency what to correct, in at most %(max)s characters.") % {
            "max": _TEXT_LENGTH_MAX
        }
        raise InvalidInput(problems=[Problem("deficiency_text", message, field="deficiencies", row=number)])
    return {
        "code": code,
        "text": text,
        "article": str(row.get("article", "")).strip()[:_ARTICLE_LENGTH_MAX],
        "fresh": code.partition(".")[0] in fresh,
    }
