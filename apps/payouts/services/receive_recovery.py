"""Money comes back for a recovery notice."""

from datetime import date

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core import failpoints, rls
from apps.core.errors import Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.money import yuan
from apps.payouts.enums import OrderState
from apps.payouts.instalments import agreement_in_force
from apps.payouts.models import PaymentOrder, Recovery, RecoveryReceipt, UndoneReceipt
from apps.payouts.postings import post_receipt
from apps.payouts.services.booking import after_write_off, book_back, end_claim


def receive_recovery(
    actor: Actor,
    recovery: Recovery,
    *,
    amount_fen: int,
    received_on: date,
    bank_serial: str,
    key: str,
    on: date,
) -> RecoveryReceipt:
    """Record money that came in; it goes back to the funds and budgets that it came from (6(4)).

    The same `key` again returns the first receipt. The last fen settles the claim. What was written off is
    taken like any other money. Raises `Refused` for more than is owed or a serial number that already
    counts, `InvalidInput` for a day in the future or before the payment, `Forbidden` for anybody but finance.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Finance records what comes in."), code="not_your_step")
    serial = bank_serial.strip()
    _require_sound(amount_fen, received_on, serial, on)
    with transaction.atomic():
        locked = (
            Recovery.objects.visible_to(actor).filter(pk=recovery.pk).select_for_update(of=("self",)).first()
        )
        if locked is None:
            raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
        known = RecoveryReceipt.objects.filter(key=key).first()
        if known is not None:
            return known
        _require_after_payment(locked, received_on)
        before = _require_fitting(locked, amount_fen, serial)
        # The receipt whose place it takes may be another district's.
        with rls.whole_city():
            receipt = RecoveryReceipt.objects.create(
                recovery=locked,
                key=key,
                amount_fen=amount_fen,
                after_write_off_fen=after_write_off(locked, amount_fen),
                received_on=received_on,
                bank_serial=serial,
                instead_of=before,
                agreement=agreement_in_force(locked),
                recorded_by_id=actor.account_id,
            )
        returned = book_back(
            locked,
            amount_fen,
            column="received_fen",
            key=receipt.ledger_key,
            on=received_on,
            actor=actor,
        )
        post_receipt(receipt, returned, actor, received_on)
        failpoints.point("receipt.booked")
        end_claim(locked, actor, serial, on)
    failpoints.point("receipt.committed")
    return receipt


def _require_sound(amount_fen: int, received_on: date, serial: str, on: date) -> None:
    problems = []
    if amount_fen <= 0:
        problems.append(Problem("amount", _("Enter an amount of one fen or more."), field="amount"))
    if not serial:
        problems.append(Problem("serial_missing", _("Enter the bank's serial number."), field="bank_serial"))
    if received_on > on:
        problems.append(Problem("future", _("The day of receipt is not in the future."), field="received_on"))
    if problems:
        raise InvalidInput(code="bank_data", problems=problems)


def _require_after_payment(recovery: Recovery, received_on: date) -> None:
    """Nothing comes back that was not paid yet. It may come before the notice: then it waited in suspense."""
    orders = PaymentOrder.objects.filter(
        claim__training_class=recovery.claim.training_class_id, state=OrderState.PAID
    )
    paid_on = orders.aggregate(day=Min("paid_on"))["day"]
    if paid_on is not None and received_on < paid_on:
        message = _("What is recovered was paid on %(day)s; nothing came back before. Check the day.")
        problem = Problem("before_payment", message % {"day": paid_on}, field="received_on")
        raise InvalidInput(code="bank_data", problems=[problem])


def _require_fitting(recovery: Recovery, amount_fen: int, serial: str) -> RecoveryReceipt | None:
    """Refuse what is not owed or counts already; returns the undone receipt that had the serial number."""
    if amount_fen > recovery.wanted_fen:
        raise Refused(
            _("Only %(open)s yuan are still to be repaid.") % {"open": yuan(recovery.wanted_fen)},
            code="more_than_owed",
        )
    # A serial number is the bank's: it counts once in the city, not once a district.
    with rls.whole_city():
        before = RecoveryReceipt.objects.filter(bank_serial=serial, replaced_by=None).first()
        used = before is not None and not UndoneReceipt.objects.filter(receipt=before).exists()
    if used:
        raise Refused(_("This serial number already counts for another receipt."), code="serial_used")
    return before
