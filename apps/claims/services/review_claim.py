"""The district reviews a claim; the second signer may send it back."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.checks import missing_for_approval
from apps.claims.models import Claim
from apps.claims.sentences import REJECTED, RETURNED
from apps.claims.services.leave_out import leave_out_held
from apps.claims.services.publish_claim import publish, take_down
from apps.claims.services.submit_claim import results_of, void_lines
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core.errors import Refused
from apps.training.services.lock_results import unlock_results


def approve_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Approve the claim as computed; the district's supervisor signs next. Raises what `fire` raises.

    Lines that an objection holds leave the claim first. What pays is published, where the document asks for
    it. Nobody who acted on the class or the plan in another part may approve the claim.
    """

    def effect(locked: Claim) -> None:
        publish(locked, actor, on)

    with transaction.atomic():
        left = leave_out_held(actor, claim, opinion, on=on)
        given = bound(left, opinion)
        if left.version != claim.version:
            given = replace(given, version=left.version)
        return fire(
            CLAIM_TRANSITIONS,
            left,
            "approve",
            actor,
            on=on,
            opinion=given,
            guard=lambda locked, _by: missing_for_approval(locked, on),
            effect=effect,
            separate_from=[claim.training_class, claim.training_class.plan],
        )


def return_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Return the claim with every deficiency at once; earlier decisions stay, results can be corrected.

    Raises `Refused` for what the district made itself: nobody else could correct it.
    """
    if claim.by_office:
        raise Refused(
            _("The district made this claim itself. Reject it; what is right is asked back anew."),
            code="made_by_office",
        )

    def effect(locked: Claim) -> None:
        take_down(locked, RETURNED.say(), on)

    with transaction.atomic():
        done: Claim = fire(
            CLAIM_TRANSITIONS, claim, "return", actor, on=on, opinion=bound(claim, opinion), effect=effect
        )
        unlock_results(results_of(done))
    return done


def reject_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Reject the claim with the reason; its apprentices can be claimed for again, results be corrected."""

    def effect(locked: Claim) -> list[str]:
        take_down(locked, REJECTED.say(), on)
        return void_lines(locked)

    with transaction.atomic():
        done: Claim = fire(
            CLAIM_TRANSITIONS, claim, "reject", actor, on=on, opinion=bound(claim, opinion), effect=effect
        )
        unlock_results(results_of(done))
    return done


def send_back_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """The second signer sends the claim back to the reviewer with the reason."""
    return fire(CLAIM_TRANSITIONS, claim, "send_back", actor, on=on, opinion=bound(claim, opinion))


def bound(claim: Claim, opinion: Opinion | None) -> Opinion:
    """The opinion bound to the version and digest that the actor was shown."""
    given = opinion or Opinion()
    return Opinion(
        reason=given.reason,
        checklist=given.checklist,
        deficiencies=given.deficiencies,
        version=given.version if given.version is not None else claim.version,
        content_sha256=claim.content_sha256,
        extra=given.extra,
    )
