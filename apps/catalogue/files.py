"""The catalogue's files: rows as named tuples, read strictly, with the line of a row that is wrong."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class LevelRow(NamedTuple):
    code: str
    name: str
    name_en: str
    rank: int


class NamedRow(NamedTuple):
    code: str
    name: str
    name_en: str


class DatedRow(NamedTuple):
    """A stay on a list; `key` is what stays there (list, occupation and level, or an industry)."""

    line: int
    key: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    document: str
    article: str


def catalogue_dir() -> Path:
    """Where the project's own catalogue stands."""
    return Path(settings.BASE_DIR) / "fixtures" / "catalogue"


@lru_cache(maxsize=1)
def base_levels() -> tuple[LevelRow, ...]:
    """The five national levels, lowest first; a policy document may add further ones."""
    return tuple(read_levels(catalogue_dir() / "levels.csv"))


def read_levels(path: Path) -> list[LevelRow]:
    """The levels of a file; raises InvalidInput naming the line."""
    rows = []
    for line, row in read_rows(path, ("code", "name", "name_en", "rank")):
        if not row["rank"].isascii() or not row["rank"].isdigit():
            raise _wrong(path, line, _("rank is a whole number"))
        rows.append(LevelRow(row["code"], row["name"], row["name_en"], int(row["rank"])))
    return rows


def read_named(path: Path) -> list[NamedRow]:
    """Codes with their names; raises InvalidInput naming the line of an empty or doubled code."""
    found: dict[str, NamedRow] = {}
    for line, row in read_rows(path, ("code", "name", "name_en")):
        if not all(row.values()):
            raise _wrong(path, line, _("write code, name and name_en"))
        if row["code"] in found:
            raise _wrong(path, line, _("the code %(code)s stands in the file twice") % {"code": row["code"]})
        found[row["code"]] = NamedRow(**row)
    return list(found.values())


def read_dated(path: Path, key_columns: Sequence[str]) -> list[DatedRow]:
    """Stays on a list; raises InvalidInput naming the line of a wrong date or a doubled stay."""
    found: dict[tuple[str, ...], DatedRow] = {}
    for line, row in read_rows(path, (*key_columns, "valid_from", "valid_to", "document", "article")):
        valid_from = _day(path, line, row["valid_from"])
        valid_to = _day(path, line, row["valid_to"]) if row["valid_to"] else None
        if valid_to is not None and valid_to < valid_from:
            raise _wrong(path, line, _("valid_to lies before valid_from"))
        if not row["document"]:
            raise _wrong(path, line, _("write the document that the row rests on"))
        key = tuple(row[name] for name in key_columns)
        if (*key, row["valid_from"]) in found:
            raise _wrong(path, line, _("this stay stands in the file twice"))
        found[(*key, row["valid_from"])] = DatedRow(
            line, key, valid_from, valid_to, row["document"], row["article"]
        )
    return list(found.values())


def _day(path: Path, line: int, text: str) -> date:
    # `fromisoformat` reads 20220527 and week numbers too, which nobody means here.
    if not _DAY.fullmatch(text):
        raise _wrong(path, line, _("write the day as YYYY-MM-DD"))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(path, line, _("there is no such day")) from None


def _wrong(path: Path, line: int, message: str) -> InvalidInput:
    return InvalidInput(
        _("%(file)s, line %(line)s: %(message)s") % {"file": path.name, "line": line, "message": message},
        code="invalid_catalogue",
    )


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file (UTF-8, with or without BOM) with their line numbers, blanks trimmed.

    Lines that start with # are remarks. Raises InvalidInput where the file is missing, is not UTF-8,
    has other columns, or a row has more or fewer cells.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(_("%(file)s cannot be read as a UTF-8 file") % {"file": path.name}) from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if _counts(line)]
    cells = [next(csv.reader([line])) for _number, line in lines]
    if not cells or tuple(cells[0]) != tuple(columns):
        raise InvalidInput(
            _("%(file)s: the first line must be %(columns)s")
            % {"file": path.name, "columns": ",".join(columns)}
        )
    for (number, _line), row in zip(lines[1:], cells[1:], strict=True):
        if len(row) != len(columns):
            raise _wrong(path, number, _("write %(count)s cells") % {"count": len(columns)})
        yield number, dict(zip(columns, (cell.strip() for cell in row), strict=True))


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")
