"""ISO 20022 camt.053.001.08, bank to customer statement: read without entities, taken whole or not at all.

What the standard leaves to the bank is taken as each bank gives it, where it can mean one thing only; where
it could mean two, a sentence says so (docs/money.md).
"""

import re
from dataclasses import asdict
from datetime import date, datetime, timedelta
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from apps.banking.formats.contents import StatementContent, StatementEntry, StatementHead
from apps.banking.formats.refusals import FileRefused, another_kind, at, refuse
from apps.banking.formats.values import BadValue, read_amount
from apps.core import clock
from apps.core.errors import Problem

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_N = f"{{{NAMESPACE}}}"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{0,2})0{0,3})?")
# ISO 20022 cuts free text into pieces of so many characters.
_PIECE, _REFERENCE_MAX = 140, 300
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_BREAKS = re.compile(r"\s*[\t\r\n]\s*")
_NUMBER = re.compile(r"[0-9]{1,15}")
_MARK = b"\xef\xbb\xbf"


class _Missing(ValueError):
    """An element that a statement needs is not there, or not as it should be."""


def read_message(content: bytes) -> tuple[StatementContent, list[Problem]]:
    """One statement and what is wrong with its entries. Raises FileRefused where it cannot be read at all."""
    statement = _statement_of(content)
    problems: list[Problem] = []
    entries: list[StatementEntry] = []
    try:
        head = _head(statement)
    except (_Missing, BadValue) as error:
        head, wrong = None, at(None, "bad_statement", str(error))
    for entry in statement.findall(f"{_N}Ntry"):
        row = len(entries) + len(problems) + 1
        try:
            entries += _movements(entry, row, head)
        except (_Missing, BadValue) as error:
            problems.append(at(row, "bad_entry", str(error)))
    if head is None:
        raise refuse([*problems, wrong])
    read = StatementContent(**asdict(head), entries=tuple(entries))
    if not problems:
        try:
            problems += _check_summary(statement)
        except (_Missing, BadValue) as error:
            problems.append(at(None, "bad_statement", str(error)))
    return read, problems


def _statement_of(content: bytes) -> Element:
    other = another_kind(content)
    if other is not None:
        raise refuse([other])
    declared = _ENCODING.match(content.removeprefix(_MARK))
    if declared and declared[1].upper() != b"UTF-8":
        raise _not_a_statement(_("the message is not in UTF-8"))
    try:
        # A text is read as it is, whatever encoding it calls its own.
        root: Element = fromstring(content.decode("utf-8-sig"), forbid_dtd=True)
    except UnicodeDecodeError:
        raise _not_a_statement(_("the message is not in UTF-8")) from None
    except ParseError as error:
        line = getattr(error, "position", (1, 0))[0]
        raise _not_a_statement(_("its XML ends or breaks off in line %(line)s") % {"line": line}) from None
    except (DefusedXmlException, ValueError):
        raise _not_a_statement(
            _("it declares types or entities of its own, which statements never do")
        ) from None
    # Some banks hand the message over in an envelope with its head.
    documents = [root] if root.tag == f"{_N}Document" else root.findall(f".//{_N}Document")
    found = documents[0].findall(f"{_N}BkToCstmrStmt/{_N}Stmt") if len(documents) == 1 else []
    if not found:
        kind = root.tag.removeprefix("{").partition("}")[0]
        raise _not_a_statement(_("the message is “%(kind)s”") % {"kind": kind})
    if len(found) > 1:
        message = _("The message holds %(count)s statements. Have the bank give one statement a file.")
        raise refuse([at(None, "several_statements", message % {"count": len(found)})])
    return found[0]


def _not_a_statement(why: str) -> FileRefused:
    message = _("The file is cut off or not a statement in camt.053.001.08: %(why)s")
    return refuse([at(None, "not_a_statement", message % {"why": why[:200]})])


def _head(statement: Element) -> StatementHead:
    """Account, days and balances. The days are those of the balances where no others are said."""
    page = _maybe(statement, "StmtPgntn/PgNb").lstrip("0")
    if page not in ("", "1") or _maybe(statement, "StmtPgntn/LastPgInd") in ("false", "0"):
        message = _("The message is one page of a statement. Have the bank give all of it in one file.")
        raise _Missing(message)
    closing = _balance(statement, "CLBD", last=True)
    # By the standard, the balance of the period before (PRCD) is the one that this one begins with.
    before = bool(_balances(statement, "PRCD")) and not _balances(statement, "OPBD")
    opening = _balance(statement, "PRCD" if before else "OPBD")
    if _balances(statement, "PRCD") and _amount(_balance(statement, "PRCD")) != _amount(opening):
        message = _("The opening balance (OPBD) is not the one with which the period before closed (PRCD).")
        raise _Missing(message)
    if statement.find(f"{_N}FrToDt") is not None:
        from_day = _day(_text(statement, "FrToDt/FrDtTm"))
        to_day = _day(_text(statement, "FrToDt/ToDtTm"))
    else:
        to_day = _day_of(closing)
        opened = _day_of(opening)
        from_day = opened + timedelta(days=before) if opened < to_day else to_day
    return StatementHead(
        number=_text(statement, "Id"),
        account_number=_account(statement, "Acct") or _text(statement, "Acct/Id/Othr/Id"),
        from_day=from_day,
        to_day=to_day,
        opening_fen=_amount(opening),
        closing_fen=_amount(closing),
    )


def _movements(entry: Element, row: int, head: StatementHead | None) -> list[StatementEntry]:
    """What moved with one entry: mostly one transaction, of payments booked together each one by itself."""
    if (_maybe(entry, "Sts/Cd") or _text(entry, "Sts")) != "BOOK":
        raise _Missing(_("The movement is not booked yet."))
    amount = _amount(entry)
    if not amount:
        raise _Missing(_("A movement is either out or in, and more than nothing."))
    details = entry.findall(f"{_N}NtryDtls/{_N}TxDtls")
    if len(details) < 2:
        one = details[0] if details else None
        serial = _serial(entry, one)
        return [_movement(entry, row, one, serial, amount, head)]
    found = [
        _movement(entry, row + place, one, _maybe(one, "Refs/AcctSvcrRef"), _part(one, amount), head)
        for place, one in enumerate(details)
    ]
    if not all(one.bank_serial and one.amount_fen for one in found):
        raise _Missing(
            _("Payments booked together each need their own amount (Amt) and serial number (AcctSvcrRef).")
        )
    if sum(one.amount_fen for one in found) != amount:
        raise _Missing(_("The payments booked together do not make the amount of their entry."))
    return found


def _serial(entry: Element, details: Element | None) -> str:
    """The bank's serial number, of the entry or of its only transaction."""
    found = entry.findall(f"{_N}AcctSvcrRef")
    serial = _maybe(entry, "AcctSvcrRef") or _maybe(details, "Refs/AcctSvcrRef")
    if not serial or len(found) > 1:
        message = _(
            "The movement has no serial number of the bank (AcctSvcrRef), neither at the entry nor at its"
            " transaction, or more than one."
        )
        raise _Missing(message)
    return serial


def _part(details: Element, whole: int) -> int:
    """The signed amount in fen of one of several transactions of an entry; 0 where it is not said."""
    found = details.find(f"{_N}Amt")
    if found is None:
        found = details.find(_path("AmtDtls/TxAmt/Amt"))
    if found is None or found.attrib.get("Ccy") != "CNY":
        return 0
    side = _maybe(details, "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
    return _signed(_fen(found.text), side)


def _movement(
    entry: Element,
    row: int,
    details: Element | None,
    serial: str,
    amount: int,
    head: StatementHead | None,
) -> StatementEntry:
    party = _other_side(entry, details, amount, head)
    name = _maybe(details, f"RltdPties/{party}/Pty/Nm") or _maybe(
        details, f"RltdPties/{party}/Agt/FinInstnId/Nm"
    )
    return StatementEntry(
        row=row,
        booked_on=_booked_on(entry, head),
        bank_serial=serial,
        amount_fen=amount,
        balance_fen=None,
        counterparty_name=name,
        counterparty_account=_account(details, f"RltdPties/{party}Acct"),
        reference=_reference(entry, details),
    )


def _booked_on(entry: Element, head: StatementHead | None) -> date:
    """The day of booking; where it is not said, the day of a statement of one day."""
    booked = _maybe(entry, "BookgDt/DtTm") or _maybe(entry, "BookgDt/Dt")
    if not booked and head is not None and head.from_day == head.to_day:
        return head.to_day
    return _day(booked or _text(entry, "BookgDt/Dt"))


def _other_side(entry: Element, details: Element | None, amount: int, head: StatementHead | None) -> str:
    """Which party of a transaction the other side is.

    A reversal (RvslInd) names the parties of what it reverses: the money comes back from whom it went to.
    """
    reversal = _maybe(entry, "RvslInd") or "false"
    if reversal not in ("true", "1", "false", "0"):
        raise _Missing(_("“%(path)s” is neither true nor false.") % {"path": "RvslInd"})
    for party, other in (("Dbtr", "Cdtr"), ("Cdtr", "Dbtr")):
        if head is not None and _account(details, f"RltdPties/{party}Acct") == head.account_number:
            return other
    return "Dbtr" if (amount > 0) != (reversal in ("true", "1")) else "Cdtr"


def _account(element: Element | None, path: str) -> str:
    """The number of an account, as IBAN or another."""
    return _maybe(element, f"{path}/Id/Othr/Id") or _maybe(element, f"{path}/Id/IBAN")


def _reference(entry: Element, details: Element | None) -> str:
    """Our own number where the payment was ours, and what the payer wrote; else what the bank says of it."""
    number = _maybe(details, "Refs/EndToEndId")
    found = [] if number.upper() == "NOTPROVIDED" else [number]
    found.append(_joined(_texts(details, "RmtInf/Ustrd")))
    for path in ("CdtrRefInf/Ref", "RfrdDocInf/Nb", "AddtlRmtInf"):
        found += _texts(details, f"RmtInf/Strd/{path}")
    kept: list[str] = []
    for text in filter(None, found):
        if any(text in one for one in kept):
            continue
        kept = [*(one for one in kept if one not in text), text]
    told = " ".join(kept) or _maybe(details, "AddtlTxInf") or _maybe(entry, "AddtlNtryInf")
    return told[:_REFERENCE_MAX]


def _joined(texts: list[str]) -> str:
    """One text out of pieces: a full piece goes on in the next one."""
    whole, last = "", ""
    for text in texts:
        whole += text if len(last) >= _PIECE or not whole else f" {text}"
        last = text
    return whole


def _amount(element: Element) -> int:
    """The signed amount in fen of an entry or a balance."""
    found = element.findall(f"{_N}Amt")
    if len(found) != 1 or found[0].attrib.get("Ccy") != "CNY":
        raise _Missing(_("There is no amount in CNY."))
    return _signed(_fen(found[0].text), _text(element, "CdtDbtInd"))


def _signed(fen: int, side: str) -> int:
    if side not in ("CRDT", "DBIT"):
        raise _Missing(_("A movement is either out or in, and more than nothing."))
    return fen if side == "CRDT" else -fen


def _fen(text: str | None) -> int:
    """An amount as ISO 20022 lets banks write it: with no, one or two decimals, and zeros after them."""
    found = _AMOUNT.fullmatch((text or "").strip())
    return read_amount(f"{found[1]}.{(found[2] or '').ljust(2, '0')}" if found else (text or "").strip())


def _balances(statement: Element, code: str) -> list[Element]:
    """The balances of a type; those of a sub-type only where there are no others."""
    found = [
        balance
        for balance in statement.findall(f"{_N}Bal")
        if (balance.findtext(_path("Tp/CdOrPrtry/Cd")) or "").strip() == code
    ]
    return [balance for balance in found if balance.find(_path("Tp/SubTp")) is None] or found


def _balance(statement: Element, code: str, *, last: bool = False) -> Element:
    """The balance of a type: the first day's, or the last one's where a bank gives it for each day."""
    found = _balances(statement, code)
    if not found:
        raise _Missing(_("The statement needs one balance %(code)s.") % {"code": code})
    if len(found) == 1:
        return found[0]
    day = (max if last else min)(map(_day_of, found))
    chosen = [balance for balance in found if _day_of(balance) == day]
    if len(set(map(_amount, chosen))) > 1:
        message = _("The statement has several balances %(code)s of %(day)s that differ.")
        raise _Missing(message % {"code": code, "day": day.isoformat()})
    return chosen[0]


def _day_of(balance: Element) -> date:
    return _day(_maybe(balance, "Dt/DtTm") or _text(balance, "Dt/Dt"))


def _check_summary(statement: Element) -> list[Problem]:
    """Numbers and sums of the entries, as far as the bank's own summary says them; the balances check all."""
    entries = [_amount(entry) for entry in statement.findall(f"{_N}Ntry")]
    counted = {
        "TtlNtries": entries,
        "TtlCdtNtries": [fen for fen in entries if fen > 0],
        "TtlDbtNtries": [fen for fen in entries if fen < 0],
    }
    for part, amounts in counted.items():
        number = _maybe(statement, f"TxsSummry/{part}/NbOfNtries")
        total = _maybe(statement, f"TxsSummry/{part}/Sum")
        wrong_number = number and (_NUMBER.fullmatch(number) is None or int(number) != len(amounts))
        if wrong_number or (total and _fen(total) != sum(map(abs, amounts))):
            message = _(
                "Count or total of the closing line are not those of the lines: the file is not whole."
            )
            return [at(None, "wrong_total", message)]
    return []


def _path(path: str) -> str:
    return "/".join(f"{_N}{part}" for part in path.split("/"))


def _text(element: Element, path: str) -> str:
    found = element.findall(_path(path))
    if len(found) != 1 or not (found[0].text or "").strip():
        raise _Missing(_("“%(path)s” is missing or stands twice.") % {"path": path})
    return _plain(found[0].text)


def _maybe(element: Element | None, path: str) -> str:
    return "" if element is None else _plain(element.findtext(_path(path)))


def _texts(element: Element | None, path: str) -> list[str]:
    found = [] if element is None else element.findall(_path(path))
    return [text for text in (_plain(one.text) for one in found) if text]


def _plain(text: str | None) -> str:
    """A text in one line: a program that lays the message out anew may break it anywhere."""
    return _BREAKS.sub(" ", (text or "").strip())


def _day(text: str) -> date:
    """A day, or the day of a moment: here, where the bank wrote it for another place (as with Z)."""
    # A day of ours, as XML lets it be written.
    if len(text) == 16:
        text = text.removesuffix("+08:00")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(clock.BEIJING).date()
    except (ValueError, OverflowError):
        pass
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        day = None
    if day is None or _DAY.fullmatch(text[:10]) is None or text[10:11] not in ("", "T"):
        raise _Missing(_("“%(text)s” is not a day.") % {"text": text[:20]})
    return day
