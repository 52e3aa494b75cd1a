"""Reads of claims, within what the actor may see; nothing here changes anything."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.actors import Actor
from apps.apprentices.enums import ClassState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.facts import advance_candidates, held, remainder_candidates
from apps.claims.models import Claim, ClaimLine
from apps.policy.steps import Step


@dataclass(frozen=True)
class Claimable:
    """A class for which an instalment can be claimed now, for so many apprentices."""

    training_class: TrainingClass
    kind: ClaimKind
    count: int


def claims_of(actor: Actor) -> QuerySet[Claim]:
    """The claims that the actor may see, with what a list shows."""
    return Claim.objects.visible_to(actor).select_related(
        "training_class", "enterprise__organisation", "district"
    )


def lines_of(claim: Claim) -> QuerySet[ClaimLine]:
    """The lines of a claim with apprentice and calculation."""
    return claim.lines.select_related(
        "enrolment__person", "enrolment__occupation", "enrolment__level", "calculation", "assessment"
    )


# Claims that were handed in: before, the enterprise still works on them.
_HANDED_IN = tuple(
    state
    for state in ClaimState
    if state not in (ClaimState.DRAFT, ClaimState.RETURNED, ClaimState.WITHDRAWN)
)


def lines_of_person(enrolment: Enrolment) -> QuerySet[ClaimLine]:
    """What was claimed for one enrolment and stands, for whoever may see the enrolment."""
    rows = ClaimLine.objects.filter(enrolment=enrolment, voided_at=None, claim__state__in=_HANDED_IN)
    return rows.select_related("claim", "calculation", "assessment").order_by("id")


def claimable(actor: Actor) -> list[Claimable]:
    """What the enterprise could claim now, class by class."""
    settled = ClaimLine.objects.filter(enrolment=OuterRef("pk"), kind=ClaimKind.REMAINDER, voided_at=None)
    unsettled = Enrolment.objects.filter(~Exists(settled), training_class=OuterRef("pk"))
    classes = TrainingClass.objects.visible_to(actor).filter(
        Exists(unsettled), state__in=[ClassState.OPEN, ClassState.COMPLETED]
    )
    found = []
    for training_class in classes.order_by("id"):
        for kind, candidates in (
            (ClaimKind.ADVANCE, advance_candidates),
            (ClaimKind.REMAINDER, remainder_candidates),
        ):
            count = candidates(training_class).count() if _far_enough(training_class, kind) else 0
            if count:
                found.append(Claimable(training_class, kind, count))
    return found


def may_claim_advance(training_class: TrainingClass) -> bool:
    """Whether the advance of somebody in the class can be claimed now."""
    return _far_enough(training_class, ClaimKind.ADVANCE) and advance_candidates(training_class).exists()


def _far_enough(training_class: TrainingClass, kind: ClaimKind) -> bool:
    return kind == ClaimKind.REMAINDER or training_class.state == ClassState.OPEN


def held_back(claim: Claim) -> dict[str, int]:
    """How many apprentices of the class are left out of the claim, by what holds them."""
    rows_by_reason = held(claim.training_class, ClaimKind(claim.kind))
    if claim.by_office:
        # Who has no result is asked for.
        del rows_by_reason["no_result"]
    return {reason: count for reason, rows in rows_by_reason.items() if (count := rows.count())}


def steps_of(line: ClaimLine) -> list[dict[str, Any]]:
    """Every step of a line's calculation in the reader's language: sentence, article, amount in fen."""
    return [
        {"text": step.text, "article": step.article, "amount_fen": step.amount_fen}
        for step in map(Step.from_json, line.calculation.snapshot["steps"])
    ]
