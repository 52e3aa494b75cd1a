"""The catalogue's files: rows as named tuples, read strictly, with the line of a row that is wrong."""

import csv
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput


class LevelRow(NamedTuple):
    code: str
    name: str
    name_en: str
    rank: int


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
            raise InvalidInput(_("%(file)s, line %(line)s: rank is a whole number") % {"file": path.name, "line": line})
        rows.append(LevelRow(row["code"], row["name"], row["name_en"], int(row["rank"])))
    return rows


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
            _("%(file)s: the first line must be %(columns)s") % {"file": path.name, "columns": ",".join(columns)}
        )
    for (number, _line), row in zip(lines[1:], cells[1:], strict=True):
        if len(row) != len(columns):
            raise InvalidInput(
                _("%(file)s, line %(line)s: write %(count)s cells")
                % {"file": path.name, "line": number, "count": len(columns)}
            )
        yield number, dict(zip(columns, (cell.strip() for cell in row), strict=True))


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")
