"""The second signer takes an approval back before finance has released it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.models import Claim
from apps.claims.sentences import REVOKED
from apps.claims.services import entitlements
from apps.claims.services.publish_claim import take_down
from apps.claims.services.review_claim import bound
from apps.claims.services.sign_claim import reservation_key
from apps.claims.services.submit_claim import results_of, void_lines
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core.errors import Refused
from apps.ledger import services as ledger
from apps.ledger.models import Reservation
from apps.training.services.lock_results import unlock_results


def revoke_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Revoke the approval of a signed claim (6(4): errors are corrected in time); it ends as rejected.

    Its budget is free again, and its apprentices can be claimed for again. Raises `Refused` once it was
    released: what was paid wrongly is recovered.
    """

    def effect(locked: Claim) -> list[str]:
        if was_released(locked):
            message = _(
                "The claim was released before: it can no longer be revoked, only be paid or recovered."
            )
            raise Refused(message, code="released_once")
        key = reservation_key(locked)
        if Reservation.objects.filter(key=key).exists():
            ledger.release(f"{key}:revoked", reservation=key, on=on, by_id=actor.user_id)
        entitlements.uncommit_lines(locked)
        take_down(locked, REVOKED.say(), on)
        return void_lines(locked)

    with transaction.atomic():
        done: Claim = fire(
            CLAIM_TRANSITIONS,
            claim,
            "revoke",
            actor,
            on=on,
            opinion=bound(claim, opinion),
            effect=effect,
            separate_from=[claim.training_class, claim.training_class.plan],
        )
        unlock_results(results_of(done))
    return done


def was_released(claim: Claim) -> bool:
    """Whether an order was ever made for the claim: its budget is used and its obligation posted."""
    return bool(claim.orders.exists())
