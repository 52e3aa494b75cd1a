"""Give the rows that could not be taken back to whoever uploaded them: as they were, with the reasons."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from apps.apprentices.models import RosterFile, RosterProblem
from apps.apprentices.problems import as_problems
from apps.apprentices.requirements import requirements_on
from apps.apprentices.roster.columns import COLUMNS
from apps.apprentices.roster.judge import FIELDS
from apps.core.errors import Problem
from apps.core.files import store_bytes
from apps.core.models import StoredFile
from apps.core.spreadsheets import problems_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Said of more than one column: beside a whole row the sentence alone does not tell which cell is meant.
_NAMED = frozenset(
    {
        "cell_too_long",
        "day_far",
        "day_impossible",
        "day_numeric",
        "day_unreadable",
        "differs",
        "reader_cell_too_long",
        "reader_formula",
    }
)
_TITLES = {column.key: column.title for column in COLUMNS}
BadRow = tuple[int, Mapping[str, str], list[Problem]]


def as_text(cells: Sequence[str]) -> str:
    """Cells as they are kept (sealed) with a problem."""
    return json.dumps(list(cells), ensure_ascii=False)


def cells_of(problem: RosterProblem) -> dict[str, str]:
    """What stood in the row, by column."""
    return dict(zip(FIELDS, json.loads(problem.cells), strict=True))


def article_finder(roster_file: RosterFile) -> Callable[[str], str]:
    """From the code of a reason to its article in the document that the file was judged by."""
    return requirements_on(roster_file.judged_on).article


def reasons_of(problem: RosterProblem, article: Callable[[str], str]) -> list[Problem]:
    """The reasons of a row in the reader's language, with the column where the sentence leaves it open."""
    found = as_problems(problem.problems, article, problem.row)
    return [replace(one, message=_said_of(one)) if one.code in _NAMED else one for one in found]


def _said_of(problem: Problem) -> str:
    title = _TITLES.get(problem.field, "")
    # Translators: the title of a column, and what is wrong with its cell
    return (
        _("%(column)s: %(why)s") % {"column": title, "why": problem.message}
        if title
        else str(problem.message)
    )


def bad_rows(roster_file: RosterFile) -> Iterator[BadRow]:
    """Every row to correct in the order of the file: number, cells, reasons in the reader's language."""
    article = article_finder(roster_file)
    for problem in roster_file.problems.order_by("row").iterator(chunk_size=2000):
        yield problem.row, cells_of(problem), reasons_of(problem, article)


def problem_workbook(roster_file: RosterFile) -> StoredFile:
    """Store the rows to correct as a sealed workbook: corrected in place, it can be uploaded again."""
    content = problems_workbook(COLUMNS, bad_rows(roster_file))
    return store_bytes(content, name=f"roster-{roster_file.pk}-to-correct.xlsx", media_type=XLSX, sealed=True)
