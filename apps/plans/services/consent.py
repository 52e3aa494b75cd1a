"""The superior unit gives, withholds or takes back the consent that an application needs first."""

from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.plans.models import Plan
from apps.plans.services.deciding import decide


def give_consent(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Let the application go on to the institution. Raises what `fire` raises."""
    return decide(actor, plan, "consent", on=on, opinion=opinion)


def withhold_consent(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Give the plan back to the enterprise with the reason. Raises what `fire` raises."""
    return decide(actor, plan, "withhold_consent", on=on, opinion=opinion)


def take_back_consent(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Stop the plan with a reason until the consent is given again, as long as the district has not decided.

    The institution then signs anew: what it signed was a plan with consent. Raises what `fire` raises.
    """
    return decide(actor, plan, "take_back_consent", on=on, opinion=opinion)
