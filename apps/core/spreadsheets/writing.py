"""Workbooks for people: lists, templates, rows to correct."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Message, Problem
from apps.core.money import FEN_PER_YUAN
from apps.core.spreadsheets.columns import Column

if TYPE_CHECKING:
    import xlsxwriter

PROBLEMS_TITLE = gettext_lazy("What to correct")
ROW_TITLE = gettext_lazy("Row in the file")
# The key under which a row of a sheet names the columns whose cells are wrong.
MARKED = "_marked"
_PROBLEMS_WIDTH = 60
_TEMPLATE_ROWS = 5000
_CHOICES_CHARACTERS_MAX = 255
# What a spreadsheet program may take for a formula when the file is saved as csv and opened again.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?")
_SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_SHEET_NAME_MAX = 31


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `rows` are sequences in the order of the columns, or mappings by column key.

    A mapping may name under MARKED the columns whose cells are wrong: they are coloured.
    """

    title: Message
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any] | Mapping[str, Any]]


def write_workbook(path_or_buffer: str | Path | BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write an xlsx file row by row; memory does not grow with the rows.

    Texts are written as texts, never as formulas; what could be taken for one gets an apostrophe in front.
    The header is frozen and filterable.
    """
    with _workbook(path_or_buffer) as book:
        styles = _Styles(book)
        for sheet in sheets:
            page = _page(book, sheet.title, sheet.columns, styles)
            last = 0
            for last, row in enumerate(sheet.rows, start=1):
                values = [row.get(c.key) for c in sheet.columns] if isinstance(row, Mapping) else row
                marked = row.get(MARKED, ()) if isinstance(row, Mapping) else ()
                for place, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
                    if column.key in marked:
                        page.write_string(last, place, safe_text(str(value or "")), styles.wrong)
                    else:
                        _write_cell(page, last, place, column, value, styles)
            page.autofilter(0, 0, last, len(sheet.columns) - 1)


def template_workbook(columns: Sequence[Column], notes: Sequence[Message] = ()) -> bytes:
    """The empty table that people fill in: text format for digits, lists of choices, a sheet of notes."""
    buffer = io.BytesIO()
    with _workbook(buffer) as book:
        styles = _Styles(book)
        page = _page(book, _("To fill in"), columns, styles)
        for place, column in enumerate(columns):
            _offer_choices(page, place, column)
        _notes_page(book, columns, notes, styles)
    return buffer.getvalue()


def write_problems(
    path_or_buffer: str | Path | BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[tuple[int, Mapping[str, Any], Sequence[Problem]]],
) -> None:
    """Write the rows that could not be taken: as uploaded, each with its row in the file and every reason.

    The cells that the reasons are about (`Problem.field`) are coloured. Corrected in place, the same
    workbook can be uploaded again: the two added columns are passed over.
    """
    row_column = Column("_row", ROW_TITLE, width=10)
    problem_column = Column("_problems", PROBLEMS_TITLE, width=_PROBLEMS_WIDTH)
    shown = [row_column, problem_column, *columns]
    lines = (
        {
            **cells,
            "_row": number,
            "_problems": "\n".join(_with_article(problem) for problem in problems),
            MARKED: {problem.field for problem in problems if problem.field},
        }
        for number, cells, problems in rows
    )
    write_workbook(path_or_buffer, [Sheet(_("To correct"), shown, lines)])


def problems_workbook(
    columns: Sequence[Column], rows: Iterable[tuple[int, Mapping[str, Any], Sequence[Problem]]]
) -> bytes:
    """What `write_problems` writes, as bytes."""
    buffer = io.BytesIO()
    write_problems(buffer, columns, rows)
    return buffer.getvalue()


def safe_text(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; plain numbers stay as they are."""
    if text.startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


class _Styles:
    """The formats of a workbook, made once."""

    def __init__(self, book: "xlsxwriter.Workbook") -> None:
        self.header = book.add_format(
            {"bold": True, "bg_color": "#E8EEF6", "border": 1, "border_color": "#B8C4D4", "text_wrap": True}
        )
        self.text = book.add_format({"num_format": "@", "valign": "top"})
        self.long_text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.wrong = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#FBE3E0"})
        self.whole = book.add_format({"num_format": "0", "valign": "top"})
        self.yuan = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})

    def of(self, column: Column) -> Any:
        if column.width >= _PROBLEMS_WIDTH:
            return self.long_text
        return {"number": self.whole, "yuan": self.yuan, "day": self.day}.get(column.kind, self.text)


def _workbook(path_or_buffer: str | Path | BinaryIO) -> "xlsxwriter.Workbook":
    target = str(path_or_buffer) if isinstance(path_or_buffer, Path) else path_or_buffer
    # Loading it takes as long as many a page: only who writes a workbook waits for it.
    import xlsxwriter

    return xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )


def _page(book: "xlsxwriter.Workbook", title: Message, columns: Sequence[Column], styles: _Styles) -> Any:
    name = _SHEET_NAME_FORBIDDEN.sub(" ", str(title)).strip()[:_SHEET_NAME_MAX]
    page = book.add_worksheet(name or None)
    page.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, styles.of(column))
    for place, column in enumerate(columns):
        page.write_string(0, place, str(column.title), styles.header)
    return page


def _write_cell(page: Any, row: int, place: int, column: Column, value: Any, styles: _Styles) -> None:
    if value is None or value == "":
        return
    style = styles.of(column)
    if column.kind == "yuan" and isinstance(value, int):
        page.write_number(row, place, value / FEN_PER_YUAN, style)
    elif column.kind == "number" and isinstance(value, int):
        page.write_number(row, place, value, style)
    elif column.kind == "day" and isinstance(value, date):
        page.write_datetime(row, place, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
        page.write_string(row, place, safe_text(text), style)


def _offer_choices(page: Any, place: int, column: Column) -> None:
    choices = [str(choice) for choice in column.choices]
    if not choices or len(",".join(choices)) > _CHOICES_CHARACTERS_MAX:
        return
    page.data_validation(
        1,
        place,
        _TEMPLATE_ROWS,
        place,
        {
            "validate": "list",
            "source": choices,
            "error_title": _("Not in the list"),
            "error_message": _("Choose one of the values of the list."),
        },
    )


def _notes_page(
    book: "xlsxwriter.Workbook", columns: Sequence[Column], notes: Sequence[Message], styles: _Styles
) -> None:
    about = [
        Column("title", _("Column"), width=20),
        Column("needed", _("Needed"), width=10),
        Column("note", _("How to fill it in"), width=_PROBLEMS_WIDTH),
        Column("example", _("Example"), width=24),
    ]
    page = _page(book, _("Notes"), about, styles)
    row = 1
    for column in columns:
        note = str(column.note)
        if column.choices:
            note = (
                note + " " + _("One of: %(choices)s") % {"choices": " / ".join(map(str, column.choices))}
            ).strip()
        values = [str(column.title), _("yes") if column.required else _("no"), note, str(column.example)]
        for place, value in enumerate(values):
            _write_cell(page, row, place, about[place], value, styles)
        row += 1
    for line in notes:
        row += 1
        page.write_string(row, 0, str(line), styles.text)


def _with_article(problem: Problem) -> str:
    return f"{problem.message} ({problem.article})" if problem.article else str(problem.message)
