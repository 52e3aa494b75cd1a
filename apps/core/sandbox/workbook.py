"""Rows of an xlsx workbook, by calamine, after `package` has looked into it."""

import datetime
import itertools
from collections.abc import Iterator
from typing import Any, BinaryIO

import python_calamine

from apps.core.sandbox import package
from apps.core.sandbox.framing import Refusal
from apps.core.sandbox.matching import Layout, find_layout

# Whole numbers up to here are exact in a spreadsheet.
_EXACT_MAX = 10**15
_STRINGS = {str}


class Workbook:
    """The sheet that carries the declared columns."""

    def __init__(self, file: BinaryIO, spec: dict[str, Any]) -> None:
        contents = package.inspect(file, spec)
        file.seek(0)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
            self.name, self.sheet, self.layout = _find_sheet(book, spec)
        except python_calamine.PasswordError as error:
            raise Refusal("password") from error
        except (python_calamine.CalamineError, OSError) as error:
            raise Refusal("damaged") from error
        self._spec = spec
        self._formulas = contents.formulas.get(contents.sheet_parts.get(self.name, ""), set())
        # Rows that look blank because nobody computed them: they are not passed over.
        self.kept = contents.uncomputed.get(contents.sheet_parts.get(self.name, ""), set())
        start = self.sheet.start or (0, 0)
        self._first_column = start[1]
        self.rows_max = self._count()

    def rows(self) -> Iterator[tuple[int, list[list[Any]], list[str]]]:
        """Every row below the header: its number, its problems, its cells in the order of the layout."""
        order = self.layout.order
        as_they_stand = order == list(range(self.sheet.width))
        text_only = [self._spec["columns"][column]["text"] for column in self.layout.present]
        rows_with_formulas = {row for row, _column in self._formulas}
        number = self.layout.header_row
        for number, row in self._below_header():
            cells = row if as_they_stand else [row[place] for place in order]
            problems: list[list[Any]] = []
            if set(map(type, cells)) != _STRINGS:
                cells = [_as_text(cell, text_only[at], at, problems) for at, cell in enumerate(cells)]
            if number in rows_with_formulas:
                self._mark_formulas(number, problems)
            yield number, problems, cells
        # The reader ends with the last value; formulas that nobody computed have none.
        for below in sorted(row for row in self.kept if row > number):
            problems = []
            self._mark_formulas(below, problems)
            yield below, problems, [""] * len(order)

    def _below_header(self) -> Iterator[tuple[int, list[Any]]]:
        header = self.layout.header_row
        return itertools.islice(enumerate(self.sheet.iter_rows(), start=1), header, None)

    def _mark_formulas(self, number: int, problems: list[list[Any]]) -> None:
        for at, place in enumerate(self.layout.order):
            if (number, self._first_column + place + 1) in self._formulas:
                problems.append([at, "formula"])

    def _count(self) -> int:
        """How many rows there are below the header at most; counted one by one only near the limit."""
        height = (self.sheet.end or (0, 0))[0] + 1 - self.layout.header_row
        if height > self._spec["rows_max"]:
            height = sum(any(cell != "" for cell in row) for _number, row in self._below_header())
        if height > self._spec["rows_max"]:
            raise Refusal("too_many_rows", limit=self._spec["rows_max"])
        return height


def _find_sheet(book: Any, spec: dict[str, Any]) -> tuple[str, Any, Layout]:
    """The visible sheet with the declared columns; the refusal of the first one where none has them.

    A second one with rows of its own would be left out unseen: refused (`several_sheets`).
    """
    visible = [
        meta.name
        for meta in book.sheets_metadata
        if meta.visible == python_calamine.SheetVisibleEnum.Visible
        and meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    first: Refusal | None = None
    found: list[tuple[str, Any, Layout]] = []
    for name in visible[: spec["sheets_max"]]:
        sheet = book.get_sheet_by_name(name)
        try:
            found.append((name, sheet, find_layout(sheet.iter_rows(), spec)))
        except Refusal as refusal:
            if first is None or (first.code in ("empty", "no_header") and refusal.code != "empty"):
                first = refusal
    if not found:
        raise first or Refusal("empty")
    if len(found) > 1:
        filled = [one for one in found if _has_rows(*one)]
        if len(filled) > 1:
            raise Refusal("several_sheets", sheets=[name for name, _sheet, _layout in filled])
        found = filled or found
    return found[0]


def _has_rows(_name: str, sheet: Any, layout: Layout) -> bool:
    """Whether anything stands below the header in the declared columns."""
    rows = itertools.islice(sheet.iter_rows(), layout.header_row, None)
    return any(str(row[place]).strip() for row in rows for place in layout.order)


def _as_text(cell: Any, text_only: bool, at: int, problems: list[list[Any]]) -> str:
    """A cell as text: numbers without a needless decimal point, days as 2023-03-01."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, int | float):
        if text_only:
            problems.append([at, "number_cell"])
        whole = isinstance(cell, int) or cell.is_integer()
        return str(int(cell)) if whole and abs(cell) < _EXACT_MAX else f"{cell:.15g}"
    return str(cell)
