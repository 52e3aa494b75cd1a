"""Attacks on what corrections take back: receipts undone or counted twice, agreements, a return."""

from datetime import timedelta

from apps.banking.models import PayingAccount, StatementLine, StatementMatch, UndoneMatch
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.claims.models import Claim
from apps.payouts.models import InstalmentAgreement, PaymentOrder, Recovery, RecoveryReceipt, UndoneReceipt
from apps.payouts.services.agree_instalments import request_agreement, sign_agreement
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.record_return import record_return
from apps.payouts.services.release_payment import release_payment
from apps.reconciliation.services import correct
from tests.factories.recoveries import paper as document
from tests.faults.attacks_papers import owed
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import Town


def received(town: Town, recovery: Recovery | None = None, fen: int = 0) -> RecoveryReceipt:
    """Money that names a notice, found in a statement: half of it, or so much."""
    found = recovery or owed(town)
    bank = town.fresh_bank()
    day = town.stated_to + timedelta(days=1)
    fen = fen or found.amount_fen // 2
    bank.receive(town.account_number, fen, day, payer="企业", reference=found.number)
    content = bank.statement(town.account_number, day, day)
    account = PayingAccount.objects.get(pk=town.account_id)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)
    return RecoveryReceipt.objects.get(recovery=found)


def undone(town: Town) -> RecoveryReceipt:
    """It was received for the wrong notice, and two persons undid it."""
    receipt = received(town)
    _undone_by_two(town, receipt)
    return receipt


def _undo(town: Town, receipt: RecoveryReceipt, key: str) -> None:
    UndoneReceipt.objects.create(
        receipt=receipt, key=key, undone_on=FIRST_DAY, undone_by_id=town.finance.user_id, reason="attack"
    )


def undo_twice(town: Town, _owner: Owner) -> None:
    """The money goes back once more, while other money is there for it."""
    receipt = undone(town)
    _record(town, receipt, bank_serial="another")
    _undo(town, receipt, "attack")


def _record(town: Town, receipt: RecoveryReceipt, **more: object) -> None:
    about = {"bank_serial": receipt.bank_serial, "amount_fen": receipt.amount_fen} | more
    RecoveryReceipt.objects.create(
        recovery_id=receipt.recovery_id, key="attack", received_on=FIRST_DAY,
        recorded_by_id=town.finance.user_id, **about,
    )  # fmt: skip


def serial_twice(town: Town, _owner: Owner) -> None:
    _record(town, received(town), amount_fen=1)


def in_place_of_one_that_counts(town: Town, _owner: Owner) -> None:
    receipt = received(town)
    _record(town, receipt, amount_fen=1, instead_of=receipt)


def match_what_was_undone(town: Town, _owner: Owner) -> None:
    receipt = undone(town)
    line = UndoneMatch.objects.get(receipt=receipt).line
    StatementMatch.objects.create(
        line=line, kind="receipt", receipt=receipt, matched_by_id=town.finance.user_id
    )


def unmatch_what_counts(town: Town, _owner: Owner) -> None:
    match = received(town).matches.get()
    UndoneMatch.objects.create(
        match_id=match.pk, line=match.line, kind=match.kind, receipt=match.receipt,
        matched_by=match.matched_by, matched_at=match.matched_at, undone_by_id=town.finance.user_id,
        reason="attack",
    )  # fmt: skip
    match.delete()


def _agreed(town: Town, recovery: Recovery) -> InstalmentAgreement:
    """Two instalments over what is open, signed."""
    half = recovery.open_fen // 2
    schedule = [(FIRST_DAY, half), (FIRST_DAY + timedelta(days=9), recovery.open_fen - half)]
    paper = request_agreement(
        town.finance, recovery, schedule=schedule, document="分期协议", upload=document(), on=FIRST_DAY
    )
    return sign_agreement(town.supervisor, paper, on=FIRST_DAY)


def _undone_by_two(town: Town, receipt: RecoveryReceipt) -> None:
    wanted = correct.Wanted(kind="undo_receipt", document="来函", explanation="另一家企业")
    line = receipt.matches.get().line
    paper = correct.request_undoing(town.finance, line, wanted, upload=document(), on=FIRST_DAY)
    correct.sign_correction(town.checker, paper, on=FIRST_DAY)


def keep_an_agreement_over_the_rest(town: Town, _owner: Owner) -> None:
    """It was agreed over what the money left, and goes on although more is owed now."""
    receipt = received(town)
    agreement = _agreed(town, receipt.recovery)
    _undone_by_two(town, receipt)
    agreement.refresh_from_db()
    if agreement.state == "lapsed":
        raise AssertionError("the agreement fell with the receipt")


def end_an_agreement_for_good(town: Town, _owner: Owner) -> None:
    """The money that fulfilled it is taken back, and nobody waits for the instalments any more."""
    found = owed(town)
    agreement = _agreed(town, found)
    receipt = received(town, found, found.amount_fen)
    _undone_by_two(town, receipt)
    agreement.refresh_from_db()
    if agreement.state == "in_force":
        raise AssertionError("the agreement holds again")


def undo_a_return_after_a_new_release(town: Town, _owner: Owner) -> None:
    """The money was paid once more, and sent back as well; the first payment shall count again."""
    order = PaymentOrder.objects.select_related("claim").get(number=town.order_number)
    bank = town.fresh_bank()
    day = town.stated_to + timedelta(days=1)
    bank.give_back(order.number, day)
    content = bank.statement(town.account_number, day, day)
    account = PayingAccount.objects.get(pk=town.account_id)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)
    line = StatementLine.objects.get(statement__paying_account=account, match=None)
    match_return(town.finance, line, on=FIRST_DAY)
    claim = release_payment(town.finance, Claim.objects.get(pk=order.claim_id), on=FIRST_DAY)
    claim = record_payment(town.finance, claim, on=FIRST_DAY, paid_on=FIRST_DAY, bank_serial="attack")
    again = Opinion(reason="账号已销户")
    record_return(town.finance, claim, on=FIRST_DAY, returned_on=FIRST_DAY, opinion=again)
    wanted = correct.Wanted(kind="undo_return", document="来函", explanation="并非退汇")
    paper = correct.request_undoing(town.finance, line, wanted, upload=document(), on=FIRST_DAY)
    correct.sign_correction(town.checker, paper, on=FIRST_DAY)
