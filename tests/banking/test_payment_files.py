"""Payment files: the same bytes each time, nothing altered, every profile read back by the bank."""

import io
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from xmlschema import XMLSchema

from apps.banking.fake_bank import FakeBank, Refusal
from apps.banking.fake_bank.taking import read_payment_file
from apps.banking.formats.carrying import problems_of
from apps.banking.formats.pain_rules import broken_rules
from apps.banking.formats.profiles import parse, profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.writing import write_payment_file
from tests.banking.files import KEYS, PAYER, payment, payment_file

RARE = "北京𠮷䶮科技有限公司"


def carried(file):
    """What every form carries of a file."""
    return (
        file.number,
        file.pay_on,
        [(row.order_number, row.payee_name, row.amount_fen) for row in file.payments],
    )


@pytest.mark.parametrize("key", KEYS)
def test_the_bank_reads_what_was_written(key):
    file = payment_file(5)
    assert carried(read_payment_file(profile(key), write_payment_file(profile(key), file))) == carried(file)


@pytest.mark.parametrize("key", KEYS)
def test_the_same_payments_give_the_same_bytes(key):
    assert write_payment_file(profile(key), payment_file(20)) == write_payment_file(
        profile(key), payment_file(20)
    )


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=40)
@given(
    fens=st.lists(st.integers(1, 10**12), min_size=1, max_size=8),
    names=st.lists(
        st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=20),
        min_size=8,
        max_size=8,
    ),
)
def test_any_amounts_and_names_come_back_as_they_were(key, fens, names):
    file = payment_file(
        [payment(place, name=names[place - 1], fen=fen) for place, fen in enumerate(fens, start=1)]
    )
    assert carried(read_payment_file(profile(key), write_payment_file(profile(key), file))) == carried(file)


def test_the_text_of_the_city_bank_is_what_its_counter_takes():
    lines = write_payment_file(profile("city-commercial"), payment_file(2)).decode("gb18030").split("\r\n")
    assert lines[0].startswith("批次号,ZF2023110105000001,付款账号,11001018500053001234,付款户名,")
    assert lines[0].endswith(",付款日期,20230315")
    assert lines[2] == (
        "1,BT2023110105000001-1,北京甲乙科技有限公司,6222000000000000001,中国工商银行北京朝阳支行,"
        "102100000030,8000.01,新型学徒制培训补贴"
    )
    assert lines[4] == "合计,2,16000.03"
    assert lines[5].startswith("校验码,")
    assert lines[6:] == [""]


def test_a_bank_that_writes_fen_gets_fen():
    text = write_payment_file(profile("rural-commercial"), payment_file(1)).decode("gbk")
    assert "|800001|" in text
    assert text.endswith("T|1|800001\r\n")


def test_the_workbook_holds_texts_only_and_no_formula():
    content = write_payment_file(profile("joint-stock"), payment_file([payment(1, name="=甲乙公司")]))
    page = load_workbook(io.BytesIO(content)).active
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=甲乙公司" in {cell.value for cell in cells}


def test_a_name_that_gbk_cannot_carry_is_refused_and_never_altered():
    file = payment_file([payment(1, name=RARE)])
    with pytest.raises(FileRefused) as refusal:
        write_payment_file(profile("rural-commercial"), file)
    assert [(problem.code, problem.row) for problem in refusal.value.problems] == [("not_in_encoding", 1)]
    assert "𠮷" in str(refusal.value.problems[0].message)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "rural-commercial"])
def test_banks_with_a_wider_encoding_carry_rare_characters(key):
    file = payment_file([payment(1, name=RARE)])
    assert (
        read_payment_file(profile(key), write_payment_file(profile(key), file)).payments[0].payee_name == RARE
    )


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("city-commercial", "甲,乙公司"),
        ("city-commercial", '甲"乙公司'),
        ("city-commercial", "甲乙公司 "),
        ("city-commercial", "甲\n乙公司"),
        ("city-commercial", "甲" * 61),
        ("city-commercial", ""),
        ("rural-commercial", "甲|乙公司"),
        ("joint-stock", "甲\t乙公司"),
        ("iso20022", "甲" * 141),
        ("iso20022", "甲\x0b乙公司"),
        ("iso20022", ""),
    ],
)
def test_what_a_form_takes_for_something_else_is_refused_at_entry(key, name):
    assert problems_of(profile(key), payment(name=name))
    with pytest.raises(FileRefused):
        write_payment_file(profile(key), payment_file([payment(name=name)]))


def test_what_separates_cells_elsewhere_is_no_trouble_here():
    assert not problems_of(profile("rural-commercial"), payment(name="甲,乙公司"))
    assert not problems_of(profile("iso20022"), payment(name="甲<乙>&公司"))


def test_the_message_escapes_what_xml_reserves():
    name = "甲<乙>&公司"
    file = payment_file([payment(name=name)])
    content = write_payment_file(profile("iso20022"), file)
    assert read_payment_file(profile("iso20022"), content).payments[0].payee_name == name


@pytest.mark.parametrize("key", KEYS)
def test_a_payment_of_nothing_is_refused(key):
    with pytest.raises(FileRefused):
        write_payment_file(profile(key), payment_file([replace(payment(), amount_fen=0)]))


def test_the_message_keeps_the_rules_of_the_schema():
    assert broken_rules(write_payment_file(profile("iso20022"), payment_file(50))) == []


@pytest.fixture(scope="module")
def schema():
    """The schema of ISO 20022 itself, as another program carries it."""
    return XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


def test_the_schema_of_iso_20022_takes_the_message(schema):
    names = ["甲" * 140, "甲<乙>&公司", RARE]
    payments = [payment(place, name=name) for place, name in enumerate(names, start=1)]
    payments.append(replace(payment(4), payee_bank_code=""))
    schema.validate(io.BytesIO(write_payment_file(profile("iso20022"), payment_file(payments))))


def test_what_the_schema_refuses_our_rules_refuse_as_well(schema):
    content = write_payment_file(profile("iso20022"), payment_file(2))
    for old, new in (
        (b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>XXX</PmtMtd>"),
        (b"<PmtMtd>TRF</PmtMtd>", b""),
        (b"<NbOfTxs>2</NbOfTxs>", b"<NbOfTxs>two</NbOfTxs>"),
        (b">8000.01<", b">8000.010001<"),
        (b"<ChrgBr>DEBT</ChrgBr>", b"<ChrgBr>ALL</ChrgBr>"),
        (b"<Nm>", b"<Name>"),
        (b'Ccy="CNY"', b""),
    ):
        spoilt = content.replace(old, new).replace(b"</Nm>", b"</Name>" if new == b"<Name>" else b"</Nm>")
        assert not schema.is_valid(io.BytesIO(spoilt))
        assert broken_rules(spoilt)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (b"<NbOfTxs>3</NbOfTxs>", b"<NbOfTxs>4</NbOfTxs>", "NbOfTxs"),
        (b"24000.06", b"24000.07", "CtrlSum"),
        (b"<PmtMtd>TRF</PmtMtd>", b"", "PmtMtd"),
        (b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>XXX</PmtMtd>", "PmtMtd"),
        (b">8000.01<", b">8000.010<", "InstdAmt"),
        (b">8000.01<", b">8E3<", "InstdAmt"),
        (b'Ccy="CNY">8000.01', b'Ccy="USD">8000.01', "InstdAmt"),
        (b"<EndToEndId>BT2023110105000002-1", b"<EndToEndId>BT2023110105000001-1", "EndToEndId"),
        (b"<EndToEndId>BT2023110105000002-1", b"<EndToEndId>" + b"B" * 36, "EndToEndId"),
        (b"<ChrgBr>DEBT</ChrgBr>", b"<ChrgBr>DEBT</ChrgBr><Extra/>", "Extra"),
        (b"pain.001.001.09", b"pain.001.001.03", "document"),
        (b"</Document>", b"", "well formed"),
        (b"<CstmrCdtTrfInitn>", b"<CstmrCdtTrfInitn>\xff", "well formed"),
    ],
)
def test_a_message_that_breaks_a_rule_is_found_out(old, new, where):
    content = write_payment_file(profile("iso20022"), payment_file(3))
    assert old in content
    assert any(where in rule for rule in broken_rules(content.replace(old, new)))


def test_the_bank_takes_a_file_once():
    bank = FakeBank(profile("city-commercial"))
    content = write_payment_file(profile("city-commercial"), payment_file())
    assert bank.take(content) == payment_file().number
    with pytest.raises(Refusal):
        bank.take(content)
    assert PAYER in bank.book.accounts


def test_a_profile_with_an_unknown_word_is_refused():
    good = (
        "names: {zh: 甲, en: A}\nstatus_words: {好: paid}\n"
        "payment: {message: pain.001.001.09}\nstatement: {message: camt.053.001.08}\n"
        "result: {format: csv, columns: [{field: order_number, title: 号}], trailer: [{text: T}]}\n"
    )
    assert parse("a", good.encode()).name_zh == "甲"
    for bad in (
        good + "colour: red\n",
        good.replace("order_number", "order"),
        good.replace("paid}", "perhaps}"),
        good.replace(", trailer: [{text: T}]", ""),
        good.replace("format: csv", "format: csv, encoding: utf-16"),
        good.replace("format: csv", "format: csv, encoding: gbk, bom: true"),
    ):
        with pytest.raises((ValueError, TypeError)):
            parse("a", bad.encode())
