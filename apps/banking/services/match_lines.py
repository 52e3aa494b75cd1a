"""Movements of a statement find their payment or their recovery; what finds nothing stays listed."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.enums import EntryState, MatchKind
from apps.banking.models import BatchEntry, PayingAccount, StatementLine, StatementMatch
from apps.banking.selectors import numbers_in
from apps.casework.engine import Opinion
from apps.core import failpoints
from apps.core.errors import Conflict, Forbidden, NotFound, Refused, ShituError
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder, Recovery, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_return import record_return


def match_open_lines(actor: Actor, account_id: int, *, on: date) -> int:
    """Match every open movement of an account that names what it is; returns how many were matched.

    A payment is matched by the bank's serial number or our order number, with the same amount, once the
    bank's result said that it was made. Money that names a recovery notice is received for it.
    """
    lines = list(StatementLine.objects.filter(paying_account_id=account_id, match=None).order_by("id"))
    found = _match_payments(actor, account_id, [line for line in lines if line.amount_fen < 0])
    for line in lines:
        if line.amount_fen > 0 and _match_receipt_named(actor, line, on) is not None:
            found += 1
    return found


def match_recovery(actor: Actor, line: StatementLine, recovery: Recovery, *, on: date) -> StatementMatch:
    """Say by hand that a movement is money for a recovery notice; it is received and posted.

    Raises `Forbidden` for anybody but finance, `NotFound` for a movement or notice of others, `Conflict`
    for one that is matched already, and what `receive_recovery` raises.
    """
    with transaction.atomic():
        locked = _lock_open(actor, line)
        if locked.amount_fen <= 0:
            raise Refused(_("Money went out with this movement: it is no receipt."), code="not_a_receipt")
        return _receive(actor, locked, recovery, on)


def match_return(actor: Actor, line: StatementLine, *, on: date) -> StatementMatch:
    """Say that a movement is a payment that the bank sent back; its reference names the order.

    The payment is undone (`record_return`) and the claim waits for a new release. Raises what
    `match_recovery` raises, and `Refused` where the reference names no paid order of this amount.
    """
    with transaction.atomic():
        locked = _lock_open(actor, line)
        order = (
            PaymentOrder.objects.visible_to(actor)
            .filter(
                number__in=numbers_in(locked.reference),
                state=OrderState.PAID,
                amount_fen=locked.amount_fen,
            )
            .select_related("claim")
            .first()
        )
        if order is None:
            message = _("The reference names no payment that was made with this amount.")
            raise Refused(message, code="not_a_return")
        reason = _("The bank sent the payment back: %(reference)s") % {"reference": locked.reference}
        record_return(
            actor, order.claim, on=on, returned_on=locked.booked_on, opinion=Opinion(reason=reason[:300])
        )
        failpoints.point("match.returned")
        return StatementMatch.objects.create(
            line=locked, kind=MatchKind.RETURN, returned=order, matched_by_id=actor.account_id
        )


def _lock_open(actor: Actor, line: StatementLine) -> StatementLine:
    """The movement, not explained yet, with its account held.

    Movements are never changed, so the account is what two people lock who explain one at a time.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Finance records what comes in."), code="not_your_step")
    account = (
        PayingAccount.objects.visible_to(actor)
        .filter(pk=line.paying_account_id)
        .select_for_update(of=("self",))
        .first()
    )
    locked = StatementLine.objects.filter(pk=line.pk, paying_account=account).first()
    if account is None or locked is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    if StatementMatch.objects.filter(line=locked).exists():
        raise Conflict(_("This movement is explained already."), code="matched")
    return locked


def _match_payments(actor: Actor, account_id: int, lines: list[StatementLine]) -> int:
    serials = [line.bank_serial for line in lines]
    numbers = {number for line in lines for number in numbers_in(line.reference)}
    rows = BatchEntry.objects.filter(
        batch__paying_account_id=account_id, live=True, state=EntryState.PAID, match=None
    )
    by_serial = {row.bank_serial: row for row in rows.filter(bank_serial__in=serials)}
    by_number = {row.order_number: row for row in rows.filter(order_number__in=numbers)}
    matches, used = [], set()
    for line in lines:
        named = [by_number[n] for n in numbers_in(line.reference) if n in by_number]
        entry = by_serial.get(line.bank_serial) or (named[0] if len(named) == 1 else None)
        if entry is None or entry.pk in used or -line.amount_fen != entry.amount_fen:
            continue
        used.add(entry.pk)
        matches.append(
            StatementMatch(line=line, kind=MatchKind.PAYMENT, entry=entry, matched_by_id=actor.account_id)
        )
    StatementMatch.objects.bulk_create(matches, batch_size=5000)
    return len(matches)


def _match_receipt_named(actor: Actor, line: StatementLine, on: date) -> StatementMatch | None:
    """Receive money whose reference names exactly one open notice; anything unclear stays for a person."""
    named = list(Recovery.objects.visible_to(actor).filter(number__in=numbers_in(line.reference))[:2])
    if len(named) != 1:
        return None
    try:
        with transaction.atomic():
            return _receive(actor, line, named[0], on)
    except ShituError:
        return None


def _receive(actor: Actor, line: StatementLine, recovery: Recovery, on: date) -> StatementMatch:
    receipt = RecoveryReceipt.objects.filter(
        bank_serial=line.bank_serial, recovery=recovery, amount_fen=line.amount_fen, match=None
    ).first()
    if receipt is None:
        receipt = receive_recovery(
            actor,
            recovery,
            amount_fen=line.amount_fen,
            received_on=line.booked_on,
            bank_serial=line.bank_serial,
            key=f"statement-line:{line.pk}",
            on=on,
        )
    return StatementMatch.objects.create(
        line=line, kind=MatchKind.RECEIPT, receipt=receipt, matched_by_id=actor.account_id
    )
