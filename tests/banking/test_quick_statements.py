"""The quick way into the database takes what the reading line by line would take, and nothing else."""

import random
from datetime import timedelta

import pytest

from apps.banking.formats.profiles import profile
from apps.banking.formats.quick_statements import Doubtful, QuickStatement, copied
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.statements import read_statement
from apps.banking.models import StatementLine
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from tests.banking.files import PAYER
from tests.banking.test_answers import mutant, statement_of
from tests.factories import banking
from tests.factories.apprentices import ON

TABLES = ["city-commercial", "rural-commercial", "joint-stock"]
LATER = ON + timedelta(days=3)


def quickly(key, content):
    """Head and lines of a statement that is read quickly; Doubtful where it is not."""
    read = QuickStatement(profile(key).statement, content, account_number=PAYER)
    lines = b""
    while part := read.read():
        lines += part
    return read.head, lines


def line_by_line(key, content):
    found = read_statement(profile(key), content, account_number=PAYER)
    return found, copied(found.entries)


def head(found):
    names = ("number", "account_number", "from_day", "to_day", "opening_fen", "closing_fen")
    return [getattr(found, name) for name in names]


@pytest.mark.parametrize("key", TABLES)
def test_both_ways_read_the_same(key):
    _bank, content = statement_of(key)
    quick, lines = quickly(key, content)
    strict, expected = line_by_line(key, content)
    assert lines == expected
    assert head(quick) == head(strict)


@pytest.mark.parametrize("key", TABLES)
def test_what_is_read_quickly_would_be_taken_line_by_line(key):
    _bank, content = statement_of(key)
    dice = random.Random(11)  # noqa: S311 - the same mutants each time
    taken = 0
    for _number in range(1500):
        changed = mutant(content, dice)
        try:
            quick, lines = quickly(key, changed)
        except Doubtful:
            continue
        strict, expected = line_by_line(key, changed)
        assert (lines, head(quick)) == (expected, head(strict))
        taken += 1
    assert taken < 1400


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲乙公司", "甲\u3000乙公司"),
        ("甲乙公司", "甲\\乙公司"),
        ("甲乙公司", "甲\\N"),
        ("ZH2023-1 追回款", ""),
    ],
)
def test_rare_signs_arrive_as_they_are(old, new):
    form = profile("joint-stock").statement
    _bank, content = statement_of("joint-stock")
    content = content.decode(form.encoding).replace(old, new).encode(form.encoding)
    expected = line_by_line("joint-stock", content)[1]
    try:
        assert quickly("joint-stock", content)[1] == expected
    except Doubtful:
        assert "\u3000" in new


@pytest.mark.parametrize("key", ["city-commercial", "joint-stock"])
def test_lines_are_kept_the_same_on_both_ways(key, monkeypatch):
    of = banking.treasury(payments=2, profile_key=key)
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    of.bank.receive(of.account.account_number, 5, LATER, payer="甲\\N乙", reference="\\. 利息")
    content = of.bank.statement(of.account.account_number, ON, LATER)
    assert take_statement(of.maker, of.account, content, name="s.csv", on=LATER).matched == 2
    found = read_statement(profile(key), content, account_number=of.account.account_number)
    kept = StatementLine.objects.order_by("row").values_list(
        "row", "booked_on", "bank_serial", "amount_fen", "counterparty_name", "reference"
    )
    assert list(kept) == [
        (e.row, e.booked_on, e.bank_serial, e.amount_fen, e.counterparty_name, e.reference)
        for e in found.entries
    ]
    numbers = StatementLine.objects.exclude(counterparty_account="").values_list(
        "counterparty_account", flat=True
    )
    assert all(number.startswith("****") for number in numbers)


def test_a_serial_number_that_stands_twice_in_one_file_is_named_with_its_line():
    of = banking.treasury(profile_key="joint-stock")
    of.bank.open_account(of.account.account_number, "财政局", 1000)
    first = of.bank.receive(of.account.account_number, 5, ON, payer="甲", reference="利息")
    second = of.bank.receive(of.account.account_number, 6, ON, payer="甲", reference="利息")
    content = of.bank.statement(of.account.account_number, ON, LATER)
    content = content.replace(second.serial.encode(), first.serial.encode())
    with pytest.raises(FileRefused) as refusal:
        take_statement(of.maker, of.account, content, name="s.csv", on=LATER)
    assert [(p.code, p.row) for p in refusal.value.problems] == [("serial_twice", 4)]
    assert not StatementLine.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("0.05", "1e2", "bad_credit"),
        ("0.05", "５.00", "bad_credit"),
        (ON.strftime("%Y-%m-%d"), "2023-02-30", "bad_day"),
        ("利息", "利,息", "wrong_cells"),
        ("10.05", "10.06", "wrong_balance"),
    ],
)
def test_a_line_that_is_wrong_is_named_although_the_frame_of_the_file_is_right(old, new, code):
    """Reading stops within COPY, and the file is read again line by line, which says what is wrong."""
    of = banking.treasury(profile_key="joint-stock")
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1000)
    of.bank.receive(account, 5, ON, payer="甲", reference="利息")
    head, titles, line, *rest = of.bank.statement(account, ON, LATER).decode("utf-8-sig").split("\r\n")
    assert old in line
    content = "\r\n".join([head, titles, line.replace(old, new, 1), *rest]).encode("utf-8-sig")
    with pytest.raises(FileRefused) as refusal:
        take_statement(of.maker, of.account, content, name="s.csv", on=LATER)
    assert (code, 3) in {(problem.code, problem.row) for problem in refusal.value.problems}
    assert not StatementLine.objects.exists()


def test_a_movement_of_another_statement_is_named_where_the_balances_fit():
    of = banking.treasury(profile_key="joint-stock")
    account = of.account.account_number
    of.bank.open_account(account, "财政局", 1000)
    first = of.bank.receive(account, 5, ON, payer="甲", reference="利息")
    second = of.bank.receive(account, 6, LATER, payer="甲", reference="利息")
    take_statement(of.maker, of.account, of.bank.statement(account, ON, ON), name="1.csv", on=LATER)
    content = of.bank.statement(account, LATER, LATER)
    content = content.replace(second.serial.encode(), first.serial.encode())
    with pytest.raises(FileRefused) as refusal:
        take_statement(of.maker, of.account, content, name="2.csv", on=LATER)
    assert {p.row for p in refusal.value.problems if p.code == "movement_changed"} == {3}
    assert StatementLine.objects.count() == 1
