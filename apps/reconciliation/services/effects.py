"""What the signature under a correction posts, by its kind. Nothing is edited; keys are the correction's."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.enums import MatchKind
from apps.banking.models import PayingAccount, StatementLine, StatementMatch
from apps.banking.services.undo_match import undo_match
from apps.casework.engine import Opinion
from apps.core.errors import Conflict, Forbidden, NotFound
from apps.ledger import services as ledger
from apps.ledger.models import Leg, Transaction
from apps.ledger.services import LegSpec, credit, debit
from apps.payouts.enums import OrderState
from apps.payouts.in_force import ORDER, postings_in_force
from apps.payouts.models import PaymentOrder, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_return import record_return
from apps.payouts.services.undo_receipt import undo_receipt
from apps.payouts.services.undo_return import undo_return
from apps.reconciliation.checks import is_made_after_all
from apps.reconciliation.enums import CorrectionKind as C
from apps.reconciliation.matching import legs_of
from apps.reconciliation.models import Correction
from apps.reconciliation.periods import posting_day
from apps.reconciliation.selectors import entry_posted_by

# Postings that exist only because a movement was explained by them go when the match goes.
_OF_A_MOVEMENT = ("bank_charge", "bank_interest")
_KINDS: dict[str, str] = {
    C.CHARGE: "bank_charge",
    C.INTEREST: "bank_interest",
    C.SUSPENSE: "suspense",
    C.PAY_BACK: "pay_back",
}


def post_correction(correction: Correction, actor: Actor, on: date) -> Transaction | None:
    """Post a correction and return its posting; None for one that needs none. Raises what posting raises."""
    return _EFFECTS[correction.kind](correction, actor, on)


def legs_ahead(correction: Correction) -> list[LegSpec]:
    """What the signature would post, where that is known beforehand; for whoever signs to see."""
    fund, line = correction.fund_id or "", correction.line
    if correction.kind == C.OPENING:
        return _legs_of_opening(correction)
    if correction.kind == C.PAY_BACK and correction.item is not None:
        fund = correction.item.fund_id or ""
    if correction.undoes is not None and correction.undoes.posted is not None:
        return _mirrored(correction.undoes.posted.key)
    if correction.receipt is not None:
        return _mirrored(correction.receipt.ledger_key)
    if correction.kind == C.UNDO_MATCH and correction.transaction is not None:
        posted = correction.transaction
        return _mirrored(posted.key) if posted.kind in _OF_A_MOVEMENT else []
    if correction.kind not in _KINDS or line is None:
        return []
    return legs_of(_other_side(correction, line), line, fund, correction.district_id)


def _mirrored(key: str) -> list[LegSpec]:
    legs = Leg.objects.filter(transaction__key=key).order_by("position")
    return [
        LegSpec(
            account_code=leg.account_id,
            fund=leg.fund_id,
            district=leg.district_code,
            debit_fen=leg.credit_fen,
            credit_fen=leg.debit_fen,
        )
        for leg in legs
    ]


def _other_side(correction: Correction, line: StatementLine) -> str:
    came_in = line.amount_fen > 0
    if correction.kind == C.SUSPENSE:
        return "suspense_in" if came_in else "suspense_out"
    if correction.kind == C.PAY_BACK:
        # It takes back what lies there: money out what came in unidentified, money in what left.
        return "suspense_out" if came_in else "suspense_in"
    return correction.kind


def _book_movement(correction: Correction, actor: Actor, on: date) -> Transaction:
    made_after_all = is_made_after_all(correction)
    line = _locked_line(correction, actor, matched=made_after_all)
    if made_after_all:
        undo_match(actor, StatementMatch.objects.get(line=line), reason=correction.explanation)
    fund = correction.fund_id
    if correction.kind == C.PAY_BACK:
        item = _clear_item(correction)
        fund = item.fund_id
    posted = ledger.post(
        correction.key,
        posting_day(line.booked_on, on),
        _KINDS[correction.kind],
        correction.explanation,
        legs_of(_other_side(correction, line), line, fund or "", correction.district_id),
        posted_by_id=actor.user_id,
        subject_type="banking.statementline",
        subject_id=line.pk,
    )
    _match(line, posted, actor)
    return posted


def _name_posting(correction: Correction, actor: Actor, _on: date) -> None:
    line = _locked_line(correction, actor)
    if correction.transaction is None:
        return
    entry = entry_posted_by(correction.transaction)
    if entry is None:
        _match(line, correction.transaction, actor)
        return
    # The batch is closed by the movements of its payments.
    StatementMatch.objects.create(
        line=line, kind=MatchKind.PAYMENT, entry=entry, matched_by_id=actor.account_id
    )


def _clear(correction: Correction, actor: Actor, on: date) -> Transaction:
    item = _clear_item(correction)
    line = _locked_line(correction, actor, matched=True)
    posted = Transaction.objects.get(pk=item.posted_id or 0)
    undo_match(actor, StatementMatch.objects.get(line=line), reason=correction.explanation)
    reversal = ledger.reverse(
        posted, correction.key, posting_day(posted.on, on), correction.explanation, posted_by_id=actor.user_id
    )
    if correction.recovery is not None:
        _require_finance(actor)
        receipt = receive_recovery(
            actor,
            correction.recovery,
            amount_fen=line.amount_fen,
            received_on=posting_day(line.booked_on, on),
            bank_serial=line.bank_serial,
            key=correction.key,
            on=on,
        )
        StatementMatch.objects.create(
            line=line, kind=MatchKind.RECEIPT, receipt=receipt, matched_by_id=actor.account_id
        )
    return reversal


def _never_paid(correction: Correction, actor: Actor, on: date) -> None:
    _require_finance(actor)
    if correction.order is not None:
        reason = Opinion(reason=correction.explanation[:300])
        record_return(actor, correction.order.claim, on=on, returned_on=on, opinion=reason)


def _repost(correction: Correction, actor: Actor, on: date) -> Transaction | None:
    order = correction.order
    wrong = postings_in_force(order) if order is not None else [correction.transaction]
    done = None
    for place, posted in enumerate(filter(None, wrong), start=1):
        done = ledger.reverse(
            posted,
            f"{correction.key}:{place}",
            posting_day(posted.on, on),
            correction.explanation,
            posted_by_id=actor.user_id,
        )
    if order is None or order.state != OrderState.PAID or order.paid_on is None:
        return done
    return ledger.post(
        f"{correction.key}:again",
        posting_day(order.paid_on, on),
        "repost",
        correction.explanation,
        _legs_of_order(order),
        posted_by_id=actor.user_id,
        subject_type="claims.claim",
        subject_id=order.claim_id,
    )


def _legs_of_order(order: PaymentOrder) -> list[LegSpec]:
    legs: list[LegSpec] = []
    for fund, fen in order.parts.order_by("fund").values_list("fund_id", "amount_fen"):
        where: dict[str, Any] = {
            "fund": fund,
            "district": order.district_id,
            "subject_type": ORDER,
            "subject_id": order.pk,
        }
        debited, credited = ("payables", "cash") if fen > 0 else ("cash", "payables")
        legs += [
            debit(debited, abs(fen), **where),
            credit(credited, abs(fen), **where),
        ]
    return legs


def _open_account(correction: Correction, actor: Actor, on: date) -> Transaction:
    account = _locked_account(correction.paying_account_id, actor)
    first = account.statements.aggregate(first=Min("from_day"))["first"] or on
    return ledger.post(
        correction.key,
        posting_day(first, on),
        "opening",
        correction.explanation,
        _legs_of_opening(correction),
        posted_by_id=actor.user_id,
        subject_type="banking.payingaccount",
        subject_id=account.pk,
    )


def _legs_of_opening(correction: Correction) -> list[LegSpec]:
    where: dict[str, Any] = {"fund": correction.fund_id or "", "district": correction.district_id}
    more = correction.difference is not None and correction.difference.amount_fen > 0
    debited, credited = ("cash", "opening_balances") if more else ("opening_balances", "cash")
    return [debit(debited, correction.amount_fen, **where), credit(credited, correction.amount_fen, **where)]


def _undo(correction: Correction, actor: Actor, on: date) -> Transaction | None:
    line = _locked_line(correction, actor, matched=True)
    match = StatementMatch.objects.select_related("transaction").get(line=line)
    posted = match.transaction
    undo_match(actor, match, reason=correction.explanation)
    if posted is None or posted.kind not in _OF_A_MOVEMENT:
        return None
    return ledger.reverse(
        posted, correction.key, posting_day(posted.on, on), correction.explanation, posted_by_id=actor.user_id
    )


def _undo_return(correction: Correction, actor: Actor, on: date) -> Transaction | None:
    _require_finance(actor)
    line = _locked_line(correction, actor, matched=True)
    match = StatementMatch.objects.select_related("returned__claim").get(line=line)
    reason = Opinion(reason=correction.explanation[:300])
    if correction.difference is not None and correction.order is not None:
        # The movement is the payment itself, and stays that.
        return undo_return(actor, correction.order, on=on, key=correction.key, opinion=reason)
    if match.returned is None:
        raise Conflict(_("The movement was explained otherwise at this very moment."), code="matched")
    posted = undo_return(actor, match.returned, on=on, key=correction.key, opinion=reason)
    undo_match(actor, match, reason=correction.explanation)
    return posted


def _undo_receipt(correction: Correction, actor: Actor, on: date) -> Transaction:
    _require_finance(actor)
    line = _locked_line(correction, actor, matched=True) if correction.line_id else None
    receipt = RecoveryReceipt.objects.get(pk=correction.receipt_id or 0)
    posted = undo_receipt(actor, receipt, on=on, key=correction.key, reason=correction.explanation)
    # Looked at once the receipt is held: a run may have matched it at this moment.
    match = StatementMatch.objects.filter(receipt=receipt).first()
    if (match.line_id if match else None) != (line.pk if line else None):
        raise Conflict(_("The movement was explained otherwise at this very moment."), code="matched")
    if match is not None:
        undo_match(actor, match, reason=correction.explanation)
    return posted


def _undo_pay_back(correction: Correction, actor: Actor, on: date) -> Transaction:
    line = _locked_line(correction, actor, matched=True)
    posted = _posted_by_mistake(correction)
    match = StatementMatch.objects.filter(line=line, transaction=posted).first()
    item = Correction.objects.select_for_update(of=("self",)).get(pk=correction.item_id or 0)
    if match is None or item.cleared_by_id != correction.undoes_id:
        raise Conflict(_("The movement was explained otherwise at this very moment."), code="matched")
    undo_match(actor, match, reason=correction.explanation)
    reversal = _reversed(posted, correction, actor, on)
    # The database lets the item go back only where the posting is reversed.
    item.cleared_by = None
    item.save(update_fields=["cleared_by"])
    return reversal


def _undo_opening(correction: Correction, actor: Actor, on: date) -> Transaction:
    _locked_account(correction.paying_account_id, actor)
    return _reversed(_posted_by_mistake(correction), correction, actor, on)


def _posted_by_mistake(correction: Correction) -> Transaction:
    wrong = Correction.objects.select_related("posted").get(pk=correction.undoes_id or 0)
    if wrong.posted is None:
        raise Conflict(_("This correction is not undone in this way."), code="not_undone_so")
    return wrong.posted


def _reversed(posted: Transaction, correction: Correction, actor: Actor, on: date) -> Transaction:
    day = posting_day(posted.on, on)
    return ledger.reverse(posted, correction.key, day, correction.explanation, posted_by_id=actor.user_id)


def _clear_item(correction: Correction) -> Correction:
    item = Correction.objects.select_for_update(of=("self",)).get(pk=correction.item_id or 0)
    if item.cleared_by_id is not None:
        raise Conflict(_("This money has left suspense already."), code="item_cleared")
    item.cleared_by = correction
    item.save(update_fields=["cleared_by"])
    return item


def _locked_account(pk: int | None, actor: Actor) -> PayingAccount:
    rows = PayingAccount.objects.visible_to(actor).filter(pk=pk or 0)
    account = rows.select_for_update(of=("self",)).first()
    if account is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    return account


def _locked_line(correction: Correction, actor: Actor, *, matched: bool = False) -> StatementLine:
    """The movement with its account held, which is what everybody locks who explains one."""
    line = StatementLine.objects.get(pk=correction.line_id or 0)
    _locked_account(line.paying_account_id, actor)
    if StatementMatch.objects.filter(line=line).exists() != matched:
        raise Conflict(_("The movement was explained otherwise at this very moment."), code="matched")
    return line


def _match(line: StatementLine, posted: Transaction, actor: Actor) -> None:
    StatementMatch.objects.create(
        line=line, kind=MatchKind.POSTING, transaction=posted, matched_by_id=actor.account_id
    )


def _require_finance(actor: Actor) -> None:
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(
            _("This correction changes a claim: another person of finance signs it."), code="not_your_step"
        )


_EFFECTS: dict[str, Callable[[Correction, Actor, date], Transaction | None]] = {
    C.CHARGE: _book_movement,
    C.INTEREST: _book_movement,
    C.SUSPENSE: _book_movement,
    C.PAY_BACK: _book_movement,
    C.POSTING: _name_posting,
    C.CLEAR: _clear,
    C.NEVER_PAID: _never_paid,
    C.REPOST: _repost,
    C.OPENING: _open_account,
    C.UNDO_MATCH: _undo,
    C.UNDO_RETURN: _undo_return,
    C.UNDO_RECEIPT: _undo_receipt,
    C.UNDO_PAY_BACK: _undo_pay_back,
    C.UNDO_OPENING: _undo_opening,
}
