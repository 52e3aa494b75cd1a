"""What must stand before a correction is handed on and signed: one function a rule, for page and service."""

from collections.abc import Callable, Iterator

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.banking.enums import MatchKind
from apps.banking.holding import made_after_all
from apps.banking.models import StatementMatch
from apps.banking.parts import out_of_order
from apps.casework.models import CaseDocument
from apps.core.errors import Problem
from apps.core.money import yuan
from apps.ledger.models import BudgetMovement, Leg, Transaction
from apps.payouts.enums import OrderState
from apps.payouts.services import undo_receipt, undo_return
from apps.reconciliation.enums import UNDONE_BY, BreakKind
from apps.reconciliation.enums import CorrectionKind as C
from apps.reconciliation.models import Correction
from apps.reconciliation.selectors import entry_posted_by

BOOKED = (C.CHARGE, C.INTEREST, C.SUSPENSE, C.PAY_BACK)
# Postings whose money is an item of suspense, or took one back: the item would not know of it.
IN_SUSPENSE = ("suspense", "pay_back")
# Of these, what leaves only as its item says; what paid an item back is undone by a correction of that.
BY_ITS_ITEM = ("suspense",)
FUNDED = (C.CHARGE, C.INTEREST, C.SUSPENSE, C.OPENING)


def missing_for_correction(correction: Correction, actor: Actor) -> Iterator[Problem]:
    """Everything that keeps a correction from being handed on or signed."""
    if not CaseDocument.objects.of(correction).exists():
        yield Problem("document_missing", _("Hand in the document that explains it."), field="file")
    if correction.difference is not None and not correction.difference.stands:
        yield Problem("difference_closed", _("The difference is closed by now. Withdraw the correction."))
    if correction.kind in FUNDED and not correction.fund_id:
        yield Problem("fund_missing", _("Choose the fund that the money belongs to."), field="fund")
    for check in _CHECKS.get(correction.kind, ()):
        yield from check(correction, actor)


def is_made_after_all(correction: Correction) -> bool:
    """Whether it is about a payment that was undone and that the bank made; its movement is matched."""
    return correction.difference is not None and correction.difference.kind == BreakKind.MADE_AFTER_ALL


def movement_open(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """Nobody has explained the movement meanwhile; one of a payment made after all shows it still."""
    if is_made_after_all(correction):
        yield from still_made_after_all(correction)
    elif StatementMatch.objects.filter(line=correction.line_id).exists():
        yield Problem("matched", _("The movement is explained by now. Withdraw the correction."))


def still_made_after_all(correction: Correction) -> Iterator[Problem]:
    """The payment counts as undone, and the movement is still taken for it."""
    order = correction.order
    shown = order is not None and made_after_all(order).filter(line=correction.line_id).exists()
    if order is None or order.state != OrderState.RETURNED or not shown:
        yield Problem("not_matched", _("The movement is not matched any more."))


def posting_fits(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The posting moved as much cash in this district, and no other movement shows it."""
    line, posted = correction.line, correction.transaction
    if posted is None:
        yield Problem("posting_missing", _("Choose the posting that this movement is."), field="transaction")
        return
    fen = cash_of(posted)
    if line is not None and fen != line.amount_fen:
        about = {"posted": yuan(fen), "moved": yuan(line.amount_fen)}
        message = _("The posting moved %(posted)s yuan, the bank %(moved)s yuan.")
        yield Problem("amounts_differ", message % about, field="transaction")
    entry = entry_posted_by(posted)
    seen = Q(transaction=posted) if entry is None else Q(transaction=posted) | Q(entry=entry)
    if StatementMatch.objects.filter(seen).exists() or posted.reversals.exists():
        message = _("This posting is another movement already, or was reversed.")
        yield Problem("posting_used", message, field="transaction")
    if entry is not None and line is not None and entry.batch.paying_account_id != line.paying_account_id:
        message = _("This payment was made from another account.")
        yield Problem("posting_elsewhere", message, field="transaction")
    if not posted.legs.filter(account="cash", district_code=correction.district_id).exists():
        yield Problem("posting_elsewhere", _("This posting is another district's."), field="transaction")


def item_in_suspense(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The money still lies in suspense; what pays it back is as much, the other way."""
    item, line = correction.item, correction.line
    if item is None or item.kind != C.SUSPENSE or item.posted_id is None:
        yield Problem("item_missing", _("Choose the money in suspense that is meant."), field="item")
        return
    if item.cleared_by_id is not None:
        yield Problem("item_cleared", _("This money has left suspense already."), field="item")
    if correction.kind == C.PAY_BACK and line is not None and item.line is not None:
        if item.line.amount_fen != -line.amount_fen:
            yield Problem("amounts_differ", _("The amount in suspense is another one."), field="item")
        if item.district_id != correction.district_id:
            yield Problem("item_elsewhere", _("This money is another district's."), field="item")


def recovery_takes_it(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The notice that money of suspense is received for is owed as much."""
    recovery, item = correction.recovery, correction.item
    if recovery is None or item is None:
        return
    if item.line is None or item.line.amount_fen <= 0:
        yield Problem("not_a_receipt", _("Money went out with this movement: it is no receipt."))
    else:
        yield from out_of_order(item.line)
    if correction.amount_fen > recovery.wanted_fen:
        message = _("Only %(open)s yuan are still to be repaid.")
        about = {"open": yuan(recovery.wanted_fen)}
        yield Problem("more_than_owed", message % about, field="recovery")


def order_still_paid(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The payment that was never made counts as made, and no movement shows it."""
    order = correction.order
    if order is None or order.state != OrderState.PAID:
        yield Problem("order_not_paid", _("The order does not count as paid any more."))
    elif made_after_all(order).exists():
        yield Problem("order_seen", _("A statement shows this payment: it was made."))


def match_can_go(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """There is a match, of a payment or of a posting."""
    match = StatementMatch.objects.filter(line=correction.line_id).first()
    if match is None:
        yield Problem("not_matched", _("The movement is not matched any more."))
    elif match.kind not in (MatchKind.PAYMENT, MatchKind.POSTING):
        message = _("A receipt or a payment that came back changed a claim: it is not undone here.")
        yield Problem("match_of_a_claim", message)
    elif match.transaction is not None and match.transaction.kind in IN_SUSPENSE:
        message = _("This movement belongs to money in suspense: take it out of suspense there.")
        yield Problem("in_suspense", message)
    elif correction.difference_id is None and not _as_it_was(match, correction):
        yield Problem("not_matched", _("The movement is not matched any more."))


def _as_it_was(match: StatementMatch, correction: Correction) -> bool:
    """Whether the movement is still taken for what the correction says."""
    if match.entry is not None:
        return match.entry.order_id == correction.order_id
    return match.transaction_id == correction.transaction_id


def return_can_go(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The movement counts as a payment sent back, and nothing was built upon that."""
    if is_made_after_all(correction) and correction.order is not None:
        yield from still_made_after_all(correction)
        yield from undo_return.standing_in_the_way(correction.order, correction.order.claim)
        return
    match = StatementMatch.objects.filter(line=correction.line_id, kind=MatchKind.RETURN).first()
    order = correction.order
    if match is None or order is None or match.returned_id != order.pk:
        yield Problem("not_matched", _("The movement is not matched any more."))
        return
    yield from undo_return.standing_in_the_way(order, order.claim)


def receipt_can_go(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The receipt counts, is what the movement was taken for (or no movement), and its budget is free."""
    match = StatementMatch.objects.filter(receipt=correction.receipt_id).first()
    if correction.receipt is None or (match.line_id if match else None) != correction.line_id:
        yield Problem("not_matched", _("The movement is not matched any more."))
        return
    yield from undo_receipt.standing_in_the_way(correction.receipt)


def correction_can_go(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """What was signed wrongly stands in the books still, its movement and its item as it left them."""
    wrong = correction.undoes
    if wrong is not None:
        yield from standing_in_the_way(wrong)


def standing_in_the_way(wrong: Correction) -> Iterator[Problem]:
    """Why a signed correction cannot be undone: of another kind, undone already, or not as it was left."""
    if wrong.kind not in UNDONE_BY or wrong.posted is None:
        yield Problem("not_undone_so", _("This correction is not undone in this way."))
    elif wrong.posted.reversals.exists():
        yield Problem("undone_already", _("What this correction posted was reversed already."))
    elif wrong.kind == C.OPENING:
        yield from shown_by_a_movement(wrong.posted)
    elif wrong.kind == C.PAY_BACK:
        if not StatementMatch.objects.filter(line=wrong.line_id, transaction=wrong.posted_id).exists():
            yield Problem("not_matched", _("The movement is not matched any more."))
        if wrong.item is None or wrong.item.cleared_by_id != wrong.pk:
            yield Problem("item_elsewhere", _("The money has left suspense otherwise."))


def opening_fits(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """The balances still differ by as much: another run may have found less since it was written."""
    row = correction.difference
    if row is not None and correction.amount_fen > abs(row.amount_fen):
        message = _(
            "The balances differ by %(whole)s yuan by now, and %(amount)s yuan are to be booked. Withdraw it."
        )
        about = {"whole": yuan(abs(row.amount_fen)), "amount": yuan(correction.amount_fen)}
        yield Problem("amount_changed", message % about, field="amount")


def shown_by_a_movement(posted: Transaction | None) -> Iterator[Problem]:
    """A statement shows the posting: it is not reversed while the movement counts as explained by it."""
    match = (
        StatementMatch.objects.filter(transaction=posted).select_related("line").first() if posted else None
    )
    if match is not None:
        message = _("The movement %(serial)s was taken for this posting. Undo that match first.")
        yield Problem("posting_shown", message % {"serial": match.line.bank_serial})


def something_to_reverse(correction: Correction, _actor: Actor) -> Iterator[Problem]:
    """An order or a posting is named, and no movement that differs from nothing is taken for the posting."""
    row = correction.difference
    if correction.order is None and row is not None and row.kind == BreakKind.POSTING_UNSEEN:
        yield from shown_by_a_movement(correction.transaction)
    if correction.order is None and correction.transaction is None:
        yield Problem("nothing_named", _("The difference names neither an order nor a posting."))
    elif correction.transaction is not None and changed_a_budget(correction.transaction):
        message = _(
            "A budget was changed with this posting and would stay as it is. Have it changed back by a"
            " request of budgets with its document: both postings take each other back, and the"
            " difference is gone."
        )
        yield Problem("changed_a_budget", message)


def changed_a_budget(posted: Transaction) -> bool:
    """Whether the posting is the cash of a budget that was given, cut or moved: both stand under one key."""
    return BudgetMovement.objects.filter(key=posted.key).exists()


def cash_of(posted: Transaction) -> int:
    """What a posting moved on the fiscal account; below zero it left."""
    sums = Leg.objects.filter(transaction=posted, account="cash").aggregate(
        debit=Sum("debit_fen"), credit=Sum("credit_fen")
    )
    return (sums["debit"] or 0) - (sums["credit"] or 0)


Check = Callable[[Correction, Actor], Iterator[Problem]]
_CHECKS: dict[str, tuple[Check, ...]] = {
    C.CHARGE: (movement_open,),
    C.INTEREST: (movement_open,),
    C.SUSPENSE: (movement_open,),
    C.PAY_BACK: (movement_open, item_in_suspense),
    C.POSTING: (movement_open, posting_fits),
    C.CLEAR: (item_in_suspense, recovery_takes_it),
    C.NEVER_PAID: (order_still_paid,),
    C.UNDO_MATCH: (match_can_go,),
    C.UNDO_RETURN: (return_can_go,),
    C.UNDO_RECEIPT: (receipt_can_go,),
    C.REPOST: (something_to_reverse,),
    C.OPENING: (opening_fits,),
    C.UNDO_PAY_BACK: (correction_can_go,),
    C.UNDO_OPENING: (correction_can_go,),
}


def in_the_way(match: StatementMatch) -> list[Problem]:
    """What keeps a receipt or a return from being undone now; for whoever is about to ask."""
    if match.receipt is not None:
        return list(undo_receipt.standing_in_the_way(match.receipt))
    if match.returned is not None:
        return list(undo_return.standing_in_the_way(match.returned, match.returned.claim))
    return []
