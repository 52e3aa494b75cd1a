"""The city rechecks what the districts approved: confirm, send back, or refuse."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.plans.checklist import normalised
from apps.plans.models import Plan
from apps.plans.services.deciding import decide, ready_to_pass, still_right


def confirm_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Approve the plan for good; the enterprise may then register apprentices from `on`.

    A checklist is optional here, since the district's stands beside it; one that is handed in must be
    whole and without a failed item. Raises `Refused`, else as `fire`.
    """

    def effect(locked: Plan) -> Sequence[str]:
        locked.approved_on = on
        return ["approved_on"]

    given = bool(opinion and opinion.checklist)
    guard = ready_to_pass(on, opinion) if given else still_right(on)
    return decide(actor, plan, "confirm", on=on, opinion=_stored(opinion), guard=guard, effect=effect)


def send_back_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Send the plan back to the district with the reason. Raises what `fire` raises."""
    return decide(actor, plan, "send_back", on=on, opinion=_stored(opinion))


def refuse_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Refuse the plan with the reason; this ends it. Raises what `fire` raises."""
    return decide(actor, plan, "refuse", on=on, opinion=_stored(opinion))


def _stored(opinion: Opinion | None) -> Opinion:
    opinion = opinion or Opinion()
    return replace(opinion, checklist=normalised(opinion.checklist))
