"""The institution signs for its part, or declines."""

from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.plans.models import Plan
from apps.plans.services.deciding import decide, still_right


def countersign_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Sign the plan for the institution; it then goes to the district.

    Raises `Refused` where something no longer holds (a licence that ended meanwhile), else as `fire`.
    """
    return decide(actor, plan, "countersign", on=on, opinion=opinion, guard=still_right(on))


def decline_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Give the plan back to the enterprise with the reason. Raises what `fire` raises."""
    return decide(actor, plan, "decline", on=on, opinion=opinion)
