"""Why a table, or one of its rows, cannot be taken: each reason a sentence that says what to do."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import foreign_formats
from apps.core.errors import InvalidInput, Problem
from apps.core.spreadsheets.columns import Column

_FILE: dict[str, Promise] = {
    "empty": gettext_lazy("The file holds no rows. Fill in the template and upload it again."),
    **foreign_formats.SENTENCES,
    "macros": gettext_lazy(
        "The workbook holds macros (xlsm). Save it as xlsx without macros and upload that."
    ),
    "not_xlsx": gettext_lazy("This is no xlsx workbook. Save the table as xlsx or csv and upload that."),
    "damaged": gettext_lazy(
        "The workbook is damaged. Open it in a spreadsheet program, save it under a new name and upload that."
    ),
    "too_many_parts": gettext_lazy(
        "The workbook has far too many sheets or pictures. Copy the table into the template and upload that."
    ),
    "unpacks_too_large": gettext_lazy(
        "The workbook unpacks to more than %(limit)s MB. Copy only the filled cells into the template."
    ),
    "far_cell": gettext_lazy(
        "The sheet has cells far to the right of the table. Copy only the table into the template."
    ),
    "too_big": gettext_lazy(
        "Reading the file takes more memory than a table of this kind needs. Copy only the table into the"
        " template and upload that."
    ),
    "too_slow": gettext_lazy("Reading the file takes too long. Split it into several files."),
    "file_too_large": gettext_lazy("The file is larger than %(limit)s MB. Split it into several files."),
    "too_many_rows": gettext_lazy(
        "The table has more than %(limit)s rows. Split it into several files. Where it ends long before,"
        " delete the rows below its last one: a blank or another sign stands there."
    ),
    "too_many_columns": gettext_lazy("The table has more than %(limit)s columns. Use the template."),
    "formulas": gettext_lazy(
        "The sheet is full of formulas. Copy it and paste it as values into the template."
    ),
    "no_header": gettext_lazy(
        "There is no header among the first rows. Use the template, which has these columns: %(columns)s."
    ),
    "missing_columns": gettext_lazy(
        "These columns are missing: %(columns)s. Use the template, or name the columns exactly so."
    ),
    "missing_columns_unknown": gettext_lazy(
        "These columns are missing: %(columns)s. These are not known: %(unknown)s. Name the columns as in the"
        " template."
    ),
    "unknown_columns": gettext_lazy(
        "These columns are not known: %(unknown)s. Remove them or name them as in the template, so that"
        " nothing is overlooked."
    ),
    "several_sheets": gettext_lazy(
        "Several sheets have these columns and rows below them: %(sheets)s. Put all rows into one sheet, or"
        " save each sheet as a file of its own."
    ),
    "column_twice": gettext_lazy("These columns stand there twice: %(columns)s. Leave one of each."),
    "nul": gettext_lazy("The file holds zero bytes: it is no text file. Save the table as xlsx or csv."),
    "encoding": gettext_lazy(
        "The text file is neither in UTF-8 nor in GB18030 (row %(line)s). Save it as “CSV UTF-8” or as xlsx."
    ),
    "mixed_encoding": gettext_lazy(
        "Row %(line)s is in another encoding than the rest of the file, names would be garbled. Save the file"
        " as “CSV UTF-8” or as xlsx."
    ),
    "broken_csv": gettext_lazy(
        "A quotation mark near row %(line)s is not closed. Correct it, or save the table as xlsx."
    ),
}

_CELL: dict[str, Promise] = {
    "number_cell": gettext_lazy(
        "“%(column)s” was typed as a number: spreadsheets keep 15 digits and have already lost the tail."
        " Format the column as text, then type the number again."
    ),
    "formula": gettext_lazy(
        "“%(column)s” holds a formula. Copy the column and paste it as values, then upload again."
    ),
    "cell_too_long": gettext_lazy("“%(column)s” is longer than 1000 characters. Shorten it."),
    "too_many_cells": gettext_lazy(
        "The row has more cells than the header. Put text that contains the delimiter in quotation marks."
    ),
}


def file_refusal(code: str, params: dict[str, Any], columns: Sequence[Column]) -> InvalidInput:
    """The refusal of a whole file, in the language of the moment."""
    names = [columns[place] for place in params.get("columns", range(len(columns)))]
    words = {
        **params,
        "columns": _listed([str(column.title) for column in names]),
        "unknown": _listed(params.get("unknown", [])),
        "sheets": _listed(params.get("sheets", [])),
    }
    sentence = _FILE["missing_columns_unknown" if code == "missing_columns" and params["unknown"] else code]
    return InvalidInput(str(sentence) % words, code=f"file_{code.removeprefix('file_')}")


def _listed(names: Sequence[str]) -> str:
    # Translators: what stands between the items of a list
    return _(", ").join(f"“{name}”" for name in names)


def cell_problem(code: str, row: int, column: Column) -> Problem:
    """The problem of one cell, which refuses its row."""
    return Problem(code, str(_CELL[code]) % {"column": column.title}, field=column.key, row=row)
