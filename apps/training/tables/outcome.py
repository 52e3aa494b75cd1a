"""What became of a table, and how its cells are read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from apps.apprentices.roster.days import UnreadableDay, read_day
from apps.core.errors import Problem
from apps.core.files import store_upload
from apps.core.folding import fold_width
from apps.core.spreadsheets import Column, Row, problems_workbook, read_table
from apps.core.spreadsheets.columns import in_every_language
from apps.core.spreadsheets.refusals import file_refusal

ROWS_MAX = 2000
_TIME = re.compile(
    r"(?:\d{4}-\d{2}-\d{2} )?(\d{1,2})\s*[:.时点]\s*(\d{1,2})\s*分?(?:\s*:\s*\d{2}(?:\.\d+)?)?", re.ASCII
)
BadRow = tuple[int, Mapping[str, str | None], list[Problem]]


@dataclass
class Outcome:
    """Rows taken, rows that were known already, and the rows to correct as they stood."""

    columns: Sequence[Column]
    taken: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)

    def refuse(self, row: Row, problems: Sequence[Problem]) -> None:
        """Give a row back with every reason."""
        self.bad.append((row.number, row.cells, list(problems)))

    def workbook(self) -> bytes:
        """The rows to correct; corrected in place, the workbook can be uploaded again."""
        return problems_workbook(self.columns, sorted(self.bad, key=lambda row: row[0]))


def rows_of(upload: UploadedFile, columns: Sequence[Column]) -> list[Row]:
    """The rows of an uploaded xlsx or csv, at most ROWS_MAX. Raises `InvalidInput` for the whole file."""
    stored = store_upload(upload, kinds=("xlsx", "csv"), sealed=True)
    found = list(read_table(stored, columns=columns, max_rows=ROWS_MAX))
    if not found:
        raise file_refusal("empty", {}, columns)
    return found


def meanings(choices: type[TextChoices], also: Mapping[str, Any]) -> dict[str, Any]:
    """What words mean which choice: its own label in every language, and the other ways to write it."""
    labels = {_plain(text): choice for choice in choices for text in in_every_language(choice.label)}
    return {**labels, **{value: choices(value) for value in choices.values}, **also}


def _plain(text: str) -> str:
    return "".join(fold_width(text).lower().split())


class Cells:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, row: Row, columns: Sequence[Column]) -> None:
        self.row = row
        self.problems: list[Problem] = list(row.problems)
        self._titles = {column.key: str(column.title) for column in columns}
        self._unread = {problem.field for problem in row.problems}

    def add(self, key: str, code: str, message: str, article: str = "") -> None:
        """Note a problem of one cell."""
        self.problems.append(Problem(code, message, article, key, self.row.number))

    def raw(self, key: str) -> str:
        """What stands in a cell, as it was written."""
        return (self.row.cells.get(key) or "").strip()

    def text(self, key: str) -> str:
        """What stands in a cell, in one width."""
        return fold_width(self.row.cells.get(key) or "").strip()

    def needed(self, key: str) -> str:
        """The text of a cell that may not be empty."""
        found = self.text(key)
        if not found and key not in self._unread:
            self.add(key, "empty", _("“%(column)s” is empty. Fill it in.") % {"column": self._titles[key]})
        return found

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A calendar day as people write it."""
        found = self.needed(key) if needed else self.text(key)
        try:
            return read_day(found)
        except UnreadableDay:
            message = _("“%(column)s” holds no day. Write it like 2023-03-01.")
            self.add(key, "day", message % {"column": self._titles[key]})
            return None

    def time(self, key: str) -> time | None:
        """A time of day as people write it."""
        found = self.needed(key)
        if not found:
            return None
        matched = _TIME.fullmatch(found)
        hour, minute = (int(part) for part in matched.groups()) if matched else (99, 0)
        try:
            return time(hour, minute)
        except ValueError:
            message = _("“%(column)s” holds no time of day. Write it like 08:30.")
            self.add(key, "time", message % {"column": self._titles[key]})
            return None

    def word(self, key: str, words: Mapping[str, Any], *, needed: bool = True) -> Any:
        """The meaning of a word from a list; None where the cell is empty or says something else."""
        found = self.needed(key) if needed else self.text(key)
        if not found:
            return None
        meaning = words.get(_plain(found))
        if meaning is None:
            message = _("“%(text)s” is no choice for “%(column)s”. Take one from the list.")
            self.add(key, "choice", message % {"text": found[:40], "column": self._titles[key]})
        return meaning
