"""A movement that is several things is divided into parts; each is explained by itself, the sum stands."""

from datetime import timedelta

import pytest

from apps.accounts.roles import Role
from apps.banking.enums import MatchKind
from apps.banking.models import Division, StatementLine, StatementMatch
from apps.banking.parts import division_in_force, divisions_taken_back
from apps.banking.selectors import failed_payments, hints, unmatched_lines
from apps.banking.services.divide import Part, divide, take_back
from apps.banking.services.match_lines import match_recovery, match_return
from apps.banking.services.take_result import take_result
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.payouts.models import PaymentOrder, Recovery, RecoveryReceipt
from tests.banking.test_statements import LATER, answered, recovering, statement, take
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON


def moved(of, fen: int, reference: str = "往来款", payer: str = "某公司") -> StatementLine:
    """Money that came in, and that nothing explains."""
    serial = of.bank.receive(of.account.account_number, fen, LATER, payer=payer, reference=reference).serial
    take(of, statement(of))
    return StatementLine.objects.get(bank_serial=serial)


def parts(line: StatementLine) -> list[StatementLine]:
    return list(division_in_force(line).parts.order_by("part"))


def two_notices() -> tuple[banking.Treasury, list[Recovery]]:
    of = banking.treasury(payments=2)
    answered(of)
    return of, [recovering(of, 0), recovering(of, 1)]


def sent_back(fee_fen: int = 0) -> tuple[banking.Treasury, list[PaymentOrder], StatementLine]:
    """The bank sent two payments back in one movement, less a fee."""
    of = banking.treasury(payments=2)
    answered(of)
    orders = list(PaymentOrder.objects.order_by("id"))
    moved = of.bank.give_back_together([order.number for order in orders], LATER, fee_fen=fee_fen)
    take(of, statement(of))
    return of, orders, StatementLine.objects.get(bank_serial=moved.serial)


class TestTwoNoticesInOneTransfer:
    def test_each_is_received_for_its_part(self):
        of, notices = two_notices()
        first, second = notices
        line = moved(of, first.amount_fen + second.amount_fen, f"{first.number} {second.number}")
        divide(
            of.maker,
            line,
            [Part(notice.amount_fen, notice.number) for notice in notices],
            reason="一笔汇款归还两份通知",
        )
        for part, notice in zip(parts(line), notices, strict=True):
            match_recovery(of.maker, part, notice, on=LATER)
        for notice in notices:
            notice.refresh_from_db()
        assert [notice.state for notice in notices] == ["repaid", "repaid"]
        assert list(RecoveryReceipt.objects.order_by("id").values_list("bank_serial", flat=True)) == [
            f"{line.bank_serial}/1",
            f"{line.bank_serial}/2",
        ]
        assert not unmatched_lines(of.maker).exists()
        assert make.broken() == []

    def test_dividing_receives_nothing_by_itself(self):
        of, notices = two_notices()
        line = moved(of, notices[0].amount_fen + 1)
        divide(
            of.maker,
            line,
            [Part(notices[0].amount_fen, notices[0].number), Part(1, "多付")],
            reason="多付一分",
        )
        of.bank.receive(of.account.account_number, 1, LATER + timedelta(days=1), payer="乙", reference="x")
        day = LATER + timedelta(days=1)
        take(of, statement(of, day, day), on=day)
        assert not RecoveryReceipt.objects.exists()
        assert unmatched_lines(of.maker).count() == 3

    def test_the_movement_is_not_listed_any_more_and_its_parts_are(self):
        of, notices = two_notices()
        line = moved(of, 300)
        divide(of.maker, line, [Part(100, notices[0].number), Part(200, "待查")], reason="两笔")
        listed = list(unmatched_lines(of.maker))
        assert [row.amount_fen for row in listed] == [100, 200]
        assert notices[0].number in hints(listed)[listed[0].pk].sentence
        with pytest.raises(Conflict):
            match_recovery(of.maker, line, notices[0], on=LATER)


class TestPaymentsThatCameBackTogether:
    def test_each_is_recorded_as_sent_back(self):
        of, orders, line = sent_back()
        divide(of.maker, line, [Part(order.amount_fen, order.number) for order in orders], reason="两笔退汇")
        for part in parts(line):
            assert hints([part])[part.pk].sent_back
            match_return(of.maker, part, on=LATER)
        assert {order.number for order in failed_payments(of.maker)} == {order.number for order in orders}
        assert make.broken() == []

    def test_what_goes_the_other_way_is_never_explained_by_one_person(self):
        of, orders, line = sent_back(fee_fen=500)
        wanted = [Part(order.amount_fen, order.number) for order in orders]
        divide(of.maker, line, [*wanted, Part(-500, "手续费")], reason="扣费退汇")
        back, _other, fee = parts(line)
        assert (fee.against, back.against) == (True, False)
        with pytest.raises(Refused) as refusal:
            match_return(of.maker, back, on=LATER)
        assert [problem.code for problem in refusal.value.problems] == ["part_waits"]
        with pytest.raises(Refused) as refusal:
            match_recovery(of.maker, fee, Recovery(), on=LATER)
        assert [problem.code for problem in refusal.value.problems] == ["part_against"]

    def test_nothing_is_made_out_of_amounts_that_cancel_each_other(self):
        """A payment that no statement shows yet does not lie against one that is said to have come back."""
        of = banking.treasury(payments=2)
        answered(of)
        moved = of.bank.receive(of.account.account_number, 5_00, LATER, payer="某公司", reference="往来款")
        take(of, statement(of, LATER))
        line = StatementLine.objects.get(bank_serial=moved.serial)
        order, other = PaymentOrder.objects.order_by("id")
        wanted = [Part(order.amount_fen, order.number), Part(5_00 - other.amount_fen, other.number)]
        divide(of.maker, line, wanted, reason="试")
        with pytest.raises(Refused):
            match_return(of.maker, parts(line)[0], on=LATER)
        order.refresh_from_db()
        assert order.state == "paid"
        assert unmatched_lines(of.maker).count() == 2


def moved_again(of, fen: int) -> StatementLine:
    day = LATER + timedelta(days=1)
    serial = of.bank.receive(of.account.account_number, fen, day, payer="某公司", reference="往来款").serial
    take(of, statement(of, day, day), on=day)
    return StatementLine.objects.get(bank_serial=serial)


class TestWhatIsRefused:
    @pytest.fixture
    def line(self):
        self.of = banking.treasury()
        answered(self.of)
        return moved(self.of, 1000)

    @pytest.mark.parametrize(
        ("amounts", "codes"),
        [
            ([1000], ["parts_missing"]),
            ([], ["parts_missing"]),
            ([400, 500], ["sum"]),
            ([1000, 0], ["amount"]),
            ([10**16, 1000 - 10**16], ["amount", "amount"]),
            ([5] * 201, ["parts_too_many", "sum"]),
        ],
    )
    def test_parts_that_do_not_make_the_movement(self, line, amounts, codes):
        wanted = [Part(fen, "x") for fen in amounts]
        with pytest.raises(InvalidInput) as refusal:
            divide(self.of.maker, line, wanted, reason="试")
        assert [problem.code for problem in refusal.value.problems] == codes
        assert not Division.objects.exists()

    def test_a_part_without_words_and_a_division_without_a_reason(self, line):
        with pytest.raises(InvalidInput) as refusal:
            divide(self.of.maker, line, [Part(400, " "), Part(600, "x" * 301)], reason=" ")
        found = [(problem.code, problem.row) for problem in refusal.value.problems]
        assert found == [("reason_missing", None), ("about_missing", 1), ("about_too_long", 2)]

    def test_the_sentence_says_how_much_is_missing(self, line):
        with pytest.raises(InvalidInput) as refusal:
            divide(self.of.maker, line, [Part(400, "a"), Part(500, "b")], reason="试")
        assert "1.00" in refusal.value.problems[0].message

    def test_a_part_is_not_divided_again(self, line):
        divide(self.of.maker, line, [Part(400, "a"), Part(600, "b")], reason="试")
        with pytest.raises(Refused) as refusal:
            divide(self.of.maker, parts(line)[0], [Part(200, "a"), Part(200, "b")], reason="试")
        assert refusal.value.code == "part_of_a_movement"

    def test_a_movement_that_is_explained_or_divided(self, line):
        payment = StatementLine.objects.get(match__kind=MatchKind.PAYMENT)
        halves = [Part(payment.amount_fen + 1, "a"), Part(-1, "b")]
        with pytest.raises(Conflict):
            divide(self.of.maker, payment, halves, reason="试")
        divide(self.of.maker, line, [Part(400, "a"), Part(600, "b")], reason="试")
        with pytest.raises(Conflict):
            divide(self.of.maker, line, [Part(400, "a"), Part(600, "b")], reason="试")

    def test_somebody_else(self, line):
        wanted = [Part(400, "a"), Part(600, "b")]
        with pytest.raises(Forbidden):
            divide(self.of.signer, line, wanted, reason="试")
        with pytest.raises(NotFound):
            divide(make.outsider(), line, wanted, reason="试")
        city = accounts.actor(Role.FINANCE_OFFICER)
        assert divide(city, line, wanted, reason="试").parts.count() == 2


class TestTakingBack:
    @pytest.fixture
    def line(self):
        self.of = banking.treasury()
        answered(self.of)
        found = moved(self.of, 1000)
        divide(self.of.maker, found, [Part(400, "a"), Part(600, "b")], reason="输错了")
        return found

    def test_the_movement_is_open_again_and_the_parts_never_count(self, line):
        take_back(self.of.checker, line, reason="金额输错")
        assert list(unmatched_lines(self.of.maker)) == [line]
        gone = divisions_taken_back(line).get()
        assert (gone.reason, gone.division.reason) == ("金额输错", "输错了")
        assert gone.undone_by_id == self.of.checker.account_id
        assert set(StatementMatch.objects.filter(line__division=gone.division).values_list("kind")) == {
            ("taken_back",)
        }
        assert make.broken() == []

    def test_it_is_divided_anew_under_other_numbers(self, line):
        take_back(self.of.maker, line, reason="金额输错")
        divide(self.of.maker, line, [Part(300, "a"), Part(700, "b")], reason="改")
        assert [(part.amount_fen, part.bank_serial[-2:]) for part in parts(line)] == [
            (300, "/3"),
            (700, "/4"),
        ]
        assert unmatched_lines(self.of.maker).count() == 2
        assert make.broken() == []

    def test_not_when_a_part_is_explained(self, line):
        notice = recovering(self.of)
        match_recovery(self.of.maker, parts(line)[0], notice, on=LATER)
        with pytest.raises(Refused) as refusal:
            take_back(self.of.maker, line, reason="金额输错")
        assert refusal.value.code == "part_explained"
        assert f"{line.bank_serial}/1" in refusal.value.message

    def test_not_without_a_reason_nor_twice_nor_by_somebody_else(self, line):
        with pytest.raises(InvalidInput):
            take_back(self.of.maker, line, reason=" ")
        with pytest.raises(Forbidden):
            take_back(self.of.signer, line, reason="x")
        with pytest.raises(NotFound):
            take_back(make.outsider(), line, reason="x")
        take_back(self.of.maker, line, reason="x")
        with pytest.raises(Refused) as refusal:
            take_back(self.of.maker, line, reason="x")
        assert refusal.value.code == "not_divided"


class TestABatchBookedAsOneSum:
    def answered(self, payments: int = 3, **settling):
        self.of = banking.treasury(payments=payments)
        self.batch = banking.sent(self.of, as_one_sum=True, **settling)
        take_result(self.of.maker, self.batch, self.of.bank.result(self.batch.number), name="r.csv", on=LATER)

    def test_is_divided_into_its_payments_without_a_person(self):
        self.answered()
        taken = take(self.of, statement(self.of))
        assert taken.matched == 3
        assert not unmatched_lines(self.of.maker).exists()
        line = StatementLine.objects.get(division=None)
        assert line.match.rule == "batch_as_one_sum"
        assert [part.match.entry.order_number for part in parts(line)] == [
            entry.order_number for entry in self.batch.entries.order_by("position")
        ]
        assert make.broken() == []

    def test_also_where_the_result_file_comes_after_the_statement(self):
        of = self.of = banking.treasury(payments=2)
        batch = banking.sent(of, as_one_sum=True)
        assert take(of, statement(of)).matched == 0
        line = unmatched_lines(of.maker).get()
        assert "2" in hints([line])[line.pk].sentence
        take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
        assert not unmatched_lines(of.maker).exists()

    def test_only_what_was_paid(self):
        of = self.of = banking.treasury(payments=3)
        order = of.orders()[0].number
        batch = banking.sent(of, as_one_sum=True, failures={order: "账号户名不符"})
        take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
        assert take(of, statement(of)).matched == 2

    def test_of_one_payment_is_that_payment(self):
        self.answered(payments=1)
        assert take(self.of, statement(self.of)).matched == 1
        assert not Division.objects.exists()
        assert StatementLine.objects.get().match.entry.batch_id == self.batch.pk

    def test_of_another_amount_stays_open_and_says_why(self):
        self.answered(payments=2)
        self.of.bank.book.movements[-1].amount_fen -= 1
        assert take(self.of, statement(self.of)).matched == 0
        line = unmatched_lines(self.of.maker).get()
        sentence = hints([line])[line.pk].sentence
        assert self.batch.number in sentence
        assert "0.01" in sentence

    def test_once_although_the_bank_booked_it_twice(self):
        self.answered(payments=2)
        first = self.of.bank.book.movements[-1]
        self.of.bank.book.move(
            self.of.account.account_number, ON, first.amount_fen, reference=first.reference
        )
        assert take(self.of, statement(self.of)).matched == 2
        assert unmatched_lines(self.of.maker).count() == 1

    def test_that_a_person_divided_before_the_answer_shows_that_the_bank_has_paid(self):
        from apps.banking.checks import missing_for_taking_back

        of = banking.treasury(payments=2)
        batch = banking.sent(of, as_one_sum=True)
        take(of, statement(of))
        line = unmatched_lines(of.maker).get()
        divide(of.maker, line, [Part(-1, "a"), Part(line.amount_fen + 1, "b")], reason="试")
        assert "moved" in [problem.code for problem in missing_for_taking_back(batch, of.signer)]

    def test_divided_by_hand_its_parts_find_their_payments(self):
        self.answered(payments=2)
        self.of.bank.book.movements[-1].amount_fen -= 500
        take(self.of, statement(self.of))
        line = unmatched_lines(self.of.maker).get()
        wanted = [Part(-order.amount_fen, order.number) for order in PaymentOrder.objects.order_by("id")]
        divide(self.of.maker, line, [*wanted, Part(-500, "手续费")], reason="含手续费")
        assert [part.amount_fen for part in unmatched_lines(self.of.maker)] == [-500]


def test_a_serial_of_the_bank_may_look_like_that_of_a_part():
    of = banking.treasury()
    answered(of)
    line = moved(of, 1000)
    divide(of.maker, line, [Part(400, "a"), Part(600, "b")], reason="试")
    day = LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 7, day, payer="乙", reference="x")
    of.bank.book.movements[-1].serial = f"{line.bank_serial}/1"
    assert take(of, statement(of, day, day), on=day).statement.line_count == 1
    assert make.broken() == []


def test_a_statement_that_repeats_a_movement_that_was_divided_knows_it():
    of = banking.treasury()
    answered(of)
    line = moved(of, 1000)
    divide(of.maker, line, [Part(400, "a"), Part(600, "b")], reason="试")
    day = LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 7, day, payer="乙", reference="x")
    taken = take(of, statement(of, to_day=day), on=day).statement
    assert (taken.known_count, taken.line_count) == (2, 1)
    assert make.broken() == []
