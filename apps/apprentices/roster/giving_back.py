"""Give the rows that could not be taken back to whoever uploaded them: as they were, with the reasons."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from apps.apprentices.models import RosterFile
from apps.core.models import StoredFile


def as_text(cells: Sequence[Any]) -> str:
    """Cells as they are kept (sealed) with a problem: JSON of what a person would see in the sheet."""
    return json.dumps([shown(cell) for cell in cells], ensure_ascii=False)


def shown(cell: Any) -> str:
    """One cell as people see it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def problem_workbook(roster_file: RosterFile) -> StoredFile | None:
    """The rows to correct as a sealed workbook."""
    raise NotImplementedError
