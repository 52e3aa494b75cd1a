"""The enterprise hands the claim in, or takes it back."""

from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.checks import missing_for_submission
from apps.claims.models import Claim
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock


def submit_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Hand the computed claim in to the district (4(4)). Raises what `fire` raises."""

    def stamp(locked: Claim) -> list[str]:
        locked.submitted_at = clock.now()
        return ["submitted_at"]

    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "submit",
        actor,
        on=on,
        opinion=opinion,
        guard=missing_for_submission,
        effect=stamp,
    )


def withdraw_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Take a draft or returned claim back; its apprentices can be claimed for again."""
    return fire(CLAIM_TRANSITIONS, claim, "withdraw", actor, on=on, opinion=opinion, effect=void_lines)


def void_lines(claim: Claim) -> list[str]:
    """Free the instalment of every line, since this claim will not be paid."""
    claim.lines.filter(voided_at=None).update(voided_at=clock.now())
    return []
