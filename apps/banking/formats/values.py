"""How single values stand in a bank's table: strict both ways, whole fen, no float anywhere."""

import re
from datetime import date, datetime

from django.utils.translation import gettext as _

from apps.banking.formats.profiles import KINDS, SerialWithin, Table

_YUAN = re.compile(r"(?:0|[1-9][0-9]{0,12})\.[0-9]{2}")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,15}")
# By how a form writes amounts.
AMOUNTS = {"yuan": _YUAN, "fen": _WHOLE}
_DIGITS = re.compile(r"[0-9][0-9./-]*")
Value = str | int | date | None


def whole_serial(within: SerialWithin, serial: str, day: date | None) -> str:
    """The serial number as it counts once: for a bank that begins anew each day, with the day before it.

    "000123" of 2026-11-21 is "20261121-000123" there; the same wherever the bank names it. Without a day, as
    where nothing was paid, or without a number it is what the bank wrote.
    """
    return f"{day:%Y%m%d}-{serial}" if within == "day" and serial and day is not None else serial


class BadValue(ValueError):
    """A cell that cannot be what its column holds; the text says what would be."""


def plain_yuan(fen: int) -> str:
    """Whole fen as yuan with two decimals and nothing else: "13600.00"."""
    if fen < 0:
        raise ValueError("a bank's file holds no amounts below zero")
    return f"{fen // 100}.{fen % 100:02d}"


def write_value(form: Table, field: str, value: Value) -> str:
    """A value as this bank writes it."""
    if value is None:
        return ""
    kind = KINDS[field]
    if kind == "amount" and isinstance(value, int):
        return plain_yuan(value) if form.amount == "yuan" else str(value)
    if kind == "day" and isinstance(value, date):
        return value.strftime(form.day)
    return str(value)


def read_value(form: Table, field: str, text: str) -> Value:
    """A cell as a value; an empty one is None, or "" for texts. Raises BadValue with a sentence."""
    kind = KINDS[field]
    if kind == "text":
        return text
    if not text:
        return None
    if kind == "amount":
        return read_amount(text, form.amount)
    if kind == "count":
        if _WHOLE.fullmatch(text) is None:
            raise BadValue(_("“%(text)s” is not a whole number.") % {"text": text[:40]})
        return int(text)
    return _day(form.day, text)


def read_amount(text: str, written: str = "yuan") -> int:
    """An amount as banks write it, in fen. Raises BadValue; thousands, signs and exponents are not taken."""
    if written == "fen":
        if _WHOLE.fullmatch(text) is None:
            raise BadValue(_("“%(text)s” is not an amount in fen.") % {"text": text[:40]})
        return int(text)
    if _YUAN.fullmatch(text) is None:
        raise BadValue(_("“%(text)s” is not an amount in yuan with two decimals.") % {"text": text[:40]})
    whole, part = text.split(".")
    return int(whole) * 100 + int(part)


def _day(form: str, text: str) -> date:
    try:
        day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day, no instant
    except ValueError:
        day = None
    if day is None or _DIGITS.fullmatch(text) is None or day.strftime(form) != text:
        raise BadValue(_("“%(text)s” is not a day as this bank writes it.") % {"text": text[:40]})
    return day
