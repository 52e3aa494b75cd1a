"""Tables that people fill in and take away: rosters in, templates, lists and rows to correct out.

Reading happens in a limited child process (`apps.core.sandbox`); rows come one by one, so that memory does
not grow with the file.
"""

from apps.core.spreadsheets.chunks import PlainRow, read_chunks
from apps.core.spreadsheets.columns import Column, Row
from apps.core.spreadsheets.reading import read_table
from apps.core.spreadsheets.writing import (
    PROBLEMS_TITLE,
    ROW_TITLE,
    Sheet,
    problems_workbook,
    template_workbook,
    write_problems,
    write_workbook,
)

__all__ = [
    "PROBLEMS_TITLE",
    "ROW_TITLE",
    "Column",
    "PlainRow",
    "Row",
    "Sheet",
    "problems_workbook",
    "read_chunks",
    "read_table",
    "template_workbook",
    "write_problems",
    "write_workbook",
]
