"""The bank to play with, from the command line: its own book, its answers, its faults."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from apps.banking.formats.results import read_result
from apps.banking.formats.writing import write_payment_file
from tests.banking.files import PAY_ON, PAYER, expected, payment_file

KEY = "rural-commercial"


@pytest.fixture
def bank(tmp_path):
    """Call the command with a book and a profile."""

    def call(*words, key=KEY):
        said = StringIO()
        book = str(tmp_path / "book.json")
        call_command("fake_bank", "--profile", key, "--book", book, "--on", "2023-03-15", *words, stdout=said)
        return said.getvalue().strip()

    return call


@pytest.fixture
def file(tmp_path):
    """A payment file as it was downloaded."""
    path = tmp_path / "pay.csv"
    path.write_bytes(write_payment_file(profile(KEY), payment_file(3)))
    return path


def test_it_takes_a_file_pays_and_answers(bank, file, tmp_path):
    sent = payment_file(3)
    assert bank("take", str(file)) == f"{sent.number}: 3 payments, 24,000.06 yuan"
    order = sent.payments[1].order_number
    assert bank("settle", sent.number, "--fail", f"{order}=账号户名不符") == "paid 2, failed 1, pending 0"
    out = tmp_path / "result.csv"
    bank("result", sent.number, str(out))
    found = read_result(profile(KEY), out.read_bytes(), number=sent.number, expected=expected(sent))
    assert [line.reason for line in found.lines] == ["", "账号户名不符", ""]
    statement = tmp_path / "statement.csv"
    bank("statement", PAYER, str(statement), "--from", "2023-03-01", "--to", "2023-03-31")
    assert statement.read_bytes().count(b"\r\n") == 5


def test_its_book_outlives_the_command(bank, file):
    bank("take", str(file))
    with pytest.raises(CommandError, match="taken before"):
        bank("take", str(file))


def test_money_comes_in_and_goes_back(bank, file, tmp_path):
    sent = payment_file(3)
    bank("take", str(file))
    bank("settle", sent.number)
    assert bank("receive", PAYER, "123.45", "--payer", "甲", "--reference", "ZH1")
    assert bank("return", sent.payments[0].order_number)
    out = tmp_path / "statement.csv"
    bank("statement", PAYER, str(out), "--from", "2023-03-01", "--to", "2023-03-31")
    assert "12345" in out.read_text("gbk")


def test_an_account_is_opened_with_money_on_it(bank):
    assert bank("open", "11002222333344445555", "1000.00", "--name", "财政局") == "1,000.00"


@pytest.mark.parametrize(
    "words",
    [
        ("settle-what",),
        ("result", "ZF-NONE", "out.csv"),
        ("statement", "1", "out.csv", "--from", "2023-03-01", "--to", "2023-03-31"),
        ("return", "nothing"),
        ("take", "no-such-file.csv"),
    ],
)
def test_what_it_cannot_do_it_says(bank, words):
    with pytest.raises(CommandError):
        bank(*words)


def test_it_shows_what_it_keeps_and_names_it_where_something_else_is_asked_for(bank, file):
    assert "empty" in bank("show")
    bank("take", str(file))
    shown = bank("show")
    order = payment_file(3).payments[0].order_number
    assert PAYER in shown
    assert f"{order} pending" in shown
    for words, known in [
        (("settle", "ZF-NONE"), payment_file(3).number),
        (("receive", "11002222333344445555", "1.00"), PAYER),
        (("settle", payment_file(3).number, "--fail", "SQ1=x"), "SQ1"),
        (("settle", payment_file(3).number, "--fail", "SQ1"), "ORDER=REASON"),
        (("return", order), "no paid order"),
    ]:
        with pytest.raises(CommandError, match=known):
            bank(*words)


def test_the_same_seed_refuses_the_same_payments():
    file = payment_file(60)
    content = write_payment_file(profile(KEY), file)

    def failed(seed):
        bank = FakeBank(profile(KEY), seed=seed)
        bank.take(content)
        return [order.number for order in bank.settle(file.number, PAY_ON, fail_share=0.3) if order.reason]

    assert failed(1) == failed(1)
    assert failed(1) != failed(2)
    assert 5 < len(failed(1)) < 40


@pytest.mark.parametrize(("old", "new"), [(b"T|3|", b"T|2|"), (b"|2400006", b"|2400007")])
def test_it_checks_count_and_total_itself(bank, file, old, new):
    file.write_bytes(file.read_bytes().replace(old, new))
    with pytest.raises(CommandError):
        bank("take", str(file))


def statement_text(bank, tmp_path) -> str:
    out = tmp_path / "statement.csv"
    bank("statement", PAYER, str(out), "--from", "2023-03-01", "--to", "2023-03-31")
    return out.read_text("gbk")


def test_a_batch_is_booked_as_one_sum_and_answered_payment_by_payment(bank, file, tmp_path):
    sent = payment_file(3)
    bank("take", str(file))
    assert bank("settle", sent.number, "--as-one-sum") == "paid 3, failed 0, pending 0"
    assert f"批量代发 {sent.number}" in statement_text(bank, tmp_path)
    assert sent.payments[0].order_number not in statement_text(bank, tmp_path)
    out = tmp_path / "result.csv"
    bank("result", sent.number, str(out))
    found = read_result(profile(KEY), out.read_bytes(), number=sent.number, expected=expected(sent))
    assert len({line.bank_serial for line in found.lines}) == 3


def test_payments_come_back_in_one_movement_less_a_fee(bank, file, tmp_path):
    first, second, _third = (row.order_number for row in payment_file(3).payments)
    bank("take", str(file))
    bank("settle", payment_file(3).number)
    assert bank("return", first, second, "--fee", "5.00")
    text = statement_text(bank, tmp_path)
    assert f"退汇 {first} {second} 账号已销户 扣手续费5.00" in text
    assert str(800_001 + 800_002 - 500) in text
    with pytest.raises(CommandError, match="more than the fee"):
        bank("return", first, "--fee", "9000.00")
