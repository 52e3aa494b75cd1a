"""What the bank did with an order: paid it, or refused it."""

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.models import Claim
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock, failpoints, rls
from apps.core.errors import InvalidInput, Problem, Refused
from apps.ledger.periods import posting_day
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder
from apps.payouts.postings import post_cash

# Who says that an order is not to be recorded by hand, since the bank answers for it in a file.
_holders: list[Callable[[PaymentOrder], None]] = []


def hold_orders(refuse: Callable[[PaymentOrder], None]) -> None:
    """Let a higher floor refuse what is recorded by hand; it raises `Refused` for an order that it holds."""
    _holders.append(refuse)


def record_payment(
    actor: Actor,
    claim: Claim,
    *,
    on: date,
    paid_on: date,
    bank_serial: str,
    opinion: Opinion | None = None,
    by_bank: bool = False,
) -> Claim:
    """Record that the bank paid the claim's live order; the ledger is posted as of `paid_on`.

    Where that month is closed, as of the first open day.
    `by_bank`: a file of the bank says so, and not a person.
    Raises `InvalidInput` without the bank's serial number, for a day in the future or before the release,
    `Refused` when that serial number already counts for another payment.
    """
    serial = bank_serial.strip()
    _require_bank_data(serial, paid_on, on)

    def effect(locked: Claim) -> list[str]:
        order = _live_order(locked, by_bank=by_bank)
        if not by_bank:
            # A file of the bank is held to the day of its batch.
            _require_after_release(locked, paid_on)
        if _counts_for_another(serial, order):
            raise Refused(_("This serial number already counts for another payment."), code="serial_used")
        order.state, order.paid_on, order.bank_serial = OrderState.PAID, paid_on, serial
        order.save(update_fields=["state", "paid_on", "bank_serial"])
        entitlements.pay_lines(locked)
        entitlements.recover_lines(locked, locked.recover_fen)
        failpoints.point("payment.counted")
        nets = order.parts.order_by("fund").values_list("fund_id", "amount_fen")
        post_cash(
            locked,
            nets,
            actor,
            posting_day(paid_on, on),
            key=f"order:{order.pk}:paid",
            subject=("payouts.paymentorder", order.pk),
        )
        return []

    return fire(
        CLAIM_TRANSITIONS, claim, "record_payment", actor, on=on, opinion=bound(claim, opinion), effect=effect
    )


def record_failure(actor: Actor, claim: Claim, *, on: date, opinion: Opinion, by_bank: bool = False) -> Claim:
    """Record that the bank refused the order, with its reason; a new attempt can be released."""

    def effect(locked: Claim) -> list[str]:
        order = _live_order(locked, by_bank=by_bank)
        order.state, order.failure = OrderState.FAILED, opinion.reason
        order.save(update_fields=["state", "failure"])
        order.lines.update(live=False)
        return []

    return fire(
        CLAIM_TRANSITIONS, claim, "record_failure", actor, on=on, opinion=bound(claim, opinion), effect=effect
    )


def _counts_for_another(serial: str, order: PaymentOrder) -> bool:
    # A serial number is the bank's: it counts once in the city, not once a district.
    with rls.whole_city():
        return PaymentOrder.objects.filter(bank_serial=serial).exclude(pk=order.pk).exists()


def _live_order(claim: Claim, *, by_bank: bool) -> PaymentOrder:
    order = PaymentOrder.objects.select_for_update().get(claim=claim, state=OrderState.RELEASED)
    if not by_bank:
        for refuse in _holders:
            refuse(order)
    return order


def _require_after_release(released: Claim, paid_on: date) -> None:
    """A bank that called an attempt failed may have paid it all the same: the first of those counts."""
    attempts = released.orders.filter(state__in=[OrderState.FAILED, OrderState.RELEASED])
    first: datetime = attempts.aggregate(first=Min("released_at"))["first"]
    released_on = first.astimezone(clock.BEIJING).date()
    if paid_on < released_on:
        message = _(
            "The payment was released on %(day)s; the bank cannot have paid it before. Check the day."
        )
        problem = Problem("paid_before_release", message % {"day": released_on}, field="paid_on")
        raise InvalidInput(code="bank_data", problems=[problem])


def _require_bank_data(serial: str, paid_on: date, on: date) -> None:
    problems = []
    if not serial:
        problems.append(Problem("serial_missing", _("Enter the bank's serial number."), field="bank_serial"))
    if paid_on > on:
        problems.append(
            Problem("paid_in_future", _("The day of payment is not in the future."), field="paid_on")
        )
    if problems:
        raise InvalidInput(code="bank_data", problems=problems)
