"""What well-formed camt.053 statements of banks have and lack: taken where it means one thing, else told."""

import re

import pytest

from apps.banking.formats.profiles import profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.statements import read_statement
from tests.banking.files import PAYER
from tests.banking.test_answers import statement_of


def plain() -> str:
    """Three payments out and one receipt, in the form in which this project writes it."""
    return statement_of("iso20022")[1].decode()


def read(content: str, number: str = PAYER):
    return read_statement(profile("iso20022"), content.encode(), account_number=number)


def told(content: str) -> str:
    """The sentences for which a message is refused."""
    with pytest.raises(FileRefused) as refusal:
        read(content)
    return " ".join(str(problem.message) for problem in refusal.value.problems)


def without(content: str, tag: str, count: int = 0) -> str:
    found, number = re.subn(f"<{tag}>.*?</{tag}>", "", content, count=count, flags=re.DOTALL)
    assert number
    return found


def serial_below(content: str) -> str:
    """The serial number stands at the transaction and not at the entry."""
    return re.sub(
        r"<AcctSvcrRef>(.*?)</AcctSvcrRef>(.*?)<Refs>",
        r"\2<Refs><AcctSvcrRef>\1</AcctSvcrRef>",
        content,
        flags=re.DOTALL,
    )


SAME = {
    "serial at the transaction": serial_below,
    "no summary": lambda c: without(c, "TxsSummry"),
    "summary without a sum": lambda c: without(c, "Sum"),
    "summary by side": lambda c: re.sub(
        "<TxsSummry>.*</TxsSummry>",
        "<TxsSummry><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>123.45</Sum></TtlCdtNtries>"
        "<TtlDbtNtries><NbOfNtries>0003</NbOfNtries><Sum>24000.06</Sum></TtlDbtNtries></TxsSummry>",
        c,
        flags=re.DOTALL,
    ),
    "days of the balances": lambda c: without(c, "FrToDt"),
    "state as a plain code": lambda c: c.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>"),
    "balance of the period before": lambda c: c.replace(">OPBD<", ">PRCD<"),
    "further balances": lambda c: c.replace(
        "<TxsSummry>",
        "<Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><CdtLine><Incl>false</Incl></CdtLine>"
        '<Amt Ccy="USD">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2023-03-17</Dt></Dt></Bal>'
        "<Bal><Tp><CdOrPrtry><Prtry>X</Prtry></CdOrPrtry></Tp>"
        '<Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2023-03-17</Dt></Dt></Bal><TxsSummry>',
    ),
    "a balance for each day": lambda c: c.replace(
        "<TxsSummry>",
        "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>"
        '<Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2023-03-15</Dt></Dt></Bal>'
        "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp>"
        '<Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><DtTm>2023-03-16T00:00:00</DtTm></Dt></Bal>'
        "<TxsSummry>",
    ),
    "an envelope": lambda c: c.replace('<Document xmlns="', '<Envelope><Head/><Document xmlns="').replace(
        "</Document>", "</Document></Envelope>"
    ),
    "the only page": lambda c: c.replace(
        "<FrToDt>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn><FrToDt>"
    ),
    "days with our zone": lambda c: re.sub("<Dt>([0-9-]+)</Dt>", "<Dt>\\1+08:00</Dt>", c),
    "broken lines": lambda c: c.replace("甲乙公司", "\n   甲乙公司\n"),
    "no reversal": lambda c: c.replace("<Sts>", "<RvslInd>false</RvslInd><Sts>"),
}


@pytest.mark.parametrize("how", SAME)
def test_what_means_the_same_is_read_the_same(how):
    changed = SAME[how](plain())
    assert changed != plain()
    found, right = read(changed), read(plain())
    assert found.entries == right.entries
    assert (found.opening_fen, found.closing_fen) == (right.opening_fen, right.closing_fen)
    assert (found.from_day, found.to_day) == (right.from_day, right.to_day) or how == (
        "balance of the period before"
    )


def test_without_a_summary_an_entry_that_is_missing_is_noticed_by_the_balances():
    content = without(plain(), "TxsSummry")
    for place in range(4):
        entries = list(re.finditer("<Ntry>.*?</Ntry>", content, flags=re.DOTALL))
        start, end = entries[place].span()
        told(content[:start] + content[end:])


WRONG = {
    "no serial number anywhere": (lambda c: without(c, "AcctSvcrRef", 1), "AcctSvcrRef"),
    "one page of several": (SAME["the only page"], ""),
    "two closing balances of a day": (
        lambda c: c.replace(
            "<TxsSummry>",
            "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>"
            '<Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2023-03-17</Dt></Dt></Bal>'
            "<TxsSummry>",
        ),
        "CLBD",
    ),
    "another balance of the period before": (
        lambda c: c.replace(
            "<TxsSummry>",
            "<Bal><Tp><CdOrPrtry><Cd>PRCD</Cd></CdOrPrtry></Tp>"
            '<Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2023-03-14</Dt></Dt></Bal>'
            "<TxsSummry>",
        ),
        "PRCD",
    ),
    "a reversal that is neither": (
        lambda c: c.replace("<Sts>", "<RvslInd>maybe</RvslInd><Sts>", 1),
        "RvslInd",
    ),
    "no day of booking": (lambda c: without(c, "BookgDt", 1), "BookgDt"),
    "sum by side": (
        lambda c: SAME["summary by side"](c).replace("<Sum>123.45<", "<Sum>123.46<"),
        "",
    ),
    "a number without end": (
        lambda c: re.sub("<NbOfNtries>[0-9]+<", f"<NbOfNtries>{'9' * 5000}<", c, count=1),
        "",
    ),
    "a period that begins after the end of days": (
        lambda c: without(c, "FrToDt").replace(">OPBD<", ">PRCD<").replace("2023-03-15", "9999-12-31"),
        "",
    ),
    "no balance at the beginning": (lambda c: without(c, "Bal", 1), "OPBD"),
    "number by side": (lambda c: SAME["summary by side"](c).replace(">0003<", ">0004<"), ""),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_could_mean_two_things_is_refused_with_a_sentence(how):
    change, named = WRONG[how]
    content = change(plain())
    if how == "one page of several":
        content = content.replace("<PgNb>1<", "<PgNb>2<")
        told(content.replace("<PgNb>2<", "<PgNb>1<").replace("<LastPgInd>true<", "<LastPgInd>false<"))
    assert named in told(content)


def test_a_statement_of_one_day_needs_no_day_at_each_entry():
    content = (
        without(plain(), "FrToDt").replace("2023-03-16", "2023-03-15").replace("2023-03-17", "2023-03-15")
    )
    one = re.sub("<BookgDt><Dt>2023-03-15</Dt></BookgDt>", "", content)
    found = read(one)
    assert {entry.booked_on.isoformat() for entry in found.entries} == {"2023-03-15"}


def test_an_account_may_be_an_iban():
    iban = "DE89370400440532013000"
    content = plain().replace(
        f"<Acct><Id><Othr><Id>{PAYER}</Id></Othr></Id>", f"<Acct><Id><IBAN>{iban}</IBAN></Id>"
    )
    content = re.sub(
        "<CdtrAcct>.*?</CdtrAcct>", "<CdtrAcct><Id><IBAN>FR14</IBAN></Id></CdtrAcct>", content, count=1
    )
    found = read(content, iban)
    assert found.entries[0].counterparty_account == "FR14"


def with_text(*pieces: str, number: str = "NOTPROVIDED", more: str = "") -> str:
    """What the last movement, a receipt, tells of itself."""
    text = "".join(f"<Ustrd>{piece}</Ustrd>" for piece in pieces)
    start, end = plain().rsplit("<Refs>", 1)
    end = re.sub("<EndToEndId>.*?</EndToEndId>", f"<EndToEndId>{number}</EndToEndId>", end)
    end = re.sub("<RmtInf>.*?</RmtInf>", f"<RmtInf>{text}{more}</RmtInf>", end)
    return read(f"{start}<Refs>{end}").entries[-1].reference


def test_every_piece_of_the_payers_text_is_kept():
    assert with_text("ZH2023-1", "追回款") == "ZH2023-1 追回款"
    # A piece that is full goes on in the next one.
    assert with_text("甲" * 135 + "ZH202", "3-1 追回款") == "甲" * 135 + "ZH2023-1 追回款"
    assert with_text(number="RF18539007547034") == "RF18539007547034"
    assert with_text("ZH2023-1 追回款", number="A17") == "A17 ZH2023-1 追回款"
    assert with_text("退款 A17", number="A17") == "退款 A17"
    strd = "<Strd><CdtrRefInf><Ref>ZH2023-1</Ref></CdtrRefInf><AddtlRmtInf>追回款</AddtlRmtInf></Strd>"
    assert with_text(more=strd) == "ZH2023-1 追回款"
    assert len(with_text(*["字" * 140] * 4)) == 300


def test_what_the_bank_says_of_a_movement_stands_where_nobody_wrote_anything():
    content = re.sub(
        "<NtryDtls>(?!.*<NtryDtls>).*?</NtryDtls>",
        "<AddtlNtryInf>结息</AddtlNtryInf>",
        plain(),
        flags=re.DOTALL,
    )
    assert read(content).entries[-1].reference == "结息"


def test_a_reversal_comes_back_from_whom_the_money_went_to():
    """Its parties are those of what it reverses: we paid, and the other side was the creditor."""
    start, end = plain().rsplit("<Ntry>", 1)
    back = end.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>", 1).replace("Dbtr", "Cdtr")
    assert read(f"{start}<Ntry>{back}").entries[-1].counterparty_name == "甲乙公司"
    own = (
        f"<Dbtr><Pty><Nm>财政局</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>{PAYER}</Id></Othr></Id></DbtrAcct>"
    )
    named = back.replace("<RvslInd>true</RvslInd>", "").replace("<RltdPties>", f"<RltdPties>{own}")
    # Without the sign as well, where the message says which of the accounts is ours.
    assert read(f"{start}<Ntry>{named}").entries[-1].counterparty_name == "甲乙公司"


def test_a_bank_may_be_the_other_side():
    content = plain().replace(
        "<Dbtr><Pty><Nm>甲乙公司</Nm></Pty></Dbtr>",
        "<Dbtr><Agt><FinInstnId><Nm>北京银行</Nm></FinInstnId></Agt></Dbtr>",
    )
    assert read(content).entries[-1].counterparty_name == "北京银行"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    "said", [b"encoding='ISO-8859-1'", b'encoding = "GBK"', b"standalone='yes' encoding\n='GBK'"]
)
def test_what_calls_itself_by_another_encoding_is_not_read_in_that(mark, said):
    """Names would come in as other signs, and nobody would notice."""
    content = mark + re.sub(rb"<\?xml.*?\?>", b"<?xml version='1.0' " + said + b"?>", plain().encode())
    with pytest.raises(FileRefused) as refusal:
        read_statement(profile("iso20022"), content, account_number=PAYER)
    assert "UTF-8" in str(refusal.value.problems[0].message)


def test_a_serial_number_is_one_line():
    broken = re.sub("<AcctSvcrRef>(..)", r"<AcctSvcrRef>\1\n  ", plain(), count=1)
    assert "\n" not in read(broken).entries[0].bank_serial
