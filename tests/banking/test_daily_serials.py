"""Banks that begin their serial numbers anew each day: the day says which movement a number is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apps.banking.fake_bank.answering import statement_file
from apps.banking.formats import profiles
from apps.banking.formats.profiles import profile
from apps.banking.formats.quick_statements import Doubtful, QuickStatement, copied
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.results import read_result
from apps.banking.formats.statements import read_statement
from apps.banking.formats.values import whole_serial
from apps.banking.models import StatementLine, StatementMatch
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.core import invariants
from apps.payouts.models import PaymentOrder
from tests.banking.files import KEYS, PAYER, bank_with, expected, payment_file
from tests.factories import banking
from tests.factories.apprentices import ON

DAY, NEXT = ON + timedelta(days=1), ON + timedelta(days=2)


@pytest.fixture
def daily(monkeypatch):
    """Every bank begins anew each day."""
    known = {key: replace(profile(key), serial_within="day") for key in KEYS}
    monkeypatch.setattr(profiles, "_load", lambda: known)
    return known


def test_the_day_stands_before_the_number_for_such_banks_alone():
    day = date(2026, 11, 21)
    assert whole_serial("day", "000123", day) == "20261121-000123"
    assert whole_serial("", "000123", day) == "000123"
    assert whole_serial("day", "", day) == ""
    assert whole_serial("day", "000123", None) == "000123"


def test_a_profile_declares_it_or_is_refused():
    data = "names: {zh: 甲, en: A}\nstatus_words: {好: paid}\npayment: {message: pain.001.001.09}\n"
    data += (
        "statement: {message: camt.053.001.08}\nresult: {format: csv, columns: [], trailer: [{text: T}]}\n"
    )
    assert profiles.parse("a", data.encode()).serial_within == ""
    assert profiles.parse("a", f"{data}serial_within: day\n".encode()).serial_within == "day"
    with pytest.raises(ValueError, match="serial_within"):
        profiles.parse("a", f"{data}serial_within: week\n".encode())


def two_days(of) -> None:
    """One movement on each of two days; both have the bank's number 000001."""
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1000)
    for number, day in enumerate((DAY, NEXT)):
        of.bank.receive(account, 5 + number, day, payer="甲", reference="往来")
    assert {movement.serial for movement in of.bank.book.movements} == {"000001"}


def take(of, since=ON, until=NEXT):
    content = statement_file(of.bank.profile, of.bank.book, of.account.account_number, since, until)
    return take_statement(of.maker, of.account, content, name="s.csv", on=NEXT)


@pytest.mark.parametrize("key", KEYS)
def test_one_number_on_two_days_is_two_movements(key, daily):
    of = banking.treasury(profile_key=key)
    two_days(of)
    take(of)
    kept = StatementLine.objects.order_by("booked_on").values_list("bank_serial", flat=True)
    assert list(kept) == [f"{DAY:%Y%m%d}-000001", f"{NEXT:%Y%m%d}-000001"]


@pytest.mark.parametrize("key", KEYS)
def test_in_a_bank_that_never_begins_anew_it_is_one_and_refused(key, daily, monkeypatch):
    of = banking.treasury(profile_key=key)
    two_days(of)
    monkeypatch.undo()
    with pytest.raises(FileRefused) as refusal:
        take(of)
    assert refusal.value.problems[0].code == "serial_twice"


def test_one_number_twice_on_a_day_is_refused(daily):
    of = banking.treasury(profile_key="joint-stock")
    two_days(of)
    of.bank.book.movements[1].day = DAY.isoformat()
    with pytest.raises(FileRefused) as refusal:
        take(of)
    assert [(problem.row, problem.code) for problem in refusal.value.problems] == [(4, "serial_twice")]


def test_what_a_statement_repeats_is_known_by_day_and_number(daily):
    of = banking.treasury(profile_key="joint-stock")
    two_days(of)
    take(of, until=DAY)
    taken = take(of)
    assert (taken.known, taken.statement.line_count) == (1, 1)


@pytest.mark.parametrize("key", KEYS)
def test_payments_are_found_by_day_and_number(key, daily):
    of = banking.treasury(payments=2, profile_key=key)
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=NEXT)
    serials = set(PaymentOrder.objects.values_list("bank_serial", flat=True))
    assert serials == {f"{ON:%Y%m%d}-000001", f"{ON:%Y%m%d}-000002"}
    for movement in of.bank.book.movements:
        movement.reference = "批量代发"
    assert take(of).matched == 2
    assert StatementMatch.objects.count() == 2
    assert all(found.holds for found in invariants.audit(["I10", "I10b", "I10c"]))


@pytest.mark.parametrize("key", KEYS)
def test_one_number_for_two_payments_of_a_day_is_refused(key, daily):
    file = payment_file(2)
    bank = bank_with(daily[key], file)
    orders = bank.book.of_batch(file.number)
    orders[1].serial = orders[0].serial

    def read():
        content = bank.result(file.number)
        return read_result(daily[key], content, number=file.number, expected=expected(file))

    with pytest.raises(FileRefused) as refusal:
        read()
    assert [problem.code for problem in refusal.value.problems] == ["serial_twice"]
    orders[1].paid_on = (date.fromisoformat(orders[1].paid_on) + timedelta(days=1)).isoformat()
    assert len({line.bank_serial for line in read().lines}) == 2


@pytest.mark.parametrize("key", ["city-commercial", "rural-commercial", "joint-stock"])
def test_both_ways_of_reading_keep_the_same_number(key, daily):
    bank = bank_with(daily[key], payment_file(3))
    content = bank.statement(PAYER, date(2023, 3, 15), date(2023, 3, 16))
    quick = QuickStatement(daily[key].statement, content, account_number=PAYER, serial_within="day")
    lines = b""
    while part := quick.read():
        lines += part
    strict = read_statement(daily[key], content, account_number=PAYER)
    assert lines == copied(strict.entries)
    assert strict.entries[0].bank_serial == "20230315-000001"


def test_a_number_that_is_too_long_with_its_day_is_refused_on_both_ways(daily):
    bank = bank_with(daily["joint-stock"], payment_file(1))
    for length, fits in ((55, True), (56, False)):
        bank.book.movements[0].serial = "1" * length
        content = bank.statement(PAYER, date(2023, 3, 15), date(2023, 3, 16))
        quick = QuickStatement(
            daily["joint-stock"].statement, content, account_number=PAYER, serial_within="day"
        )
        if fits:
            assert quick.read()
            assert read_statement(daily["joint-stock"], content, account_number=PAYER).entries
            continue
        with pytest.raises(Doubtful):
            quick.read()
        with pytest.raises(FileRefused):
            read_statement(daily["joint-stock"], content, account_number=PAYER)
