"""A statement that repeats what was taken in: only what is new counts, where all else is as it was."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from apps.banking.fake_bank import FakeBank
from apps.banking.fake_bank.answering import statement_file
from apps.banking.formats.profiles import profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.models import BankStatement, StatementLine
from apps.banking.services.paying_accounts import retire_paying_account
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.core import invariants
from tests.factories import banking
from tests.factories.apprentices import ON

MID, END = ON + timedelta(days=14), ON + timedelta(days=29)
KEYS = ["city-commercial", "rural-commercial", "joint-stock", "iso20022"]


def day(number: int) -> date:
    return ON + timedelta(days=number)


def moving(key: str = "joint-stock"):
    """A treasury on whose account money moved on twelve days of the first half month, and eight later."""
    of = banking.treasury(profile_key=key)
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1_000_000)
    for number in (*range(12), *range(15, 23)):
        fen = 100_00 + number if number % 3 else -(50_00 + number)
        of.bank.book.move(
            account,
            day(number),
            fen,
            counterparty_name=f"甲公司{number}",
            counterparty_account=f"62220000000000{number:02d}",
            reference=f"往来款{number}",
        )
    return of


def statement(of, since: date = ON, until: date = END, bank: FakeBank | None = None) -> bytes:
    bank = bank or of.bank
    return statement_file(bank.profile, bank.book, of.account.account_number, since, until)


def take(of, content: bytes, on: date = END):
    return take_statement(of.maker, of.account, content, name="对账单.csv", on=on)


def kept() -> list[tuple]:
    lines = StatementLine.objects.order_by("booked_on", "bank_serial")
    return list(lines.values_list("bank_serial", "booked_on", "amount_fen", "counterparty_name"))


def whole() -> bool:
    """Statements lead one into the other, and every invariant about them holds."""
    chain = list(BankStatement.objects.order_by("to_day", "id"))
    led = all(one.closing_fen == two.opening_fen for one, two in pairwise(chain))
    return led and all(found.holds for found in invariants.audit(["I10b", "I10c", "I10d"]))


def refused(of, content: bytes) -> list[tuple[int | None, str]]:
    """What a file is refused for; it leaves nothing."""
    before = (kept(), BankStatement.objects.count())
    with pytest.raises(FileRefused) as refusal, transaction.atomic():
        take(of, content)
    assert (kept(), BankStatement.objects.count()) == before
    return [(problem.row, problem.code) for problem in refusal.value.problems]


@pytest.mark.parametrize("key", KEYS)
def test_only_what_is_new_counts(key):
    of = moving(key)
    first = take(of, statement(of, until=MID)).statement
    content = statement(of)
    taken = take(of, content)
    found = taken.statement
    assert (taken.already, taken.known, found.known_count, found.line_count) == (False, 12, 12, 8)
    assert (found.opening_fen, found.from_day, found.to_day) == (first.closing_fen, MID, END)
    assert len(kept()) == 20
    assert whole()
    # Rows are those of the file.
    assert found.lines.order_by("row")[0].row == {"iso20022": 13}.get(key, 15)
    assert take(of, content).already
    assert len(kept()) == 20


def test_a_payment_in_what_is_new_is_matched():
    of = banking.treasury()
    of.bank.open_account(of.account.account_number, "财政局", 1_000_000)
    of.bank.receive(of.account.account_number, 5, ON, payer="甲", reference="利息")
    take(of, statement(of, until=ON))
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=END)
    taken = take(of, statement(of))
    assert (taken.known, taken.matched) == (1, 1)
    assert whole()


def test_a_day_that_went_on_after_its_statement_is_taken_in_with_it():
    of = banking.treasury()
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1_000_000)
    for fen in (5, 6):
        of.bank.receive(account, fen, ON, payer="甲", reference="往来")
        taken = take(of, statement(of, until=ON))
    assert (taken.known, taken.statement.line_count, taken.statement.from_day) == (1, 1, ON)
    of.bank.receive(account, 7, day(1), payer="甲", reference="往来")
    assert take(of, statement(of, day(1), day(1))).known == 0
    assert whole()


@pytest.mark.parametrize(("since", "until"), [(0, 14), (0, 8), (3, 8), (3, 14)])
def test_a_file_with_nothing_new_is_taken_in_already(since, until):
    of = moving()
    first = take(of, statement(of, until=MID)).statement
    before = kept()
    taken = take(of, statement(of, day(since), day(until)))
    assert (taken.already, taken.statement, kept()) == (True, first, before)
    assert BankStatement.objects.count() == 1


def test_what_was_taken_in_with_several_statements_may_be_repeated_by_one():
    of = moving()
    take(of, statement(of, until=day(4)))
    take(of, statement(of, day(5), day(9)))
    take(of, statement(of, day(10), MID))
    taken = take(of, statement(of, day(2)))
    assert (taken.known, taken.statement.line_count) == (10, 8)
    assert whole()
    assert take(of, statement(of, day(2), END)).already


def test_days_on_which_nothing_more_moved_are_taken_in_without_a_movement():
    """Only so it is known that nothing moved on them."""
    of = moving()
    first = take(of, statement(of, until=day(11))).statement
    taken = take(of, statement(of, until=MID))
    assert (taken.already, taken.known, taken.statement.line_count) == (False, 12, 0)
    assert (taken.statement.opening_fen, taken.statement.to_day) == (first.closing_fen, MID)
    assert take(of, statement(of)).known == 12
    assert whole()


def test_known_movements_between_new_ones_refuse_the_file():
    of = moving()
    take(of, statement(of, day(5), day(9)))
    assert refused(of, statement(of)) == [(8, "movement_known"), (None, "overlap")]
    # What goes before is taken in by itself, and up to what is there.
    assert refused(of, statement(of, until=day(7))) == [(8, "movement_known"), (None, "overlap")]
    take(of, statement(of, until=day(4)))
    assert take(of, statement(of)).known == 10
    assert whole()


def test_a_gap_between_two_statements_is_filled_by_one_that_repeats_the_first():
    of = moving()
    take(of, statement(of, until=day(3)))
    later = statement(of, day(8), MID)
    assert refused(of, later) == [(1, "gap")]
    taken = take(of, statement(of, day(2), day(7)))
    assert (taken.known, taken.statement.line_count) == (2, 4)
    take(of, later)
    assert whole()


def test_movements_that_come_to_nothing_are_not_taken_in_again():
    """The opening balance fits, as it was the same before them: only their numbers tell."""
    of = banking.treasury(profile_key="joint-stock")
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1_000_000)
    of.bank.book.move(account, ON, 500, counterparty_name="甲")
    of.bank.book.move(account, day(1), -500, counterparty_name="乙")
    of.bank.book.move(account, day(20), 700, counterparty_name="丙")
    first = statement(of, until=MID)
    take(of, first)
    taken = take(of, statement(of))
    assert (taken.known, taken.statement.line_count) == (2, 1)
    assert len(kept()) == 3
    assert whole()


def test_another_opening_balance_refuses_the_file():
    of = moving()
    take(of, statement(of, until=MID))
    bank = deepcopy(of.bank)
    bank.book.accounts[of.account.account_number]["opening_fen"] += 1
    assert refused(of, statement(of, bank=bank)) == [(3, "gap"), (None, "overlap")]


def changed(of, place: int, how: str) -> bytes:
    """The whole month with one line changed; totals and balances of the file follow from its lines."""
    bank = deepcopy(of.bank)
    moves = bank.book.movements
    one, next_one = moves[place], moves[min(place + 1, len(moves) - 1)]
    if how == "left out":
        del moves[place]
    elif how == "amount":
        one.amount_fen += 1
    elif how == "day":
        one.day = day((date.fromisoformat(one.day) - ON).days + 1).isoformat()
    elif how == "name":
        one.counterparty_name = "乙公司"
    elif how == "account":
        one.counterparty_account = "6222999999999999"
    elif how == "serial":
        one.serial = f"{one.serial}0"
    elif how == "order":
        one.serial, next_one.serial = next_one.serial, one.serial
    elif how == "new before":
        moves.insert(place, replace(one, serial=f"{one.serial[:8]}{'0' * 10}", amount_fen=77))
    elif how == "cut":
        del moves[place:]
    return statement_file(bank.profile, bank.book, of.account.account_number, ON, END)


HOW = ["left out", "amount", "day", "name", "account", "serial", "order", "new before", "cut"]


@pytest.mark.parametrize("key", ["joint-stock", "iso20022"])
@pytest.mark.parametrize("how", HOW)
def test_a_file_changed_in_any_line_that_is_known_is_refused(how, key):
    of = moving(key)
    take(of, statement(of, until=MID))
    before = kept()
    for place in range(12):
        if how == "cut" and place == 0:
            # Nothing is left: an account that held all the month what it held at first.
            assert refused(of, changed(of, place, how)) == [(1, "gap")]
            continue
        found = refused(of, changed(of, place, how))
        assert found[-1] == (None, "overlap"), (place, found)
        assert {code for _row, code in found} <= {
            "overlap",
            "movement_changed",
            "movement_known",
            "movement_left_out",
        } | ({"gap"} if (how, place) in {("left out", 0), ("serial", 0), ("new before", 0)} else set())
    assert kept() == before
    assert take(of, statement(of)).known == 12


@pytest.mark.parametrize("how", HOW)
def test_what_the_bank_says_of_new_movements_is_taken_as_it_says_it(how):
    of = moving()
    take(of, statement(of, until=MID))
    before = set(kept())
    for place in range(12, 20):
        point = transaction.savepoint()
        taken = take(of, changed(of, place, how))
        assert taken.known == 12
        assert before <= set(kept())
        assert len(kept()) == 12 + taken.statement.line_count
        assert whole()
        transaction.savepoint_rollback(point)


def test_what_differs_is_said():
    of = moving()
    first = take(of, statement(of, until=MID)).statement
    bank = deepcopy(of.bank)
    bank.book.movements[4].amount_fen += 1
    bank.book.movements[4].counterparty_name = "乙公司"
    with pytest.raises(FileRefused) as refusal:
        take(of, statement(of, bank=bank))
    told = refusal.value.problems
    assert [(problem.row, problem.code) for problem in told] == [
        (7, "movement_changed"),
        (7, "movement_changed"),
        (None, "overlap"),
    ]
    assert "100.04" in told[0].message
    assert "甲公司4" in told[1].message
    assert first.number in told[2].message
    with pytest.raises(FileRefused) as refusal:
        take(of, changed(of, 11, "left out"))
    [missing, _way_out] = refusal.value.problems
    assert (missing.row, missing.code) == (14, "movement_left_out")
    assert of.bank.book.movements[11].serial in missing.message


def test_another_wording_of_a_known_movement_is_no_other_movement():
    """Only its number, day, amount and other side say which it is; what was taken in stays as it was."""
    of = moving()
    take(of, statement(of, until=MID))
    before = set(kept())
    bank = deepcopy(of.bank)
    bank.book.movements[0].reference = "往来款（更正附言）"
    bank.book.movements[1].counterparty_name = ""
    assert take(of, statement(of, bank=bank)).known == 12
    assert before <= set(kept())


def test_a_new_movement_that_is_booked_on_a_day_before_counts_behind_what_is_known():
    of = moving()
    take(of, statement(of, until=MID))
    bank = deepcopy(of.bank)
    bank.book.movements[12].day = day(13).isoformat()
    taken = take(of, statement(of, bank=bank))
    assert (taken.known, taken.statement.from_day) == (12, day(13))
    assert whole()


def test_a_new_movement_in_a_file_that_ends_before_what_is_known_is_refused():
    of = moving()
    take(of, statement(of, until=MID))
    bank = deepcopy(of.bank)
    bank.book.movements[12].day = day(12).isoformat()
    assert refused(of, statement(of, until=day(12), bank=bank)) == [(None, "gap")]


def test_a_statement_in_another_form_of_the_bank_repeats_those_before():
    of = moving()
    take(of, statement(of, until=MID))
    retire_paying_account(of.maker, of.account, on=END)
    entered = banking.signed_account(
        of.maker,
        profile_key="rural-commercial",
        account_name=of.account.account_name,
        account_number=of.account.account_number,
        bank_name=of.account.bank_name,
        district=of.district,
    )
    bank = FakeBank(profile("rural-commercial"))
    bank.book = of.bank.book
    taken = take_statement(of.maker, entered, statement(of, bank=bank), name="s.csv", on=END)
    assert (taken.known, taken.statement.line_count) == (12, 8)
    assert StatementLine.objects.filter(paying_account=entered).count() == 8
    assert whole()


def alike(of, *days: int) -> None:
    """Movements of one amount and one other side."""
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1_000_000)
    for number in days:
        of.bank.receive(account, 100, day(number), payer="甲", reference="往来")


def test_known_movements_in_another_order_refuse_the_file():
    """Even where they are alike but for their numbers."""
    of = banking.treasury(profile_key="joint-stock")
    alike(of, 0, 0, 1, 20)
    take(of, statement(of, until=MID))
    first, second = (movement.serial.encode() for movement in of.bank.book.movements[:2])
    content = statement(of).replace(first, b"*").replace(second, first).replace(b"*", second)
    assert refused(of, content) == [(4, "movement_known"), (None, "overlap")]


def test_a_day_that_went_on_without_a_movement_that_it_had_refuses_the_file():
    of = banking.treasury(profile_key="joint-stock")
    alike(of, 0, 0)
    take(of, statement(of, until=ON))
    alike(of, 0)
    bank = deepcopy(of.bank)
    del bank.book.movements[1]
    assert refused(of, statement(of, until=ON, bank=bank)) == [(4, "movement_left_out"), (None, "overlap")]


def test_a_file_without_anything_new_that_leaves_the_end_out_is_refused_but_for_its_last_day():
    """A day may have gone on when the longer statement was made, and not yet when this one was."""
    of = banking.treasury(profile_key="joint-stock")
    alike(of, 0, 1, 2, 2)
    first = take(of, statement(of, until=MID)).statement
    bank = deepcopy(of.bank)
    del bank.book.movements[3:]
    assert take(of, statement(of, until=day(2), bank=bank)).statement == first
    assert refused(of, statement(of, until=day(3), bank=bank))[0][1] == "movement_left_out"


@pytest.mark.parametrize("anew", [False, True])
def test_a_number_that_counts_is_found_behind_new_ones(anew):
    """By the key of the database, or by looking where the account was entered anew: the balances fit."""
    of = banking.treasury(profile_key="joint-stock")
    alike(of, 0, 20, 21)
    take(of, statement(of, until=MID))
    account = of.account
    if anew:
        retire_paying_account(of.maker, account, on=END)
        account = banking.signed_account(
            of.maker,
            profile_key="joint-stock",
            account_name=account.account_name,
            account_number=account.account_number,
            bank_name=account.bank_name,
            district=of.district,
        )
    known, later = (of.bank.book.movements[place].serial.encode() for place in (0, 2))
    content = statement(of, day(15)).replace(later, known)
    with pytest.raises(FileRefused) as refusal:
        take_statement(of.maker, account, content, name="s.csv", on=END)
    assert (4, "movement_known") in [(problem.row, problem.code) for problem in refusal.value.problems]
