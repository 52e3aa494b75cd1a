"""The enterprise hands the claim in, or takes it back."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.checks import missing_for_submission
from apps.claims.models import Claim
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock
from apps.training.services.lock_results import lock_results


def submit_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Hand the computed claim in to the district (4(4)). Raises what `fire` raises.

    The results that its lines rest on stand from here on, until the claim comes back.
    """

    def stamp(locked: Claim) -> list[str]:
        lock_results(results_of(locked))
        locked.submitted_at = clock.now()
        # Until the second signature this is where the money would come from if it were signed today.
        locked.year = on.year
        return ["submitted_at", "year"]

    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "submit",
        actor,
        on=on,
        opinion=opinion,
        guard=lambda locked, _by: missing_for_submission(locked, on),
        effect=stamp,
    )


def results_of(claim: Claim) -> QuerySet[Any]:
    """The ids of the results that a claim's lines rest on."""
    return claim.lines.exclude(assessment=None).values("assessment")


def withdraw_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Take a draft or returned claim back; its apprentices can be claimed for again."""
    return fire(CLAIM_TRANSITIONS, claim, "withdraw", actor, on=on, opinion=opinion, effect=void_lines)


def void_lines(claim: Claim) -> list[str]:
    """Free the instalment of every line, since this claim will not be paid."""
    claim.lines.filter(voided_at=None).update(voided_at=clock.now())
    return []
