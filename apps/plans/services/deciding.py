"""What all steps of a plan share: the version that an opinion is about, and what stands in the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Effect, Guard, Opinion, fire
from apps.core.errors import Problem
from apps.plans.checklist import checklist_problems, items_for
from apps.plans.checks import missing_for_decision
from apps.plans.models import Plan
from apps.plans.transitions import PLAN_TRANSITIONS


def bound(plan: Plan, opinion: Opinion | None) -> Opinion:
    """The opinion with the version that its author read and the digest of what was handed in as it.

    Without a version of its own it is about the version of the plan that the caller loaded.
    """
    opinion = opinion or Opinion()
    version = opinion.version if opinion.version is not None else plan.version
    submission = plan.submissions.filter(version=version).first()
    return replace(opinion, version=version, content_sha256=submission.sha256 if submission else "")


def decide(
    actor: Actor,
    plan: Plan,
    action: str,
    *,
    on: date,
    opinion: Opinion | None,
    guard: Guard | None = None,
    effect: Effect | None = None,
) -> Plan:
    """Take one step on what was handed in; raises what `casework.engine.fire` raises."""
    return fire(
        PLAN_TRANSITIONS,
        plan,
        action,
        actor,
        on=on,
        opinion=bound(plan, opinion),
        guard=guard,
        effect=effect,
    )


def still_right(on: date) -> Guard:
    """A guard: the plan is still complete and its parties still may, on this day."""

    def guard(plan: Plan, _actor: Actor) -> list[Problem]:
        return missing_for_decision(plan, on=on)

    return guard


def ready_to_pass(on: date, opinion: Opinion | None) -> Callable[[Plan, Actor], list[Problem]]:
    """A guard: as `still_right`, and every item of the checklist was answered."""

    def guard(plan: Plan, _actor: Actor) -> list[Problem]:
        answers = opinion.checklist if opinion else ()
        items = items_for(plan.policy_document.rules, on)
        return [*checklist_problems(answers, items), *missing_for_decision(plan, on=on)]

    return guard
