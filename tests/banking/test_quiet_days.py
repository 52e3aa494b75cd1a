"""A statement that repeats days on which nothing moved, and goes on behind them."""

from copy import deepcopy
from datetime import timedelta

import pytest

from tests.banking.test_overlaps import kept, refused, statement, take, whole
from tests.factories import banking
from tests.factories.apprentices import ON

END = ON + timedelta(days=29)
KEYS = ["city-commercial", "joint-stock", "iso20022"]


def day(number: int):
    return ON + timedelta(days=number)


def quiet(key: str = "joint-stock"):
    """An account on which money moved on the first day; statements of four more days say that none did."""
    of = banking.treasury(profile_key=key)
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1_000_000)
    of.bank.receive(account, 4335, ON, payer="甲", reference="往来款")
    take(of, statement(of, until=ON))
    for number in range(1, 5):
        take(of, statement(of, day(number), day(number)))
    return of


def move(of, on):
    of.bank.book.move(
        of.account.account_number,
        on,
        -4335,
        counterparty_name="甲",
        counterparty_account="6222000000000001",
        reference="退往来款",
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("since", "moved"), [(1, 4), (2, 5), (4, 4), (4, 6), (5, 5), (5, 6)])
def test_days_without_a_movement_may_be_repeated(key, since, moved):
    of = quiet(key)
    move(of, day(moved))
    taken = take(of, statement(of, day(since), day(6)))
    found = taken.statement
    assert (taken.already, taken.known, found.known_count, found.line_count) == (False, 0, 0, 1)
    assert (found.opening_fen, found.to_day) == (1_004_335, day(6))
    assert found.from_day >= min(day(4), day(since))
    assert len(kept()) == 2
    assert whole()


def test_they_are_repeated_behind_a_movement_that_is_known():
    of = quiet()
    move(of, day(5))
    taken = take(of, statement(of, ON, day(6)))
    assert (taken.known, taken.statement.line_count) == (1, 1)
    assert whole()


def test_what_moved_on_a_day_that_was_taken_in_as_quiet_is_a_gap():
    of = quiet()
    move(of, day(2))
    assert {code for _row, code in refused(of, statement(of, day(1), day(6)))} == {"gap"}


def test_a_file_that_ends_within_the_quiet_days_brings_nothing_new_into_them():
    of = quiet()
    move(of, day(3))
    assert {code for _row, code in refused(of, statement(of, day(1), day(3)))} == {"gap"}


def test_a_file_that_leaves_a_movement_out_does_not_call_its_day_quiet():
    of = quiet()
    other = deepcopy(of.bank)
    move(of, day(5))
    take(of, statement(of, day(5), day(5)))
    other.book.move(of.account.account_number, day(6), -100, counterparty_name="乙", reference="其他")
    content = statement(of, day(1), day(6), bank=other)
    assert {code for _row, code in refused(of, content)} == {"gap"}
