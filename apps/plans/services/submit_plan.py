"""The enterprise hands its plan in."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.casework.engine import Opinion, fire
from apps.casework.models import Deficiency
from apps.core import clock
from apps.core.errors import Problem
from apps.plans.checks import missing_for_submission
from apps.plans.content import governing, snapshot
from apps.plans.models import Plan, PlanSubmission
from apps.plans.services.editing import account_of
from apps.plans.transitions import PLAN_TRANSITIONS


@transaction.atomic
def submit_plan(actor: Actor, plan: Plan, *, on: date, opinion: Opinion | None = None) -> Plan:
    """Hand the plan in, to the superior unit where the enterprise has one and its consent is needed.

    What it says is frozen as a submission with its digest; deficiencies of earlier returns count as
    answered. Raises `Refused` with everything that is missing, `Conflict`, `Forbidden`, `NotFound`.
    """
    document = governing(plan, on) if plan.is_open else plan.policy_document
    superior_id = _superior_of(plan) if document.rules.value("superior_consent_required", on) else None

    def effect(locked: Plan) -> Sequence[str]:
        locked.superior_unit_id = superior_id
        locked.policy_document = document
        locked.submitted_at = clock.now()
        _freeze(locked, actor)
        Deficiency.objects.filter(subject_type="plans.plan", subject_id=locked.pk, resolved_at=None).update(
            resolved_at=locked.submitted_at
        )
        return ["superior_unit", "policy_document", "submitted_at", "version"]

    def guard(locked: Plan, _actor: Actor) -> list[Problem]:
        return missing_for_submission(locked, on=on)

    return fire(
        PLAN_TRANSITIONS,
        plan,
        "submit" if superior_id else "submit_directly",
        actor,
        on=on,
        opinion=opinion,
        guard=guard,
        effect=effect,
    )


def _superior_of(plan: Plan) -> int | None:
    return Organisation.objects.values_list("superior_id", flat=True).get(pk=plan.enterprise_id)


def _freeze(locked: Plan, actor: Actor) -> None:
    """Keep what is handed in; handing the same in again keeps its version."""
    content, sha256 = snapshot(locked, locked.policy_document)
    known = locked.submissions.filter(version=locked.version).first()
    if known is not None and known.sha256 == sha256:
        return
    if known is not None:
        locked.version += 1
    PlanSubmission.objects.create(
        plan=locked,
        version=locked.version,
        content=content,
        sha256=sha256,
        submitted_by_id=account_of(actor),
    )
