"""Bank files as they may also come: written anew by another program, or by the letter of ISO 20022."""

from datetime import timedelta

import pytest
from django.utils import translation

from apps.banking.formats.profiles import profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.results import read_result
from apps.banking.formats.statements import read_statement
from tests.banking.files import PAY_ON, PAYER, bank_with, expected, payment_file

TEXTS = ["city-commercial", "rural-commercial", "joint-stock"]
FILE = payment_file(2)


def statement_of(key: str) -> bytes:
    return bank_with(profile(key), FILE).statement(PAYER, PAY_ON, PAY_ON + timedelta(days=3))


def refused(key: str, content: bytes) -> list[tuple[int | None, str]]:
    with pytest.raises(FileRefused) as refusal:
        read_statement(profile(key), content, account_number=PAYER)
    return [(problem.row, problem.code) for problem in refusal.value.problems]


@pytest.mark.parametrize("key", TEXTS)
def test_what_follows_the_closing_line_is_named_by_its_line(key):
    content = statement_of(key)
    whole = content.count(b"\r\n")
    for more in (b"\r\n", b"\r\n\r\n", b"printed 2023-03-18\r\n"):
        assert refused(key, content + more) == [(whole + 1, "after_the_end")]


@pytest.mark.parametrize("key", TEXTS)
def test_other_line_ends_are_not_called_a_cut(key):
    assert refused(key, statement_of(key).replace(b"\r\n", b"\n")) == [(1, "line_ends")]


def test_a_result_that_another_program_wrote_anew_is_refused_by_its_columns():
    """Quotation marks around every cell: the encoding is right and not blamed."""
    form = profile("iso20022")
    content = bank_with(form, FILE).result(FILE.number)
    quoted = b"".join(
        b'"' + line.replace(b",", b'","') + b'"\n' for line in content.splitlines() if line
    ).replace(b'"CtrlSum"', b"CtrlSum")
    with pytest.raises(FileRefused) as refusal:
        read_result(form, quoted, number=FILE.number, expected=expected(FILE))
    assert refusal.value.problems[0].code == "wrong_columns"


def test_a_blank_in_the_head_is_named_by_the_bank_s_word_for_it():
    content = statement_of("joint-stock").decode("utf-8-sig").split(",")
    content[1] = ""
    with pytest.raises(FileRefused) as refusal:
        read_statement(profile("joint-stock"), ",".join(content).encode("utf-8-sig"), account_number=PAYER)
    problem = refusal.value.problems[0]
    assert (problem.row, problem.code) == (1, "blank")
    assert content[0] in str(problem.message)


def test_an_empty_file_says_that_it_is_empty():
    assert refused("city-commercial", b"") == [(None, "empty")]


KINDS = [
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-1.4\n",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00" * 9,
]


@pytest.mark.parametrize("key", [*TEXTS, "iso20022"])
@pytest.mark.parametrize("start", KINDS)
def test_what_is_no_text_of_a_bank_is_called_what_it_is(key, start):
    assert refused(key, start + statement_of(key)) == [(None, "another_kind")]


def test_a_text_saved_anew_in_utf_16_is_called_that():
    text = statement_of("city-commercial").decode("gb18030")
    assert refused("city-commercial", text.encode("utf-16-le")) == [(None, "another_kind")]


def test_the_columns_in_another_encoding_are_not_called_a_cut():
    text = statement_of("city-commercial").decode("gb18030")
    assert refused("city-commercial", text.encode()) == [(1, "wrong_encoding")]


@pytest.mark.parametrize("key", TEXTS)
def test_line_ends_of_old_computers_are_not_called_a_cut(key):
    assert refused(key, statement_of(key).replace(b"\r\n", b"\r")) == [(1, "line_ends")]


def test_a_byte_order_mark_too_many_is_named():
    form = profile("iso20022")
    content = b"\xef\xbb\xbf" + bank_with(form, FILE).result(FILE.number)
    with translation.override("en"), pytest.raises(FileRefused) as refusal:
        read_result(form, content, number=FILE.number, expected=expected(FILE))
    assert "byte order mark" in str(refusal.value.problems[0].message)


# camt.053 -------------------------------------------------------------------------------------------
def camt() -> str:
    return statement_of("iso20022").decode()


def together(content: str, *, first: str = "8000.01", serial: bool = True) -> str:
    """The two payments as one entry of 16,000.03 yuan, each with its own amount and serial number."""
    head, one, two = content.split("<Ntry>")
    two, tail = two.split("</Ntry>")
    parts = []
    for part, amount in ((one, first), (two, "8000.02")):
        number = part.split("<AcctSvcrRef>")[1].split("</AcctSvcrRef>")[0]
        own = f"<AcctSvcrRef>{number}</AcctSvcrRef>" if serial else ""
        details = part.split("<TxDtls>")[1].split("</TxDtls>")[0].replace("<Refs>", f"<Refs>{own}")
        moved = f'</Refs><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        parts.append(f"<TxDtls>{details.replace('</Refs>', moved)}</TxDtls>")
    entry = one.split("<NtryDtls>")[0].replace(">8000.01<", ">16000.03<")
    head = head.replace("<NbOfNtries>2<", "<NbOfNtries>1<")
    return f"{head}<Ntry>{entry}<NtryDtls>{''.join(parts)}</NtryDtls></Ntry>{tail}"


def read_camt(content: str):
    return read_statement(profile("iso20022"), content.encode(), account_number=PAYER)


def test_payments_booked_together_are_taken_one_by_one():
    assert read_camt(together(camt())).entries == read_camt(camt()).entries


def test_payments_booked_together_have_to_make_their_entry():
    assert refused("iso20022", together(camt(), first="8000.02").encode())[0] == (1, "bad_entry")
    assert refused("iso20022", together(camt(), serial=False).encode())[0] == (1, "bad_entry")


@pytest.mark.parametrize("written", ["8000.010", "8000.01000"])
def test_an_amount_is_read_as_iso_20022_writes_it(written):
    content = camt().replace('<Ntry><Amt Ccy="CNY">8000.01<', f'<Ntry><Amt Ccy="CNY">{written}<')
    assert read_camt(content).entries == read_camt(camt()).entries


@pytest.mark.parametrize("written", ["8000.011", "8000,01", "8,000.01", "-8000.01", "8e3", "٨", ""])
def test_an_amount_of_less_than_a_fen_or_in_another_form_is_refused(written):
    content = camt().replace('<Ntry><Amt Ccy="CNY">8000.01<', f'<Ntry><Amt Ccy="CNY">{written}<')
    assert refused("iso20022", content.encode())[0] == (1, "bad_entry")


def test_an_entry_has_one_amount():
    twice = '<Amt Ccy="CNY">8000.01</Amt><Amt Ccy="CNY">1.00</Amt>'
    content = camt().replace('<Ntry><Amt Ccy="CNY">8000.01</Amt>', f"<Ntry>{twice}")
    assert refused("iso20022", content.encode())[0] == (1, "bad_entry")


def test_a_day_may_carry_its_hour():
    booked = "<BookgDt><Dt>2023-03-15</Dt></BookgDt>"
    hour = "<BookgDt><DtTm>2023-03-15T23:30:00+08:00</DtTm></BookgDt>"
    assert read_camt(camt().replace(booked, hour)).entries == read_camt(camt()).entries


def test_a_moment_of_another_zone_is_a_day_of_ours():
    booked = "<BookgDt><Dt>2023-03-15</Dt></BookgDt>"
    moment = "<BookgDt><DtTm>2023-03-14T16:30:00Z</DtTm></BookgDt>"
    assert read_camt(camt().replace(booked, moment)).entries == read_camt(camt()).entries


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<!DOCTYPE d [<!ENTITY a 'x'>]><d>&a;</d>", "entities of its own"),
        ("<d>", "in line 1"),
        ("序号,金额\n", "in line 1"),
    ],
)
def test_what_is_wrong_with_a_message_is_said_in_the_language_of_its_reader(content, said):
    with translation.override("en"), pytest.raises(FileRefused) as refusal:
        read_camt(content)
    assert said in str(refusal.value.problems[0].message)


def test_a_prefix_and_white_space_change_nothing():
    prefixed = (
        camt().replace("</", "</c:").replace("<", "<c:").replace("<c:/c:", "</c:").replace("<c:?", "<?")
    )
    prefixed = prefixed.replace("xmlns=", "xmlns:c=").replace("><", ">\n  <")
    assert read_camt(prefixed).entries == read_camt(camt()).entries


def test_a_movement_of_nothing_is_refused_by_its_number():
    nothing = camt().replace(">8000.01<", ">0.00<").replace(">16000.03<", ">8000.02<")
    assert (1, "bad_entry") in refused("iso20022", nothing.encode())


def test_several_statements_in_one_message_are_counted():
    start, statement, end = camt().partition("<Stmt>")[0], camt().partition("<Stmt>")[2], ""
    statement, end = statement.split("</Stmt>")
    twice = f"{start}<Stmt>{statement}</Stmt><Stmt>{statement}</Stmt>{end}"
    assert refused("iso20022", twice.encode()) == [(None, "several_statements")]


def test_another_message_is_named():
    with pytest.raises(FileRefused) as refusal:
        read_camt(camt().replace("camt.053.001.08", "camt.053.001.02"))
    assert "camt.053.001.02" in refusal.value.problems[0].message


@pytest.mark.parametrize("key", ["joint-stock", "iso20022"])
def test_a_serial_number_of_spaces_is_none(key):
    """In a result as in a statement: nothing could ever be found by it."""
    form = profile(key)
    bank = bank_with(form, FILE)
    serial = next(iter(bank.book.orders.values())).serial
    result = bank.result(FILE.number).replace(serial.encode(), b"   ", 1)
    with pytest.raises(FileRefused) as refusal:
        read_result(form, result, number=FILE.number, expected=expected(FILE))
    assert refusal.value.problems[0].code == "bank_data"
    statement = bank.statement(PAYER, PAY_ON, PAY_ON + timedelta(days=3))
    assert refused(key, statement.replace(serial.encode(), b"   ", 1))[0][1] in ("bank_data", "bad_entry")
