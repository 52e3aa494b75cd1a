"""Calendar days as people and spreadsheets write them, and whole months between them."""

import calendar
import re
from datetime import date, datetime
from functools import lru_cache

from apps.core.folding import fold_width

_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_MIN, _YEAR_MAX = 1900, 2200


class UnreadableDay(ValueError):
    """The cell holds no day; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_day(cell: object) -> date | None:
    """The day in a cell, None where it is empty. Raises UnreadableDay.

    Plain numbers are refused, but for eight digits: the day that a serial number stands for depends on the
    calendar setting of the workbook it was copied from.
    """
    if isinstance(cell, str):
        return _read_text(cell)
    if cell is None:
        return None
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        if not _YEAR_MIN <= cell.year <= _YEAR_MAX:
            raise UnreadableDay("day_far")
        return cell
    raise UnreadableDay("day_numeric")


@lru_cache(maxsize=20_000)
def _read_text(text: str) -> date | None:
    """A roster repeats the same few days by the thousand, hence the memory."""
    text = fold_width(text).strip()
    if not text:
        return None
    found = _DAY.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text)
    if found is None:
        raise UnreadableDay("day_numeric" if text.replace(".", "", 1).isdigit() else "day_unreadable")
    return _made(found)


def _made(found: re.Match[str]) -> date:
    year, month, day = (int(part) for part in found.groups())
    if not _YEAR_MIN <= year <= _YEAR_MAX:
        raise UnreadableDay("day_far")
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableDay("day_impossible") from None


@lru_cache(maxsize=20_000)
def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def years_before(day: date, years: int) -> date:
    """The latest birthday of somebody who is that old on `day`."""
    return add_months(day, -12 * years)
