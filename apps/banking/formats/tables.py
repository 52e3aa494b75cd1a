"""Tables in a bank's own form, written and read by its profile: the same declaration both ways."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.banking.formats.profiles import Cell, Table
from apps.banking.formats.refusals import another_kind, at, encoding_problem, refuse, truncated
from apps.banking.formats.values import BadValue, Value, read_value, write_value
from apps.core.errors import Problem

UTF8_MARK = b"\xef\xbb\xbf"
OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", UTF8_MARK)
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: where it stands in the file, and its values by field."""

    row: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Content:
    """A whole table: what stands before, in and after its lines."""

    head: dict[str, Value]
    lines: tuple[Line, ...]
    trailer: dict[str, Value]


def rows_of(form: Table, head: Values, lines: Iterable[Values], trailer: Values) -> Iterator[list[str]]:
    """Every row of the table as texts: head line, titles, lines, closing line."""
    if form.head:
        yield _framed(form, form.head, head)
    yield [column.title for column in form.columns]
    for line in lines:
        yield [write_value(form, column.field, line.get(column.field)) for column in form.columns]
    if form.trailer:
        yield _framed(form, form.trailer, trailer)


def _framed(form: Table, cells: Iterable[Cell], values: Values) -> list[str]:
    return [cell.text or write_value(form, cell.field, values[cell.field]) for cell in cells]


def write_csv(form: Table, head: Values, lines: Iterable[Values], trailer: Values) -> bytes:
    """The bytes of a table; the same values give the same bytes. Raises UnicodeEncodeError and ValueError
    for what the form cannot carry: ask `carrying.problems_of` before."""
    parts = []
    breaking = re.compile(f'[{re.escape(form.delimiter)}"\r\n\x00]')
    for row in rows_of(form, head, lines, trailer):
        if any(map(breaking.search, row)):
            raise ValueError("a cell holds what separates cells")
        parts.append(form.delimiter.join(row) + form.line_end)
    content = (UTF8_MARK if form.bom else b"") + "".join(parts).encode(form.encoding)
    if form.check:
        digest = hashlib.new(form.check, content).hexdigest()
        line = f"{form.check_title}{form.delimiter}{digest}{form.line_end}"
        content += line.encode(form.encoding)
    return content


def read_csv(form: Table, content: bytes) -> Content:
    """Read a table as strictly as it is written, or raise FileRefused with every reason found."""
    texts = _texts(form, content)
    first = 1 if form.head else 0
    if len(texts) < first + 1:
        raise refuse([truncated(len(texts))])
    split = [text.split(form.delimiter) for text in texts]
    titles = [column.title for column in form.columns]
    if split[first] != titles:
        raise refuse([_wrong_titles(form, content, first + 1)])
    if form.trailer and (len(split) < first + 2 or split[-1][0] != form.trailer[0].text):
        raise refuse([truncated(len(split))])
    problems: list[Problem] = []
    head = read_framed(form, form.head, split[0], 1, problems) if form.head else {}
    last = len(split) - (1 if form.trailer else 0)
    trailer = read_framed(form, form.trailer, split[-1], len(split), problems) if form.trailer else {}
    lines = [
        Line(place + 1, _read_line(form, split[place], place + 1, problems))
        for place in range(first + 1, last)
    ]
    if problems:
        raise refuse(problems)
    return Content(head, tuple(lines), trailer)


def _texts(form: Table, content: bytes) -> list[str]:
    """The lines of a file, decoded one by one in the declared encoding and no other."""
    other = another_kind(content)
    if other is not None:
        raise refuse([other])
    body = content
    if form.bom:
        if not content.startswith(UTF8_MARK):
            raise refuse([encoding_problem(1, form.shown_encoding)])
        body = content[len(UTF8_MARK) :]
    elif content.startswith(OTHER_MARKS):
        raise refuse([_marked(form)])
    end = form.line_end.encode()
    if not body.endswith(end):
        raise refuse([_unfinished(form, body)])
    pieces = body[: -len(end)].split(end)
    after = _line_after_the_end(form, pieces)
    if after:
        message = _("This line stands after the closing line. Take in the file as the bank gave it.")
        raise refuse([at(after, "after_the_end", message)])
    if form.check:
        require_check(form, content, pieces)
        pieces = pieces[:-1]
    return [decoded(form, piece, number) for number, piece in enumerate(pieces, start=1)]


def _marked(form: Table) -> Problem:
    """Why a file that begins with a byte order mark is not as this bank gives it."""
    if form.encoding != "utf-8":
        return encoding_problem(1, form.shown_encoding)
    message = _(
        "The file begins with a byte order mark, which this bank's files never have: another program saved it"
        " anew. Take it in as the bank gave it."
    )
    return at(1, "wrong_encoding", message)


def _unfinished(form: Table, body: bytes) -> Problem:
    """Why a file does not end as this bank ends a line."""
    if not body:
        return at(None, "empty", _("The file is empty. Fetch it from the bank again."))
    if (b"\n" in body or b"\r" in body) and form.line_end.encode() not in body:
        message = _(
            "The lines end in another way than in this bank's files: another program saved the file anew."
            " Take it in as the bank gave it."
        )
        return at(1, "line_ends", message)
    return truncated()


def _line_after_the_end(form: Table, pieces: list[bytes]) -> int:
    """The number of the first line after the closing one, blank or not; 0 where there is none."""
    closing = form.check_title if form.check else form.trailer[0].text if form.trailer else ""
    if not closing:
        return 0
    start = (closing + form.delimiter).encode(form.encoding)
    place = next((place for place in range(len(pieces), 0, -1) if pieces[place - 1].startswith(start)), 0)
    return place + 1 if 0 < place < len(pieces) else 0


def decoded(form: Table, piece: bytes, row: int) -> str:
    """A line in the declared encoding and no other. Raises FileRefused."""
    try:
        text = piece.decode(form.encoding)
    except UnicodeDecodeError:
        raise refuse([encoding_problem(row, form.shown_encoding)]) from None
    if text.encode(form.encoding) != piece:
        raise refuse([encoding_problem(row, form.shown_encoding)])
    if any(ord(character) < 32 or ord(character) == 127 for character in text) or "\ufeff" in text:
        raise refuse([at(row, "broken_line", _("The line holds control characters or other line ends."))])
    return text


def require_check(form: Table, content: bytes, pieces: list[bytes]) -> None:
    """The check value of the last line is that of everything before it."""
    title = (form.check_title + form.delimiter).encode(form.encoding)
    if not pieces[-1].startswith(title):
        raise refuse([_in_another_encoding(form, content, 1) or truncated(len(pieces))])
    end = len(content) - len(pieces[-1]) - len(form.line_end)
    digest = hashlib.new(form.check, content[:end]).hexdigest()
    if pieces[-1] != title + digest.encode():
        message = _("The check value does not fit the file: bytes were changed on the way.")
        raise refuse([at(len(pieces), "wrong_check", message)])


def _wrong_titles(form: Table, content: bytes, row: int) -> Problem:
    """Other columns, or the right ones in another encoding."""
    wrong = at(
        row,
        "wrong_columns",
        _("The columns are not those of this bank's file. Expected: %(titles)s")
        % {"titles": form.delimiter.join(column.title for column in form.columns)},
    )
    return _in_another_encoding(form, content, row) or wrong


def _in_another_encoding(form: Table, content: bytes, row: int) -> Problem | None:
    """That the file has this bank's columns, but not in its encoding."""
    titles = [column.title for column in form.columns if not column.title.isascii()]
    title = max(titles, key=len, default="")
    for encoding in ("utf-8", "gb18030"):
        if (
            title
            and title.encode(encoding) != title.encode(form.encoding)
            and title.encode(encoding) in content
        ):
            return encoding_problem(row, form.shown_encoding)
    return None


def read_framed(
    form: Table, cells: tuple[Cell, ...], texts: list[str], row: int, problems: list[Problem]
) -> dict[str, Value]:
    """The values of a head or closing line; what is wrong with it joins `problems`."""
    values: dict[str, Value] = {}
    fits = len(texts) == len(cells) and all(
        not cell.text or cell.text == text for cell, text in zip(cells, texts, strict=True)
    )
    if not fits:
        problems.append(at(row, "wrong_frame", _("This line is not as this bank writes it.")))
        return values
    title = ""
    for cell, text in zip(cells, texts, strict=True):
        title = cell.text or title
        if cell.field:
            _take(form, cell.field, text, values, row, problems, blank=False, title=title)
    return values


def _read_line(form: Table, texts: list[str], row: int, problems: list[Problem]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if len(texts) != len(form.columns):
        message = _("The line has %(found)s cells instead of %(expected)s.")
        problems.append(
            at(row, "wrong_cells", message % {"found": len(texts), "expected": len(form.columns)})
        )
        return values
    for column, text in zip(form.columns, texts, strict=True):
        _take(form, column.field, text, values, row, problems, blank=column.blank, title=column.title)
    return values


def _take(
    form: Table,
    field: str,
    text: str,
    values: dict[str, Value],
    row: int,
    problems: list[Problem],
    *,
    blank: bool,
    title: str,
) -> None:
    try:
        values[field] = read_value(form, field, text)
    except BadValue as error:
        problems.append(at(row, f"bad_{field}", str(error), field=title))
        return
    if text == "" and not blank:
        problems.append(
            at(row, "blank", _("“%(column)s” is empty.") % {"column": title or field}, field=title)
        )
