"""A payment that was taken for sent back was not: it counts as made again."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import failpoints
from apps.core.errors import Problem
from apps.ledger import services as ledger
from apps.ledger.models import Transaction
from apps.ledger.periods import posting_day
from apps.payouts.enums import OrderState
from apps.payouts.in_force import reversals_in_force
from apps.payouts.models import PaymentOrder, RecoveryOffset


def undo_return(
    actor: Actor, order: PaymentOrder, *, on: date, key: str, opinion: Opinion
) -> Transaction | None:
    """Take back that a payment was sent back; returns what was posted for it, under `key`.

    The reversal is reversed on its own day, or on the first open one, the lines are paid again, the claim is
    paid. Raises `Refused` where something was built upon the return (`standing_in_the_way`).
    """
    posted: list[Transaction] = []

    def effect(locked: Claim) -> list[str]:
        held = PaymentOrder.objects.select_for_update().get(pk=order.pk, claim=locked)
        held.state, held.returned_on, held.failure = OrderState.PAID, None, ""
        held.save(update_fields=["state", "returned_on", "failure"])
        held.lines.update(live=True)
        entitlements.pay_lines(locked)
        entitlements.recover_lines(locked, locked.recover_fen)
        failpoints.point("undo_return.counted")
        for place, reversal in enumerate(reversals_in_force(held), start=1):
            posted.append(
                ledger.reverse(
                    reversal,
                    key if place == 1 else f"{key}:{place}",
                    posting_day(reversal.on, on),
                    opinion.reason,
                    posted_by_id=actor.user_id,
                )
            )
        return []

    fire(
        CLAIM_TRANSITIONS,
        order.claim,
        "undo_return",
        actor,
        on=on,
        opinion=bound(order.claim, opinion),
        guard=lambda locked, _actor: standing_in_the_way(PaymentOrder.objects.get(pk=order.pk), locked),
        effect=effect,
    )
    return posted[0] if posted else None


def standing_in_the_way(order: PaymentOrder, claim: Claim) -> Iterator[Problem]:
    """Why a return cannot be taken back: what was built upon it."""
    if order.state != OrderState.RETURNED:
        yield Problem("not_returned", _("The payment does not count as sent back any more."))
        return
    later = claim.orders.filter(attempt__gt=order.attempt).exclude(state=OrderState.FAILED)
    # What a later attempt set off pays the claim, whether the bank took the rest or not.
    set_off = RecoveryOffset.objects.filter(claim=claim, attempt__gt=order.attempt)
    if claim.state != ClaimState.APPROVED or later.exists() or set_off.exists():
        message = _("The money was released anew after it came back. It cannot count as paid twice.")
        yield Problem("released_anew", message)
