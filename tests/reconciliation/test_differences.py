"""Every kind of difference: planted, found once, kept under its key, and gone when it is gone.

What the services refuse is planted by the owner of the tables, past triggers.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from apps.banking.models import PaymentBatch, ResultLine, StatementLine, StatementMatch
from apps.banking.services.match_lines import match_return
from apps.claims.models import Claim
from apps.ledger.models import Transaction
from apps.ledger.selectors import trial_balance
from apps.ledger.services import post, reverse
from apps.payouts.models import PaymentOrder, PaymentPart, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_payment
from apps.reconciliation import selectors
from apps.reconciliation.enums import BreakKind
from apps.reconciliation.models import Break, BreakEvent
from tests.banking.test_statements import recovering
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.ledger import two_legs
from tests.ground import stands
from tests.ledger.conftest import refused_by, run

pytestmark = pytest.mark.django_db


@pytest.fixture
@stands
def of():
    """Two payments that every side agrees on."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    make.stated(found)
    return found


@contextmanager
def planting(*tables):
    """As the owner, with the guards of these tables off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(f"SET LOCAL ROLE {settings.APP_DB_ROLE}")


def found_kinds(on=make.MUCH_LATER):
    make.run(on)
    return {kind: (row.ours_fen, row.theirs_fen) for kind, row in make.standing().items()}


def order_of(_of):
    return PaymentOrder.objects.order_by("id").first()


def days_apart(of):
    """How far the sides lie apart on each day of payment, in fen."""
    rows = selectors.sum_rows(selectors.sums(of.maker, "day"), "day", {})
    return {row.key: row.difference_fen for row in rows}


def test_nothing_is_found_where_nothing_is_planted(of):
    assert found_kinds() == {}


# The bank. ------------------------------------------------------------------------------------------


def test_a_payment_that_no_statement_shows_is_timing_and_then_a_difference():
    of = make.opened(banking.treasury())
    make.paid(of)
    make.run(ON + timedelta(days=1))
    row = Break.objects.get(kind="result_unseen")
    assert (row.state, row.rule, row.ours_fen) == ("explained", "timing", -order_of(of).amount_fen)
    assert "result_unseen" in found_kinds()
    again = Break.objects.get(kind="result_unseen")
    assert (again.pk, again.first_seen, again.last_seen) == (row.pk, ON + timedelta(days=1), make.MUCH_LATER)
    make.stated(of)
    make.run()
    again.refresh_from_db()
    assert (again.state, again.closed_on) == ("gone", make.MUCH_LATER)
    states = list(BreakEvent.objects.filter(difference=again).order_by("id").values_list("state", flat=True))
    assert states == ["explained", "open", "gone"]


def test_a_payment_by_hand_is_found_by_its_serial_number():
    of = banking.treasury(payments=2)
    one, two = of.claims
    for claim, serial in ((one, "HAND-1"), (two, "HAND-2")):
        record_payment(of.maker, claim, on=ON, paid_on=ON, bank_serial=serial)
    bank, number = of.bank, of.account.account_number
    bank.open_account(number, of.account.account_name, 20_000_000_00)
    moved = bank.book.move(number, ON, -order_of(of).amount_fen, counterparty_name="甲", reference="补贴")
    moved.serial = "HAND-1"
    make.stated(of)
    assert found_kinds()["order_unseen"] == (-PaymentOrder.objects.get(claim=two).amount_fen, 0)
    assert StatementMatch.objects.get(rule="own_serial").transaction.key.startswith("order:")
    assert Break.objects.filter(kind="order_unseen").count() == 1


def test_a_payment_by_hand_before_the_first_statement_lies_in_its_opening_balance():
    of = banking.treasury(payments=2)
    one, two = of.claims
    record_payment(of.maker, one, on=ON, paid_on=ON, bank_serial="HAND-1")
    assert found_kinds() == {}
    held = sum(row.debit_fen - row.credit_fen for row in trial_balance(ON) if row.account.pk == "cash")
    of.bank.open_account(of.account.account_number, of.account.account_name, held)
    day = ON + timedelta(days=1)
    make.stated(of, day, day)
    record_payment(of.maker, two, on=day, paid_on=day, bank_serial="HAND-2")
    assert found_kinds() == {"order_unseen": (-PaymentOrder.objects.get(claim=two).amount_fen, 0)}
    # Nothing differs on the day that no statement can show.
    assert days_apart(of) == {ON: 0, day: PaymentOrder.objects.get(claim=two).amount_fen}


def test_a_payment_that_came_back_and_was_paid_again_counts_once_in_the_sums(of):
    order = order_of(of)
    of.bank.give_back(order.number, make.LATER + timedelta(days=1))
    day = make.LATER + timedelta(days=1)
    statement = make.stated(of, day, day)
    match_return(of.maker, statement.lines.get(), on=day)
    make.run()
    assert set(days_apart(of).values()) == {0}


@pytest.mark.parametrize(("fen", "kind"), [(77_00, "line_in"), (-77_00, "line_out")])
def test_money_that_nothing_explains(of, fen, kind):
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, fen, day, payer="某公司", reference="往来")
    make.stated(of, day, day)
    assert found_kinds() == {kind: (0, fen)}


@pytest.mark.parametrize(("fen", "word", "rule"), [(-12_00, "汇划费", "charge"), (3_45, "结息", "interest")])
def test_small_charges_and_interest_are_booked_by_rule(of, fen, word, rule):
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, fen, day, payer="", reference=word)
    make.stated(of, day, day)
    assert found_kinds() == {}
    posted = Transaction.objects.get(kind=f"bank_{rule}")
    assert (posted.on, StatementMatch.objects.get(rule=rule).transaction) == (day, posted)
    make.run()
    assert Transaction.objects.filter(kind=f"bank_{rule}").count() == 1
    assert make.broken() == []


@pytest.mark.parametrize(
    ("fen", "word", "kind"), [(-700_00, "手续费", "charge"), (200_000_00, "结息", "interest")]
)
def test_charges_and_interest_above_the_limit_are_differences(of, fen, word, kind):
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, fen, day, payer="北京银行朝阳支行", reference=word)
    make.stated(of, day, day)
    assert found_kinds() == {kind: (0, fen)}


def test_a_company_that_writes_interest_is_not_the_bank(of):
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 3_45, day, payer="某公司", reference="利息")
    make.stated(of, day, day)
    assert found_kinds() == {"line_in": (0, 3_45)}


def test_a_movement_before_its_result_file_is_closed_by_rule_until_it_is_late():
    of = make.opened(banking.treasury())
    banking.sent(of)
    make.stated(of)
    make.run(ON + timedelta(days=1))
    row = Break.objects.get(kind="line_out")
    assert (row.state, row.rule) == ("explained", "result_awaited")
    assert "line_out" in found_kinds()


def test_the_bank_moved_another_amount():
    of = make.opened(banking.treasury())
    make.paid(of)
    number, order = of.account.account_number, order_of(of)
    with_other(of, number, order)
    found = found_kinds()
    assert found["line_amount"] == (-order.amount_fen, -order.amount_fen - 1)
    assert "result_unseen" not in found


def with_other(of, number, order):
    """The statement shows one fen more than was ordered, under another serial number."""
    for movement in of.bank.book.movements:
        if movement.amount_fen == -order.amount_fen:
            movement.amount_fen -= 1
            movement.serial = "OTHER-1"
    make.stated(of)
    assert StatementLine.objects.filter(bank_serial="OTHER-1", paying_account=of.account).exists(), number


def test_a_match_of_another_amount_and_one_of_another_month(of):
    match = StatementMatch.objects.filter(kind="payment").order_by("id").first()
    with planting("banking_statementline") as cursor:
        cursor.execute(
            "UPDATE banking_statementline SET amount_fen = amount_fen - 1 WHERE id = %s", [match.line_id]
        )
    assert "match_amount" in found_kinds()
    with planting("banking_statementline") as cursor:
        cursor.execute(
            "UPDATE banking_statementline SET amount_fen = amount_fen + 1, booked_on = booked_on + 30"
            " WHERE id = %s",
            [match.line_id],
        )
    assert "day_differs" in found_kinds()


def test_a_receipt_that_no_statement_shows():
    of = make.opened(banking.treasury())
    make.paid(of)
    make.stated(of)
    recovery = recovering(of)
    receive_recovery(
        of.maker, recovery, amount_fen=100, received_on=make.LATER, bank_serial="R-1", key="r", on=make.LATER
    )
    assert found_kinds()["receipt_unseen"] == (100, 0)
    day = make.LATER + timedelta(days=1)
    moved = of.bank.receive(of.account.account_number, 100, day, payer="甲", reference="退回")
    moved.serial = "R-1"
    make.stated(of, day, day)
    assert found_kinds() == {}
    assert StatementMatch.objects.get(kind="receipt").rule == "own_serial"


def test_a_posting_of_cash_that_no_statement_shows(of):
    legs = two_legs(9_00, debited="cash", credited="appropriations", district=of.district)
    posted = post("odd:1", ON + timedelta(days=1), "appropriation", "补充拨款", legs)
    assert found_kinds() == {"posting_unseen": (9_00, 0)}
    make.corrected(of, make.standing()["posting_unseen"], "repost")
    assert posted.reversals.count() == 1
    assert found_kinds() == {}


def test_the_balance_of_an_account_that_held_money_before_is_booked_as_its_opening():
    of = banking.treasury()
    of.bank.open_account(of.account.account_number, of.account.account_name, 500_00)
    for _fund in range(2):
        of.bank.receive(
            of.account.account_number, 10_000_000_00, ON, payer="市财政局", reference="京财社〔2023〕1号"
        )
    make.paid(of)
    make.stated(of)
    found = found_kinds()
    assert found["balance"][1] - found["balance"][0] == 500_00
    make.corrected(of, make.standing()["balance"], "opening", fund="special_account")
    assert found_kinds() == {}
    assert make.broken() == []


# Our own books. -------------------------------------------------------------------------------------


def test_a_result_of_another_amount(of):
    line = ResultLine.objects.order_by("id").first()
    with planting("banking_resultline") as cursor:
        cursor.execute("UPDATE banking_resultline SET amount_fen = amount_fen + 1 WHERE id = %s", [line.pk])
    assert found_kinds() == {"result_amount": (-line.amount_fen, -line.amount_fen - 1)}


def test_a_result_that_contradicts_the_order(of):
    line = ResultLine.objects.order_by("id").first()
    with planting("banking_resultline") as cursor:
        cursor.execute(
            "UPDATE banking_resultline SET outcome = 'failed', bank_serial = '' WHERE id = %s", [line.pk]
        )
    assert found_kinds() == {"result_state": (-line.amount_fen, 0)}


def test_a_batch_with_another_total(of):
    batch = PaymentBatch.objects.get()
    with planting("banking_paymentbatch") as cursor:
        cursor.execute("UPDATE banking_paymentbatch SET total_fen = total_fen + 1 WHERE id = %s", [batch.pk])
    assert found_kinds() == {"batch_total": (-batch.total_fen, -batch.total_fen - 1)}


def test_a_claim_that_comes_to_something_else_than_its_orders(of):
    claim = Claim.objects.order_by("id").first()
    with planting("claims_claim") as cursor:
        cursor.execute(
            "UPDATE claims_claim SET pay_fen = pay_fen + 1, net_fen = net_fen + 1 WHERE id = %s", [claim.pk]
        )
    assert found_kinds() == {"claim_paid": (-claim.net_fen - 1, -claim.net_fen)}
    row = Break.objects.get(kind="claim_paid")
    assert row.owner_role == "district_supervisor"


def test_a_paid_order_without_a_posting_is_posted_again(of):
    order = order_of(of)
    reverse(Transaction.objects.get(key=f"order:{order.pk}:paid"), "lost", ON, "误冲")
    assert found_kinds() == {"ledger_missing": (-order.amount_fen, 0)}
    make.corrected(of, make.standing()["ledger_missing"], "repost")
    assert found_kinds() == {}
    assert make.broken() == []


def test_a_posting_without_a_paid_order_is_reversed(of):
    legs = two_legs(
        5_00,
        debited="payables",
        credited="cash",
        district=of.district,
        subject_type="payouts.paymentorder",
        subject_id=2**40,
    )
    post("ghost", ON, "payment", "不存在的付款单", legs)
    assert found_kinds() == {"ledger_unfounded": (0, -5_00)}
    make.corrected(of, make.standing()["ledger_unfounded"], "repost")
    assert found_kinds() == {}


def test_a_posting_of_another_amount_is_reversed_and_posted_again(of):
    order = order_of(of)
    about = {"subject_type": "payouts.paymentorder", "subject_id": order.pk}
    legs = two_legs(1, debited="payables", credited="cash", district=of.district, **about)
    post("one-fen", ON, "payment", "多记一分", legs)
    assert found_kinds() == {"ledger_amount": (-order.amount_fen, -order.amount_fen - 1)}
    make.corrected(of, make.standing()["ledger_amount"], "repost")
    assert found_kinds() == {}


def test_a_split_over_the_funds_that_differs(of):
    part = PaymentPart.objects.order_by("id").first()
    other = "employment_fund" if part.fund_id == "special_account" else "special_account"
    about = {"subject_type": "payouts.paymentorder", "subject_id": part.order_id, "district": of.district}
    wrong = two_legs(100, debited="payables", credited="cash", fund=other, **about)
    right = two_legs(100, debited="cash", credited="payables", fund=part.fund_id, **about)
    post("split", ON, "payment", "记错资金", [*wrong, *right])
    found = found_kinds()
    assert set(found) == {"fund_split"}
    assert Break.objects.filter(kind="fund_split").count() == 2
    make.corrected(of, make.standing()["fund_split"], "repost")
    assert found_kinds() == {}


def test_a_receipt_and_its_posting_that_differ():
    of = make.opened(banking.treasury())
    make.paid(of)
    make.stated(of)
    recovery = recovering(of)
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 100, day, payer="甲", reference=recovery.number)
    make.stated(of, day, day)
    receipt = RecoveryReceipt.objects.get()
    reverse(Transaction.objects.get(key=f"receipt:{receipt.pk}"), "lost", day, "误冲")
    assert found_kinds()["receipt_ledger"] == (100, 0)


def test_every_kind_has_a_test_here_or_among_the_corrections():
    from pathlib import Path

    folder = Path(__file__).parent
    text = "".join(path.read_text() for path in folder.glob("test_*.py"))
    assert [kind for kind in BreakKind.values if f'"{kind}"' not in text] == []


# The rows. ------------------------------------------------------------------------------------------


def test_a_run_again_keeps_the_rows_and_one_that_comes_back_is_the_same(of):
    order = order_of(of)
    reverse(Transaction.objects.get(key=f"order:{order.pk}:paid"), "lost", ON, "误冲")
    make.run()
    row = Break.objects.get(state="open")
    make.run(make.MUCH_LATER + timedelta(days=1))
    assert Break.objects.get(state="open").pk == row.pk
    assert BreakEvent.objects.filter(difference=row).count() == 1
    again = reverse(Transaction.objects.get(key="lost"), "found", ON, "恢复")
    make.run()
    row.refresh_from_db()
    assert row.state == "gone"
    reverse(again, "lost again", ON, "又误冲")
    make.run()
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("open", None)


def test_the_database_keeps_a_difference_as_it_began(of):
    legs = two_legs(9_00, debited="cash", credited="appropriations", district=of.district)
    post("odd:1", ON + timedelta(days=1), "appropriation", "补充拨款", legs)
    make.run()
    with refused_by("reconciliation_break_stands"):
        run("DELETE FROM reconciliation_break")
    with refused_by("reconciliation_break_stands"):
        run("UPDATE reconciliation_break SET kind = 'balance'")
    with refused_by("break_closed_for_a_reason"):
        run("UPDATE reconciliation_break SET state = 'gone'")
    with refused_by("break_is_the_difference"):
        run("UPDATE reconciliation_break SET amount_fen = 0")
