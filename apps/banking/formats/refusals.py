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


def another_kind(content: bytes) -> Problem | None:
    """What a file is where it is no text file at all, by its first bytes; None for a text."""
    start = content[:64]
    if start.startswith(b"PK\x03\x04"):
        what = _("a workbook (xlsx) or a packed file (zip)")
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        what = _("an old workbook (xls)")
    elif start.startswith(b"%PDF"):
        what = _("a PDF")
    elif start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
        what = _("a text in UTF-16, or no text")
    else:
        return None
    message = _(
        "This is %(what)s, and not a file as this bank gives it. Fetch the file from the bank again and hand"
        " it in without opening or saving it in another program."
    )
    return at(None, "another_kind", message % {"what": what})


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
