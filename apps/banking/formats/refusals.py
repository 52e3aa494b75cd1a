"""Why a bank's file was not taken, line by line."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Problem

PROBLEMS_MAX = 100


class FileRefused(InvalidInput):
    """The whole file is refused; `problems` name the line and the reason. Nothing of it has any effect."""

    default_code = "file_refused"


def refuse(problems: Iterable[Problem]) -> FileRefused:
    """The refusal of a whole file for these reasons, the first hundred of them."""
    kept = list(problems)[:PROBLEMS_MAX]
    return FileRefused(
        _("The file was not taken: nothing in it has any effect. Ask the bank for a correct one."),
        code=kept[0].code,
        problems=kept,
    )


def at(row: int | None, code: str, message: str, field: str = "") -> Problem:
    """One reason at one line."""
    return Problem(code, message, field=field, row=row)


def encoding_problem(row: int, encoding: str) -> Problem:
    """The bytes are not in the encoding that this bank has declared."""
    return at(
        row,
        "wrong_encoding",
        _("The line is not written in %(encoding)s, which this bank has declared.")
        % {"encoding": encoding.upper()},
    )


def truncated(row: int | None = None) -> Problem:
    """The file ends before its end."""
    return at(
        row,
        "truncated",
        _("The file is cut off: its closing line is missing or not whole. Fetch it from the bank again."),
    )
