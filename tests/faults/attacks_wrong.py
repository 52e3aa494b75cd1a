"""Attacks on corrections that undo others or were overtaken, and on matches that were undone.

A movement that was parted from what it was taken for is not taken for it again; what two persons signed is
taken back once and by two persons; and nothing is signed as it was written where it is otherwise by then.
"""

from datetime import timedelta

from django.db import transaction

from apps.banking.fake_bank import FakeBank
from apps.banking.models import PayingAccount, StatementLine, StatementMatch, UndoneMatch
from apps.banking.services.match_lines import match_open_lines, match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.banking.services.undo_match import undo_match
from apps.casework.engine import Opinion
from apps.claims.models import Claim
from apps.core import clock
from apps.core.models import Job, JobState
from apps.ledger import services as ledger
from apps.ledger.models import AccountingPeriod
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_payment
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.obstacles import corrections_under_way
from apps.reconciliation.services import correct
from apps.reconciliation.services.reconcile import reconcile
from apps.reconciliation.services.undo_correction import request_undoing_of
from tests.factories.recoveries import paper as document
from tests.faults.attacks import acted, copy_row, first_order, released, run, sent
from tests.faults.attacks_undoing import undone
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import DISTRICT, PAPER, Town, appropriate

FUND = "special_account"
FEN = 123_45
LATER = FIRST_DAY + timedelta(days=20)


def _account(town: Town) -> PayingAccount:
    return PayingAccount.objects.get(pk=town.account_id)


def moved(town: Town, bank: FakeBank, fen: int, payer: str, reference: str, after: int = 1) -> StatementLine:
    """The bank moves money on its own, and the statement of that day is taken in."""
    day = town.stated_to + timedelta(days=after)
    serial = bank.receive(town.account_number, fen, day, payer=payer, reference=reference).serial
    content = bank.statement(town.account_number, day, day)
    take_statement(town.maker, _account(town), content, name="对账单.csv", on=FIRST_DAY)
    return StatementLine.objects.get(bank_serial=serial)


def reconciled() -> None:
    job = Job.objects.create(
        kind="reconciliation.run", params={}, state=JobState.RUNNING, send_after=clock.now()
    )
    reconcile(job, on=LATER)


def difference(kind: str, **about: object) -> Break:
    """The difference of this kind that stands."""
    return Break.objects.filter(state__in=["open", "explained"]).get(kind=kind, **about)


def asked(town: Town, row: Break, kind: str, **more: object) -> Correction:
    wanted = correct.Wanted(kind, "银行函", "银行已确认", **more)
    return correct.request_correction(town.finance, row, wanted, upload=document(), on=LATER)


def signed(town: Town, paper: Correction) -> Correction:
    done = correct.sign_correction(town.checker, paper, on=LATER)
    done.refresh_from_db()
    return done


def asked_to_undo(town: Town, wrong: Correction, kind: str) -> Correction:
    wanted = correct.Wanted(kind=kind, document="来函", explanation="更正有误")
    return request_undoing_of(town.finance, wrong, wanted, upload=document(), on=LATER)


def asked_to_part(town: Town, line: StatementLine) -> Correction:
    wanted = correct.Wanted(kind="undo_match", document="来函", explanation="核销有误")
    return correct.request_undoing(town.finance, line, wanted, upload=document(), on=LATER)


def paid_back(town: Town) -> tuple[Correction, Correction]:
    """A stranger's money in suspense, and what counts as having paid it back; both signed."""
    bank = town.fresh_bank()
    moved(town, bank, FEN, "某公司", "往来款")
    reconciled()
    item = signed(town, asked(town, difference("line_in"), "suspense", fund=FUND))
    moved(town, bank, -FEN, "某公司", "退往来款", after=2)
    reconciled()
    back = signed(town, asked(town, difference("line_out"), "pay_back", item=item.pk))
    item.refresh_from_db()
    return item, back


def opened(town: Town) -> Correction:
    """What the books hold and the bank never had, as an opening balance of the account, signed."""
    reconciled()
    return signed(town, asked(town, difference("balance"), "opening", fund=FUND))


# What was signed wrongly is undone once, by its own kind, and by a correction.


def undo_a_correction_twice(town: Town, _owner: Owner) -> None:
    _item, back = paid_back(town)
    paper = signed(town, asked_to_undo(town, back, "undo_payback"))
    with acted(town.finance, "create"):
        copy_row(
            "reconciliation_correction", f"id = {paper.pk}", number="number || 'x'", state="'draft'",
            posted_id="NULL", signed_by_id="NULL", signed_on="NULL",
        )  # fmt: skip


def undo_nothing_named(town: Town, _owner: Owner) -> None:
    _item, back = paid_back(town)
    with acted(town.finance, "create"):
        copy_row(
            "reconciliation_correction", f"id = {back.pk}", number="number || 'x'", state="'draft'",
            kind="'undo_payback'", posted_id="NULL", signed_by_id="NULL", signed_on="NULL",
        )  # fmt: skip


def correct_nothing(town: Town, _owner: Owner) -> None:
    """A correction of no difference, no match and no other correction: whatever it posts, nobody asked."""
    _item, back = paid_back(town)
    with acted(town.finance, "create"):
        copy_row(
            "reconciliation_correction", f"id = {back.pk}", number="number || 'x'", state="'draft'",
            kind="'charge'", difference_id="NULL", posted_id="NULL", signed_by_id="NULL", signed_on="NULL",
        )  # fmt: skip


def undo_at_the_same_time(town: Town, _owner: Owner) -> None:
    """Two corrections that part one movement from what it was taken for wait for their signature."""
    line = _charged(town)
    paper = asked_to_part(town, line)
    with acted(town.finance, "create"):
        copy_row("reconciliation_correction", f"id = {paper.pk}", number="number || 'x'", state="'draft'")


def undo_as_another_kind(town: Town, _owner: Owner) -> None:
    """The posting is reversed, and the money does not lie in suspense again."""
    _item, back = paid_back(town)
    signed(town, asked_to_undo(town, back, "undo_opening"))


def back_to_suspense_alone(town: Town, _owner: Owner) -> None:
    item, _back = paid_back(town)
    run("UPDATE reconciliation_correction SET cleared_by_id = NULL WHERE id = %s", item.pk)


def back_to_suspense_with_another(town: Town, _owner: Owner) -> None:
    """Another item's payment was undone; this one's stands."""
    item, back = paid_back(town)
    signed(town, asked_to_undo(town, back, "undo_payback"))
    reconciled()
    row = difference("line_out")
    again = signed(town, asked(town, row, "pay_back", item=item.pk))
    item.refresh_from_db()
    if item.cleared_by_id != again.pk:
        raise LookupError("the money was not paid back again")
    run("UPDATE reconciliation_correction SET cleared_by_id = NULL WHERE id = %s", item.pk)


def undo_an_opening_that_a_movement_shows(town: Town, _owner: Owner) -> None:
    wrong = opened(town)
    posted = wrong.posted
    assert posted is not None
    fen = sum(leg.debit_fen - leg.credit_fen for leg in posted.legs.filter(account="cash"))
    line = moved(town, town.fresh_bank(), fen, "某公司", "往来")
    reconciled()
    kind = "line_in" if fen > 0 else "line_out"
    signed(town, asked(town, difference(kind, line=line), "posting", transaction=posted.pk))
    signed(town, asked_to_undo(town, wrong, "undo_opening"))


# What was overtaken between entry and signature.


def open_with_more_than_differs(town: Town, _owner: Owner) -> None:
    reconciled()
    row = difference("balance")
    paper = asked(town, row, "opening", fund=FUND)
    half = row.amount_fen // 2
    place = {"fund": FUND, "district": DISTRICT}
    sides = ("cash", "opening_balances") if half > 0 else ("opening_balances", "cash")
    legs = [ledger.debit(sides[0], abs(half), **place), ledger.credit(sides[1], abs(half), **place)]
    about = {"subject_type": "banking.payingaccount", "subject_id": town.account_id}
    ledger.post("attack", FIRST_DAY, "opening", "attack", legs, **about)
    reconciled()
    signed(town, paper)


def reverse_what_a_movement_shows(town: Town, _owner: Owner) -> None:
    place = {"fund": FUND, "district": DISTRICT}
    legs = [ledger.debit("cash", FEN, **place), ledger.credit("bank_interest", FEN, **place)]
    posted = ledger.post("attack", FIRST_DAY, "bank_interest", "attack", legs)
    moved(town, town.fresh_bank(), FEN, "某公司", "往来")
    reconciled()
    paper = asked(town, difference("posting_unseen", transaction=posted), "repost")
    signed(town, asked(town, difference("line_in"), "posting", transaction=posted.pk))
    signed(town, paper)


def undo_a_payment_that_a_movement_shows(town: Town, _owner: Owner) -> None:
    """The bank was thought not to have paid; the statement that shows it comes before the signature."""
    batch, bank = sent(town)
    take_result(town.maker, batch, bank.result(batch.number), name="回盘.csv", on=FIRST_DAY)
    order = PaymentOrder.objects.get(entries__batch=batch, entries__live=True)
    reconciled()
    paper = asked(town, difference("result_unseen", order=order), "never_paid")
    content = bank.statement(town.account_number, town.stated_to + timedelta(days=1), FIRST_DAY)
    take_statement(town.maker, _account(town), content, name="对账单.csv", on=FIRST_DAY)
    if not StatementMatch.objects.filter(entry__order=order).exists():
        raise LookupError("the statement does not show the payment")
    signed(town, paper)


def part_from_something_else(town: Town, _owner: Owner) -> None:
    """The movement is a posting by now that the correction does not speak of."""
    line = _charged(town)
    paper = asked_to_part(town, line)
    place = {"fund": FUND, "district": DISTRICT}
    legs = [ledger.debit("bank_charges", 15_00, **place), ledger.credit("cash", 15_00, **place)]
    other = ledger.post("attack", FIRST_DAY, "bank_charge", "attack", legs)
    with transaction.atomic():
        undo_match(town.finance, StatementMatch.objects.get(line=line), reason="attack")
        StatementMatch.objects.create(
            line=line, kind="posting", transaction=other, matched_by_id=town.finance.user_id
        )
    signed(town, paper)


def close_a_month_that_is_corrected(town: Town, _owner: Owner) -> None:
    """A movement of the month is about to be parted from its posting, and the month does not wait for it."""
    asked_to_part(town, _charged(town))
    month = AccountingPeriod(month=FIRST_DAY.replace(day=1))
    waiting = list(corrections_under_way(month))
    if waiting:
        raise AssertionError(waiting[0].code)


# A movement that was parted from something is not taken for it again.


def _charged(town: Town) -> StatementLine:
    """A charge that the rule booked by the bank's words."""
    line = moved(town, town.fresh_bank(), -15_00, "", "汇划费")
    reconciled()
    return line


def _parted(town: Town, line: StatementLine) -> None:
    signed(town, asked_to_part(town, line))


def _matched_again(line: StatementLine) -> None:
    if not StatementMatch.objects.filter(line=line).exists():
        raise AssertionError("a person says what it is")


def charge_again(town: Town, _owner: Owner) -> None:
    line = _charged(town)
    _parted(town, line)
    reconciled()
    _matched_again(line)


def document_again(town: Town, _owner: Owner) -> None:
    appropriate(town.city_finance, FUND, FEN, key="attack", on=FIRST_DAY)
    line = moved(town, town.fresh_bank(), FEN, "市财政局", PAPER)
    reconciled()
    _parted(town, line)
    reconciled()
    _matched_again(line)


def serial_again(town: Town, _owner: Owner) -> None:
    """A payment recorded by hand under the bank's serial number."""
    order = released(town)
    line = moved(town, town.fresh_bank(), -order.amount_fen, "企业", "往来")
    claim = Claim.objects.get(pk=order.claim_id)
    record_payment(town.finance, claim, on=FIRST_DAY, paid_on=FIRST_DAY, bank_serial=line.bank_serial)
    reconciled()
    _parted(town, line)
    reconciled()
    _matched_again(line)


def payment_again(town: Town, _owner: Owner) -> None:
    """The movement bears the bank's number of the payment, and two persons said that it is not this one."""
    match = StatementMatch.objects.get(entry__order=first_order(town))
    line = match.line
    with transaction.atomic():
        undo_match(town.finance, match, reason="attack")
        match_open_lines(town.finance, town.account_id, on=FIRST_DAY)
    _matched_again(line)


def receipt_again(town: Town, _owner: Owner) -> None:
    receipt = undone(town)
    line = UndoneMatch.objects.get(receipt=receipt).line
    with transaction.atomic():
        match_open_lines(town.finance, town.account_id, on=FIRST_DAY)
    _matched_again(line)


def return_again(town: Town, _owner: Owner) -> None:
    """The payment came back otherwise, as was recorded by hand; this movement was not it."""
    from apps.payouts.services.record_return import record_return

    order = first_order(town)
    bank = town.fresh_bank()
    day = town.stated_to + timedelta(days=1)
    bank.give_back(order.number, day)
    content = bank.statement(town.account_number, day, day)
    take_statement(town.maker, _account(town), content, name="对账单.csv", on=FIRST_DAY)
    line = StatementLine.objects.get(statement__paying_account=_account(town), match=None)
    match_return(town.finance, line, on=FIRST_DAY)
    wanted = correct.Wanted(kind="undo_return", document="来函", explanation="并非退汇")
    signed(town, correct.request_undoing(town.finance, line, wanted, upload=document(), on=FIRST_DAY))
    claim = Claim.objects.get(pk=order.claim_id)
    record_return(town.finance, claim, on=FIRST_DAY, returned_on=day, opinion=Opinion(reason="退汇"))
    reconciled()
    _matched_again(line)
