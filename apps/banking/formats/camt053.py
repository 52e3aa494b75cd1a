"""ISO 20022 camt.053.001.08, bank to customer statement: read without entities, taken whole or not at all."""

import re
from datetime import date, datetime
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from apps.banking.formats.contents import StatementContent, StatementEntry
from apps.banking.formats.refusals import FileRefused, another_kind, at, refuse
from apps.banking.formats.values import BadValue, read_amount
from apps.core import clock
from apps.core.errors import Problem

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_N = f"{{{NAMESPACE}}}"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{0,2})0{0,3})?")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"']")


class _Missing(ValueError):
    """An element that a statement needs is not there, or not as it should be."""


def read_message(content: bytes) -> tuple[StatementContent, list[Problem]]:
    """One statement and what is wrong with its entries. Raises FileRefused where it cannot be read at all."""
    statement = _statement_of(content)
    problems: list[Problem] = []
    entries: list[StatementEntry] = []
    for entry in statement.findall(f"{_N}Ntry"):
        row = len(entries) + len(problems) + 1
        try:
            entries += _movements(entry, row)
        except (_Missing, BadValue) as error:
            problems.append(at(row, "bad_entry", str(error)))
    try:
        opening, closing = _balance(statement, "OPBD"), _balance(statement, "CLBD")
        read = StatementContent(
            number=_text(statement, "Id"),
            account_number=_text(statement, "Acct/Id/Othr/Id"),
            from_day=_day(_text(statement, "FrToDt/FrDtTm")),
            to_day=_day(_text(statement, "FrToDt/ToDtTm")),
            opening_fen=opening,
            closing_fen=closing,
            entries=tuple(entries),
        )
        if not problems:
            problems += _check_summary(statement, read)
    except (_Missing, BadValue) as error:
        raise refuse([*problems, at(None, "bad_statement", str(error))]) from None
    return read, problems


def _statement_of(content: bytes) -> Element:
    other = another_kind(content)
    if other is not None:
        raise refuse([other])
    declared = _ENCODING.match(content)
    if declared and declared[1].upper() != b"UTF-8":
        raise _not_a_statement(_("the message is not in UTF-8"))
    try:
        content.decode("utf-8")
        root: Element = fromstring(content, forbid_dtd=True)
    except UnicodeDecodeError:
        raise _not_a_statement(_("the message is not in UTF-8")) from None
    except ParseError as error:
        line = getattr(error, "position", (1, 0))[0]
        raise _not_a_statement(_("its XML ends or breaks off in line %(line)s") % {"line": line}) from None
    except (DefusedXmlException, ValueError):
        raise _not_a_statement(
            _("it declares types or entities of its own, which statements never do")
        ) from None
    found = root.findall(f"{_N}BkToCstmrStmt/{_N}Stmt")
    if root.tag != f"{_N}Document" or not found:
        kind = root.tag.removeprefix("{").partition("}")[0]
        raise _not_a_statement(_("the message is “%(kind)s”") % {"kind": kind})
    if len(found) > 1:
        message = _("The message holds %(count)s statements. Have the bank give one statement a file.")
        raise refuse([at(None, "several_statements", message % {"count": len(found)})])
    return found[0]


def _not_a_statement(why: str) -> FileRefused:
    message = _("The file is cut off or not a statement in camt.053.001.08: %(why)s")
    return refuse([at(None, "not_a_statement", message % {"why": why[:200]})])


def _movements(entry: Element, row: int) -> list[StatementEntry]:
    """What moved with one entry: mostly one transaction, of payments booked together each one by itself."""
    if _text(entry, "Sts/Cd") != "BOOK":
        raise _Missing(_("The movement is not booked yet."))
    amount = _amount(entry)
    if not amount:
        raise _Missing(_("A movement is either out or in, and more than nothing."))
    details = entry.findall(f"{_N}NtryDtls/{_N}TxDtls")
    if len(details) < 2:
        serial = _text(entry, "AcctSvcrRef")
        return [_movement(entry, row, details[0] if details else None, serial, amount)]
    side = 1 if amount > 0 else -1
    found = [
        _movement(entry, row + place, one, _maybe(one, "Refs/AcctSvcrRef"), side * _part(one))
        for place, one in enumerate(details)
    ]
    if not all(one.bank_serial and one.amount_fen for one in found):
        raise _Missing(
            _("Payments booked together each need their own amount (Amt) and serial number (AcctSvcrRef).")
        )
    if sum(one.amount_fen for one in found) != amount:
        raise _Missing(_("The payments booked together do not make the amount of their entry."))
    return found


def _part(details: Element) -> int:
    """The amount in fen of one of several transactions of an entry; 0 where it is not said."""
    found = details.find(f"{_N}Amt")
    if found is None:
        found = details.find(_path("AmtDtls/TxAmt/Amt"))
    return 0 if found is None or found.attrib.get("Ccy") != "CNY" else _fen(found.text)


def _movement(entry: Element, row: int, details: Element | None, serial: str, amount: int) -> StatementEntry:
    party = "RltdPties/Dbtr" if amount > 0 else "RltdPties/Cdtr"
    booked = _maybe(entry, "BookgDt/DtTm") or _text(entry, "BookgDt/Dt")
    return StatementEntry(
        row=row,
        booked_on=_day(booked),
        bank_serial=serial,
        amount_fen=amount,
        balance_fen=None,
        counterparty_name=_maybe(details, f"{party}/Pty/Nm"),
        counterparty_account=_maybe(details, f"{party}Acct/Id/Othr/Id"),
        reference=_reference(details),
    )


def _reference(details: Element | None) -> str:
    """Our own number where the payment was ours, else what the payer wrote."""
    ours = _maybe(details, "Refs/EndToEndId")
    return _maybe(details, "RmtInf/Ustrd") if ours in ("", "NOTPROVIDED") else ours


def _amount(element: Element) -> int:
    """The signed amount in fen of an entry or a balance."""
    found = element.findall(f"{_N}Amt")
    if len(found) != 1 or found[0].attrib.get("Ccy") != "CNY":
        raise _Missing(_("There is no amount in CNY."))
    fen = _fen(found[0].text)
    side = _text(element, "CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise _Missing(_("A movement is either out or in, and more than nothing."))
    return fen if side == "CRDT" else -fen


def _fen(text: str | None) -> int:
    """An amount as ISO 20022 lets banks write it: with no, one or two decimals, and zeros after them."""
    found = _AMOUNT.fullmatch((text or "").strip())
    return read_amount(f"{found[1]}.{(found[2] or '').ljust(2, '0')}" if found else (text or "").strip())


def _balance(statement: Element, code: str) -> int:
    found = [
        balance
        for balance in statement.findall(f"{_N}Bal")
        if balance.findtext(f"{_N}Tp/{_N}CdOrPrtry/{_N}Cd") == code
    ]
    if len(found) != 1:
        raise _Missing(_("The statement needs one balance %(code)s.") % {"code": code})
    return _amount(found[0])


def _check_summary(statement: Element, read: StatementContent) -> list[Problem]:
    """Number and sum of the entries, as the bank's own summary says them."""
    summary = statement.find(f"{_N}TxsSummry/{_N}TtlNtries")
    if summary is None:
        raise _Missing(_("The summary of the movements is missing."))
    total = sum(abs(entry.amount_fen) for entry in read.entries)
    count = len(statement.findall(f"{_N}Ntry"))
    if _text(summary, "NbOfNtries") == str(count) and _fen(_text(summary, "Sum")) == total:
        return []
    message = _("Count or total of the closing line are not those of the lines: the file is not whole.")
    return [at(None, "wrong_total", message)]


def _path(path: str) -> str:
    return "/".join(f"{_N}{part}" for part in path.split("/"))


def _text(element: Element, path: str) -> str:
    found = element.findall(_path(path))
    if len(found) != 1 or not (found[0].text or "").strip():
        raise _Missing(_("“%(path)s” is missing or stands twice.") % {"path": path})
    return (found[0].text or "").strip()


def _maybe(element: Element | None, path: str) -> str:
    return "" if element is None else (element.findtext(_path(path)) or "").strip()


def _day(text: str) -> date:
    """A day, or the day of a moment: here, where the bank wrote it for another place (as with Z)."""
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
