"""A payment that was made comes back from the bank: it is undone in the books and can be released anew."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, ClaimLine
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import failpoints
from apps.core.errors import InvalidInput, Problem, Refused
from apps.core.said import Said
from apps.ledger import services as ledger
from apps.ledger.models import Transaction
from apps.ledger.periods import posting_day
from apps.payouts.enums import OrderState
from apps.payouts.in_force import postings_in_force
from apps.payouts.models import PaymentOrder


def record_return(actor: Actor, claim: Claim, *, on: date, returned_on: date, opinion: Opinion) -> Claim:
    """Record that the whole payment of a claim came back (退汇) on a day, for the opinion's reason.

    The posting of the payment is reversed, its lines count as promised again, what was set off within the
    claim as still to be recovered, and the claim waits for a new release; budget and obligation stand. Raises
    `InvalidInput` for a day in the future or before the payment, `Refused` where a later claim rests on it.
    """

    def effect(locked: Claim) -> list[str]:
        order = PaymentOrder.objects.select_for_update().get(claim=locked, state=OrderState.PAID)
        if order.paid_on is None or not order.paid_on <= returned_on <= on:
            message = _("The day lies before the payment, or in the future.")
            raise InvalidInput(
                code="returned_on", problems=[Problem("returned_on", message, field="returned_on")]
            )
        standing = postings_in_force(order)
        if not standing:
            message = _("The books do not hold this payment. Have it posted in the reconciliation first.")
            raise Refused(message, code="not_in_the_books")
        order.state, order.returned_on = OrderState.RETURNED, returned_on
        order.failure = opinion.reason if isinstance(opinion.reason, Said) else opinion.reason[:300]
        order.save(update_fields=["state", "returned_on", "failure"])
        order.lines.update(live=False)
        entitlements.unpay_lines(locked)
        entitlements.unrecover_lines(locked, locked.recover_fen)
        failpoints.point("return.counted")
        for place, posted in enumerate(standing):
            ledger.reverse(
                posted,
                _key_of(order, posted if place else None),
                # The statement may come after its month was closed: the first open day takes it then.
                posting_day(returned_on, on),
                opinion.extra.get("memo") or opinion.reason,
                posted_by_id=actor.user_id,
            )
        return []

    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "record_return",
        actor,
        on=on,
        opinion=bound(claim, opinion),
        guard=lambda locked, _actor: _rested_on(locked),
        effect=effect,
    )


def _key_of(order: PaymentOrder, posted: Transaction | None) -> str:
    """A return is one event; one that was taken back leaves its key behind, and the next has its own."""
    key = f"order:{order.pk}:returned"
    if posted is not None:
        return f"{key}:{posted.pk}"
    before = Transaction.objects.filter(key__startswith=f"{key}", reverses__isnull=False).count()
    return f"{key}:again:{before}" if before else key


def _rested_on(claim: Claim) -> Iterator[Problem]:
    """What was built on the payment and would have to be undone first."""
    later = ClaimLine.objects.filter(
        kind=ClaimKind.REMAINDER,
        voided_at=None,
        enrolment__in=ClaimLine.objects.filter(claim=claim).values("enrolment_id"),
    ).exclude(claim=claim)
    if later.exists():
        message = _("A later claim rests on this payment. Have it withdrawn or returned first.")
        yield Problem("later_claim", message)
