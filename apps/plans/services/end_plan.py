"""End an approved plan (终止) before anything came of it; the floors above say what did."""

from collections.abc import Callable, Iterable
from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.core.errors import Problem
from apps.plans.models import Plan
from apps.plans.services.deciding import decide

Look = Callable[[Plan, bool], Iterable[Problem]]
Follow = Callable[[Plan, Actor, str, date], None]
_lookers: list[Look] = []
_followers: list[Follow] = []


def hold_ending(look: Look) -> None:
    """Let a higher floor name what stands in the way of ending a plan.

    It is told whether the plan is being ended now: then it holds what it looked at until the commit.
    """
    _lookers.append(look)


def ends_with_plan(follow: Follow) -> None:
    """Let a higher floor end with the plan what has not begun; called in the transaction of the step."""
    _followers.append(follow)


def missing_for_end(plan: Plan, *, ending: bool = False) -> list[Problem]:
    """What came of the plan already: running classes, people trained to the end, claims."""
    return [problem for look in _lookers for problem in look(plan, ending)]


def end_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """The city ends an approved plan with its reason; classes whose roster is still open go with it.

    No class is opened under it any more. Raises `Refused` with everything that stands in the way: classes
    under review or in training, people who were trained to the end, claims. Else as `fire`.
    """
    return _end(actor, plan, "end", on, opinion)


def give_up_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """The enterprise gives its approved plan up; the same conditions as `end_plan`."""
    return _end(actor, plan, "give_up", on, opinion)


def _end(actor: Actor, plan: Plan, action: str, on: date, opinion: Opinion | None) -> Plan:
    reason = opinion.reason if opinion else ""

    def follow(locked: Plan) -> None:
        for each in _followers:
            each(locked, actor, reason, on)

    def guard(locked: Plan, _actor: Actor) -> list[Problem]:
        return missing_for_end(locked, ending=True)

    return decide(actor, plan, action, on=on, opinion=opinion, guard=guard, effect=follow)
