"""What banks answer: taken whole, or refused whole with the line and the reason."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.banking.fake_bank.answering import result_file
from apps.banking.formats.contents import Outcome
from apps.banking.formats.profiles import profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.results import read_result
from apps.banking.formats.statements import read_statement
from tests.banking.files import KEYS, PAY_ON, PAYER, bank_with, expected, payment_file

FAILED = {"BT2023110105000002-1": "账号户名不符"}


def reading(key, content, file):
    return read_result(profile(key), content, number=file.number, expected=expected(file))


def codes(key, content, file):
    """What a file is refused for, by line."""
    with pytest.raises(FileRefused) as refusal:
        reading(key, content, file)
    return [(problem.row, problem.code) for problem in refusal.value.problems]


@pytest.mark.parametrize("key", KEYS)
def test_every_line_of_a_result_is_read(key):
    file = payment_file(4)
    bank = bank_with(profile(key), file, failures=FAILED)
    bank.book.orders["BT2023110105000003-1"].state = "pending"
    for name in ("serial", "paid_on"):
        setattr(bank.book.orders["BT2023110105000003-1"], name, "")
    found = reading(key, bank.result(file.number), file).lines
    assert [(line.outcome, line.amount_fen) for line in found] == [
        (Outcome.PAID, 800_001),
        (Outcome.FAILED, 800_002),
        (Outcome.PENDING, 800_003),
        (Outcome.PAID, 800_004),
    ]
    assert found[0].paid_on == PAY_ON
    assert found[1].reason == "账号户名不符"


@pytest.mark.parametrize("key", KEYS)
def test_lines_that_are_absent_are_simply_not_there(key):
    file = payment_file(4)
    content = bank_with(profile(key), file).result(file.number, share=0.5)
    assert [line.order_number[-8:-2] for line in reading(key, content, file).lines] == ["000001", "000002"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ("wrong-amount", {"wrong_amount"}),
        ("unknown-line", {"unknown_order"}),
        ("duplicate-line", {"duplicate"}),
        ("truncated", {"truncated", "wrong_encoding"}),
        ("wrong-encoding", {"wrong_encoding", "wrong_check", "truncated"}),
        ("wrong-total", {"wrong_total", "wrong_check"}),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(key, fault, wanted):
    file = payment_file(5)
    found = codes(key, bank_with(profile(key), file).result(file.number, fault=fault), file)
    assert {code for _row, code in found} <= wanted


def test_the_refusal_names_the_line_as_the_bank_wrote_it():
    file = payment_file(5)
    bank = bank_with(profile("rural-commercial"), file)
    orders = bank.book.of_batch(file.number)
    orders[2] = replace(orders[2], amount_fen=orders[2].amount_fen - 1)
    content = result_file(profile("rural-commercial"), file.number, orders)
    assert codes("rural-commercial", content, file) == [(4, "wrong_amount")]


def test_a_result_of_another_batch_is_refused():
    file = payment_file(2)
    bank = bank_with(profile("rural-commercial"), file)
    content = result_file(profile("rural-commercial"), "ZF-OTHER", bank.book.of_batch(file.number))
    assert codes("rural-commercial", content, file) == [(4, "other_batch")]


def test_a_success_word_that_the_bank_never_declared_is_refused():
    file = payment_file(2)
    content = bank_with(profile("rural-commercial"), file).result(file.number)
    spoilt = content.replace("|成功|".encode("gbk"), "|成 功|".encode("gbk"), 1)
    assert codes("rural-commercial", spoilt, file) == [(2, "unknown_status")]


def test_a_failure_told_as_a_success_does_not_fit_the_closing_line():
    file = payment_file(3)
    content = bank_with(profile("rural-commercial"), file, failures=FAILED).result(file.number)
    paid = content.replace("失败||".encode("gbk"), "成功|20230315999|20230315".encode("gbk"), 1)
    assert {code for _row, code in codes("rural-commercial", paid, file)} <= {
        "wrong_total",
        "wrong_cells",
        "bank_data",
    }


def test_utf8_read_as_gb18030_is_noticed_even_where_every_byte_decodes():
    """张三 in UTF-8 is 寮犱笁 in GBK: without the declared encoding nobody would see it."""
    file = payment_file(3)
    content = bank_with(profile("rural-commercial"), file).result(file.number)
    assert codes("rural-commercial", content.decode("gbk").encode("utf-8"), file)[0][1] == "wrong_encoding"


@pytest.mark.parametrize("key", KEYS)
def test_a_file_that_is_cut_off_at_any_byte_is_refused(key):
    file = payment_file(8)
    content = bank_with(profile(key), file, failures=FAILED).result(file.number)
    for end in range(len(content)):
        with pytest.raises(FileRefused):
            reading(key, content[:end], file)
    assert len(reading(key, content, file).lines) == 8


@pytest.mark.parametrize("key", ["city-commercial", "rural-commercial"])
def test_a_thousand_lines_cut_off_at_any_byte_are_refused(key):
    """At 60,000 places and more: nothing but the whole file is taken."""
    file = payment_file(1000)
    content = bank_with(profile(key), file, fail_share=0.1).result(file.number)
    wanted, taken = expected(file), 0
    for end in range(len(content) + 1):
        try:
            read_result(profile(key), content[:end], number=file.number, expected=wanted)
        except FileRefused:
            continue
        taken += end
    assert taken == len(content)


def mutant(content: bytes, dice: random.Random) -> bytes:
    """The file with something done to it that happens to files: bytes, lines, cells, ends."""
    kind = dice.randrange(8)
    place = dice.randrange(len(content))
    lines = content.split(b"\n")
    first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
    if kind == 0:
        return content[:place] + bytes([dice.randrange(256)]) + content[place + 1 :]
    if kind == 1:
        return content[:place] + content[place + 1 :]
    if kind == 2:
        return content[:place] + bytes([dice.randrange(256)]) + content[place:]
    if kind == 3:
        lines[first], lines[second] = lines[second], lines[first]
    elif kind == 4:
        lines.insert(second, lines[first])
    elif kind == 5:
        del lines[first]
    elif kind == 6:
        swap = bytes(dice.sample(b"0123456789", 2))
        return content[:place] + content[place:].replace(swap[:1], swap[1:], 1)
    else:
        return content[:place] + content[dice.randrange(place, len(content)) :]
    return b"\n".join(lines)


@pytest.mark.parametrize("key", KEYS)
def test_a_changed_file_is_refused_or_says_the_same(key):
    """What is paid and what failed, to whom and how much, is never misread. Where the bank gives a check
    value, neither are serial numbers, days and reasons."""
    file = payment_file(12)
    form = profile(key)
    content = bank_with(form, file, failures=FAILED).result(file.number)

    def meaning(found):
        whole = bool(form.result.check)
        return sorted(
            (line.order_number, line.outcome, line.amount_fen)
            + ((line.bank_serial, line.paid_on, line.reason) if whole else ())
            for line in found.lines
        )

    right = meaning(reading(key, content, file))
    refused = 0
    dice = random.Random(20231105)  # noqa: S311 - the same mutants each time
    for _number in range(500):
        try:
            found = reading(key, mutant(content, dice), file)
        except FileRefused:
            refused += 1
        else:
            assert meaning(found) == right
    assert refused > 250


def statement_of(key, **days):
    file = payment_file(3)
    bank = bank_with(profile(key), file)
    bank.receive(PAYER, 123_45, PAY_ON + timedelta(days=1), payer="甲乙公司", reference="ZH2023-1 追回款")
    return bank, bank.statement(PAYER, PAY_ON, days.get("to", PAY_ON + timedelta(days=2)))


@pytest.mark.parametrize("key", KEYS)
def test_a_statement_is_read_with_every_movement(key):
    _bank, content = statement_of(key)
    found = read_statement(profile(key), content, account_number=PAYER)
    assert [entry.amount_fen for entry in found.entries] == [-800_001, -800_002, -800_003, 123_45]
    assert found.entries[0].reference == "BT2023110105000001-1"
    assert found.entries[3].reference == "ZH2023-1 追回款"
    assert found.closing_fen - found.opening_fen == sum(entry.amount_fen for entry in found.entries)
    assert len({entry.bank_serial for entry in found.entries}) == 4


@pytest.mark.parametrize("key", KEYS)
def test_a_statement_of_another_account_is_refused(key):
    _bank, content = statement_of(key)
    with pytest.raises(FileRefused) as refusal:
        read_statement(profile(key), content, account_number="11001018500053009999")
    assert refusal.value.problems[0].code == "other_account"
    assert PAYER not in str(refusal.value.problems[0].message)


@pytest.mark.parametrize("key", KEYS)
def test_a_changed_statement_is_refused_or_moves_the_same_money(key):
    _bank, content = statement_of(key)
    right = read_statement(profile(key), content, account_number=PAYER)
    dice = random.Random(7)  # noqa: S311 - the same mutants each time
    refused = 0
    for _number in range(500):
        try:
            found = read_statement(profile(key), mutant(content, dice), account_number=PAYER)
        except FileRefused:
            refused += 1
        else:
            amounts = sorted(entry.amount_fen for entry in found.entries)
            assert amounts == sorted(entry.amount_fen for entry in right.entries)
    assert refused > 200


def test_a_statement_that_is_cut_off_at_any_byte_is_refused():
    for key in KEYS:
        _bank, content = statement_of(key)
        whole = content.rstrip(b"\n") if key == "iso20022" else content
        for end in range(len(whole)):
            with pytest.raises(FileRefused):
                read_statement(profile(key), content[:end], account_number=PAYER)


@pytest.mark.parametrize(
    "trick",
    [
        b'<!DOCTYPE Document [<!ENTITY a "b">]>',
        b'<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_statement_with_entities_is_refused(trick):
    _bank, content = statement_of("iso20022")
    head, rest = content.split(b"\n", 1)
    with pytest.raises(FileRefused):
        read_statement(profile("iso20022"), head + b"\n" + trick + rest, account_number=PAYER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>"),
        (b"<Cd>OPBD</Cd>", b"<Cd>ITBD</Cd>"),
        (b"<NbOfNtries>4<", b"<NbOfNtries>5<"),
        (b'Ccy="CNY">8000.01', b'Ccy="USD">8000.01'),
        (b">8000.01<", b">8000.02<"),
        (b"UTF-8", b"GBK"),
        (b"camt.053.001.08", b"camt.053.001.02"),
    ],
)
def test_a_message_that_is_not_right_is_refused(old, new):
    _bank, content = statement_of("iso20022")
    assert old in content
    with pytest.raises(FileRefused):
        read_statement(profile("iso20022"), content.replace(old, new), account_number=PAYER)
