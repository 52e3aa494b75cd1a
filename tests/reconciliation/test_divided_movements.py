"""A movement that was divided is compared by its parts: every side agrees to 0 fen, and the month closes."""

from datetime import timedelta

import pytest

from apps.accounts.roles import Role
from apps.banking.models import StatementLine, StatementMatch
from apps.banking.parts import division_in_force
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.divide import Part, divide, take_back
from apps.banking.services.match_lines import match_recovery, match_return
from apps.banking.services.take_result import take_result
from apps.casework.engine import Opinion
from apps.core.errors import Refused
from apps.ledger import periods, services
from apps.ledger.models import AccountingPeriod
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_return import record_return
from apps.reconciliation.models import AccountBalance, Break, Compared
from apps.reconciliation.selectors import SIDES
from apps.reconciliation.services.correct import sign_correction
from tests.banking.test_statements import recovering
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

pytestmark = pytest.mark.django_db
SPECIAL = "special_account"
DAY = make.LATER
MONTH = ON.replace(day=1)
END = AccountingPeriod(month=MONTH).last_day
AFTER = END + timedelta(days=5)


@pytest.fixture
@stands
def of():
    """A month in which all sides agree, not compared yet."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    return found


def came_in(of, fen: int, reference: str = "往来款", payer: str = "某公司") -> StatementLine:
    """Money that nothing explains."""
    serial = of.bank.receive(of.account.account_number, fen, DAY, payer=payer, reference=reference).serial
    make.stated(of)
    return StatementLine.objects.get(bank_serial=serial)


def divided(of, line: StatementLine, *parts: tuple[int, str]) -> list[StatementLine]:
    division = divide(of.maker, line, [Part(*part) for part in parts], reason="一笔流水，几件事")
    return list(division.parts.order_by("part"))


def came_back(of, fee_fen: int) -> tuple[PaymentOrder, StatementLine]:
    """A payment that the bank sent back and kept a fee of."""
    order = PaymentOrder.objects.order_by("id")[0]
    serial = of.bank.give_back_together([order.number], DAY, fee_fen=fee_fen).serial
    make.stated(of)
    return order, StatementLine.objects.get(bank_serial=serial)


def agree() -> None:
    """Nothing differs: no difference, no rest of a balance, no invariant, on every day the same sums."""
    make.run()
    assert make.standing() == {}
    assert make.broken() == []
    assert [row.rest_fen for row in AccountBalance.objects.all()] == [0]
    assert all(len({getattr(row, side) for side in SIDES}) == 1 for row in Compared.objects.all())


def closes() -> None:
    """The month is reconciled and closed."""
    make.run(AFTER)
    services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), MONTH, on=AFTER)
    assert services.close_period(accounts.actor(Role.CITY_OFFICER), MONTH, on=AFTER).state == "closed"


def close_batches(of) -> None:
    for batch in of.account.batches.all():
        close_batch(of.maker, batch, on=make.MUCH_LATER)


def test_a_payment_less_its_fee_agrees_once_the_fee_is_signed(of):
    order, line = came_back(of, 5_00)
    back, fee = divided(of, line, (order.amount_fen, order.number), (-5_00, "银行扣收退汇手续费"))
    make.run()
    assert {row.line_id: row.theirs_fen for row in make.standing().values()} == {
        back.pk: order.amount_fen,
        fee.pk: -5_00,
    }
    with pytest.raises(Refused):
        match_return(of.maker, back, on=make.MUCH_LATER)
    make.corrected(of, Break.objects.get(line=fee), "charge", fund=SPECIAL)
    match_return(of.maker, back, on=make.MUCH_LATER)
    agree()
    close_batches(of)
    closes()


def test_two_payments_that_came_back_together_agree(of):
    orders = list(PaymentOrder.objects.order_by("id"))
    serial = of.bank.give_back_together([order.number for order in orders], DAY).serial
    make.stated(of)
    line = StatementLine.objects.get(bank_serial=serial)
    for part in divided(of, line, *((order.amount_fen, order.number) for order in orders)):
        match_return(of.maker, part, on=make.MUCH_LATER)
    agree()
    close_batches(of)
    closes()


def test_more_than_two_notices_want_agrees_and_the_rest_is_paid_back(of):
    notices = [recovering(of, place) for place in (0, 1)]
    owed = [notice.amount_fen for notice in notices]
    line = came_in(of, sum(owed) + 7_00, " ".join(notice.number for notice in notices))
    wanted = [(notice.amount_fen, notice.number) for notice in notices]
    first, second, rest = divided(of, line, *wanted, (7_00, "多付"))
    for part, notice in ((first, notices[0]), (second, notices[1])):
        match_recovery(of.maker, part, notice, on=make.MUCH_LATER)
    make.run()
    item = make.corrected(of, make.standing()["line_in"], "suspense", fund=SPECIAL)
    assert item.line == rest
    day = DAY + timedelta(days=1)
    of.bank.receive(of.account.account_number, -7_00, day, payer="某公司", reference="退回多付款")
    make.stated(of, day, day)
    make.run()
    make.corrected(of, make.standing()["line_out"], "pay_back", item=item.pk)
    agree()
    close_batches(of)
    closes()


def test_a_batch_that_the_bank_booked_as_one_sum_agrees():
    of = make.opened(banking.treasury(payments=3))
    batch = banking.sent(of, as_one_sum=True)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=make.LATER)
    make.stated(of)
    agree()
    assert Compared.objects.filter(batch=batch, statement_fen__gt=0).exists()
    batch.refresh_from_db()
    close_batch(of.maker, batch, on=make.MUCH_LATER)
    closes()


def test_no_rule_reads_what_a_person_wrote_of_a_part(of):
    line = came_in(of, -8_00, "扣款", payer="")
    document = "京财社〔2023〕1号"
    divided(of, line, (-3_00, "手续费"), (-5_00, f"拨款 {document}"))
    make.run()
    assert not StatementMatch.objects.filter(line__division__line=line).exists()
    assert sorted(row.theirs_fen for row in Break.objects.filter(state="open")) == [-5_00, -3_00]


def test_a_return_that_was_recorded_by_hand_finds_its_part(of):
    first, second = PaymentOrder.objects.order_by("id")
    serial = of.bank.give_back_together([first.number, second.number], DAY).serial
    make.stated(of)
    reason = Opinion(reason="银行来电：退汇")
    record_return(of.maker, first.claim, on=make.MUCH_LATER, returned_on=DAY, opinion=reason)
    line = StatementLine.objects.get(bank_serial=serial)
    found, other = divided(of, line, *((order.amount_fen, order.number) for order in (first, second)))
    match_return(of.maker, other, on=make.MUCH_LATER)
    agree()
    assert found.match.returned == first


def test_an_open_part_keeps_the_month_open_and_the_movement_does_not(of):
    line = came_in(of, 10_00)
    divided(of, line, (4_00, "甲"), (6_00, "乙"))
    make.run(AFTER)
    told = periods.obstacles(AccountingPeriod(month=MONTH), AFTER)
    named = [row.message for row in told if row.code == "movement_unexplained"]
    assert len(named) == 2
    assert all(f"{line.bank_serial}/" in message for message in named)


def test_a_division_after_the_run_has_to_be_seen_by_another_one(of):
    line = came_in(of, 10_00)
    make.run(AFTER)
    divided(of, line, (4_00, "甲"), (6_00, "乙"))
    codes = {row.code for row in periods.obstacles(AccountingPeriod(month=MONTH), AFTER)}
    assert "reconciled_before" in codes


def test_taken_back_it_is_the_same_difference_again(of):
    line = came_in(of, 10_00)
    make.run()
    row = Break.objects.get(line=line)
    divided(of, line, (4_00, "甲"), (6_00, "乙"))
    make.run()
    row.refresh_from_db()
    assert row.state == "gone"
    take_back(of.maker, line, reason="输错了")
    make.run()
    row.refresh_from_db()
    assert (row.state, Break.objects.filter(state="open").count()) == ("open", 1)
    assert division_in_force(line) is None


def test_a_correction_of_a_movement_that_was_divided_meanwhile_is_not_signed(of):
    line = came_in(of, 10_00)
    make.run()
    correction = make.requested(of.maker, make.standing()["line_in"], "suspense", fund=SPECIAL)
    divided(of, line, (4_00, "甲"), (6_00, "乙"))
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert "matched" in [problem.code for problem in refusal.value.problems]


def test_suspense_is_not_received_for_a_notice_before_what_goes_against_it(of):
    notice = recovering(of)
    line = came_in(of, 95_00)
    part, fee = divided(of, line, (100_00, "待查"), (-5_00, "手续费"))
    make.run()
    item = make.corrected(of, Break.objects.get(line=part), "suspense", fund=SPECIAL)
    make.run()
    row = Break.objects.get(kind="suspense")
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, row, "clear", recovery=notice.pk)
    assert "part_waits" in [problem.code for problem in refusal.value.problems]
    make.corrected(of, Break.objects.get(line=fee), "charge", fund=SPECIAL)
    make.corrected(of, row, "clear", recovery=notice.pk)
    item.refresh_from_db()
    assert item.cleared_by is not None
    agree()
