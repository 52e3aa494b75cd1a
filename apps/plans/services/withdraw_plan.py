"""The enterprise takes its application back."""

from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.plans.models import Plan
from apps.plans.services.deciding import decide


def withdraw_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """End the plan before an office has it, with a reason; it stays on record. Raises what `fire` raises."""
    return decide(actor, plan, "withdraw", on=on, opinion=opinion)
