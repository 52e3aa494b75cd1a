"""The same tables as xlsx: every cell a text, so that no digit is lost, and the same bytes each time."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime

import xlsxwriter

from apps.banking.formats.profiles import Table
from apps.banking.formats.tables import Values, rows_of

# The file tells nothing of when it was made: made again, it is the same to the byte.
_MADE = datetime(2020, 1, 1, tzinfo=UTC)


def write_xlsx(form: Table, head: Values, lines: Iterable[Values], trailer: Values) -> bytes:
    """The bytes of a workbook with one sheet; texts go in as they are, never as formulas or numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE.replace(tzinfo=None), "author": ""})
    page = book.add_worksheet("Sheet1")
    as_text = book.add_format({"num_format": "@"})
    page.set_column(0, len(form.columns) - 1, 22, as_text)
    for number, row in enumerate(rows_of(form, head, lines, trailer)):
        for place, cell in enumerate(row):
            if cell:
                page.write_string(number, place, cell, as_text)
    book.close()
    return buffer.getvalue()
