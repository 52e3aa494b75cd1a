"""A statement in a table, read column by column while it is copied into the database.

Only the way in: what is read here is exactly what `read_statement` would take. At the first doubt it stops
with `Doubtful` and says nothing, and the file is read line by line, which says which line is wrong and why.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate
from operator import add, ne
from re import Pattern
from typing import cast

from apps.banking.formats.contents import StatementEntry, StatementHead
from apps.banking.formats.profiles import SerialWithin, Table
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.tables import OTHER_MARKS, UTF8_MARK, decoded, read_framed, require_check
from apps.banking.formats.values import AMOUNTS, BadValue, Value, read_value, whole_serial
from apps.core.errors import Problem
from apps.core.identifiers import mask_account

SERIAL_MAX, REFERENCE_MAX, NAME_MAX = 64, 300, 200
# What is decoded, judged and handed on at a time; its columns are what is held in memory.
_CHUNK_BYTES = 256 * 1024
_FIELDS = frozenset(
    ("day", "serial", "debit", "credit", "balance", "counterparty_name", "counterparty_account", "reference")
)
_AMOUNTS: dict[str, Pattern[str]] = {
    form: re.compile(f"(?m)^(?:{pattern.pattern})$") for form, pattern in AMOUNTS.items()
}
_masked = lru_cache(maxsize=100_000)(mask_account)


class Doubtful(ValueError):
    """Something is not as it should be, or the form is one that is not read this way."""


def copied(entries: Iterator[StatementEntry] | Sequence[StatementEntry]) -> bytes:
    """Entries that were read line by line as COPY takes them."""
    lines = [
        "\t".join(
            (
                str(entry.row),
                entry.booked_on.isoformat(),
                _escaped(entry.bank_serial),
                str(entry.amount_fen),
                _escaped(entry.counterparty_name[:NAME_MAX]),
                _escaped(mask_account(entry.counterparty_account)),
                _escaped(entry.reference),
            )
        )
        for entry in entries
    ]
    return "".join(f"{line}\n" for line in lines).encode()


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


class QuickStatement:
    """A statement under way into the database: `read` gives its lines as COPY takes them.

    `head` holds once everything was read without `Doubtful`. `doubt` keeps that error, since a driver that
    reads from here tells its own instead.
    """

    def __init__(
        self, form: Table, content: bytes, *, account_number: str, serial_within: SerialWithin = ""
    ) -> None:
        if form.format != "csv" or {column.field for column in form.columns} != _FIELDS or not form.trailer:
            raise Doubtful
        self.doubt: Doubtful | None = None
        self._serial_within = serial_within
        self._form, self._content, self._end = form, content, form.line_end.encode()
        self._blank = {column.field for column in form.columns if column.blank}
        try:
            start, self._stop, head, trailer = self._frame()
        except FileRefused as refusal:
            raise Doubtful from refusal
        self._place, self._trailer = start, trailer
        self._days: dict[str, date] = {}
        self._row = 3 if form.head else 2
        self._debited = self._credited = self._count = 0
        self.head = StatementHead(
            number=str(head["statement_number"]),
            account_number=str(head["account"]),
            from_day=cast("date", head["from_day"]),
            to_day=cast("date", head["to_day"]),
            opening_fen=cast("int", head["opening"]),
            closing_fen=cast("int", trailer["closing"]),
        )
        self._balance = self.head.opening_fen
        if self.head.account_number != account_number or self.head.from_day > self.head.to_day:
            raise Doubtful

    @property
    def count(self) -> int:
        """How many lines were read."""
        return self._count

    def read(self, _size: int = -1) -> bytes:
        """The next lines; nothing at the end, where totals and closing balance were found to agree."""
        try:
            if self._place >= self._stop:
                self._finish()
                return b""
            return self._chunk()
        except Doubtful as doubt:
            self.doubt = doubt
            raise

    def _frame(self) -> tuple[int, int, dict[str, Value], dict[str, Value]]:
        """Where the lines begin and end, and what stands before and after them."""
        form, content, end = self._form, self._content, self._end
        place = len(UTF8_MARK) if form.bom else 0
        marked = content.startswith(UTF8_MARK if form.bom else OTHER_MARKS)
        if marked != form.bom or not content.endswith(end):
            raise Doubtful
        pieces = []
        for _line in range(2 if form.head else 1):
            stop = content.find(end, place)
            pieces.append(content[place:stop])
            place = stop + len(end)
        last = len(content)
        if form.check:
            begin = content.rfind(end, 0, last - len(end)) + len(end)
            require_check(form, content, [content[begin : last - len(end)]])
            last = begin
        begin = content.rfind(end, 0, last - len(end)) + len(end)
        if begin < place:
            raise Doubtful
        titles = decoded(form, pieces[-1], 1).split(form.delimiter)
        closing = decoded(form, content[begin : last - len(end)], 1).split(form.delimiter)
        if titles != [column.title for column in form.columns]:
            raise Doubtful
        problems: list[Problem] = []
        cells = decoded(form, pieces[0], 1).split(form.delimiter) if form.head else []
        head = read_framed(form, form.head, cells, 1, problems)
        trailer = read_framed(form, form.trailer, closing, 1, problems)
        wanted = {"statement_number", "account", "from_day", "to_day", "opening"}
        if problems or not wanted <= set(head) or "closing" not in trailer:
            raise Doubtful
        return place, begin, head, trailer

    def _chunk(self) -> bytes:
        """Take the next lines in, all checks of `read_statement` held against whole columns."""
        stop = self._content.find(self._end, min(self._place + _CHUNK_BYTES, self._stop - len(self._end)))
        columns, number = self._columns(self._content[self._place : stop])
        self._place = stop + len(self._end)
        out, into = columns["debit"], columns["credit"]
        if not all(map(ne, map(bool, out), map(bool, into))):
            raise Doubtful
        moved = self._fen(list(map(add, out, into)))
        amounts = [-fen if debit else fen for fen, debit in zip(moved, out, strict=True)]
        balances = list(accumulate(amounts, initial=self._balance))
        if not all(moved) or balances[1:] != self._fen(columns["balance"]):
            raise Doubtful
        self._balance = balances[-1]
        credited = sum(moved, 0)
        debited = -sum(fen for fen in amounts if fen < 0)
        self._debited += debited
        self._credited += credited - debited
        days = list(map(self._day, columns["day"]))
        self._require_length(columns["serial"], SERIAL_MAX)
        if not all(map(str.strip, columns["serial"])):
            raise Doubtful
        serials = self._whole_serials(columns["serial"], days)
        self._require_length(serials, SERIAL_MAX)
        self._require_length(columns["reference"], REFERENCE_MAX)
        lines = zip(
            map(str, range(self._row, self._row + number)),
            map(str, days),
            serials,
            map(str, amounts),
            [name[:NAME_MAX] for name in columns["counterparty_name"]],
            map(_masked, columns["counterparty_account"]),
            columns["reference"],
            strict=True,
        )
        self._row += number
        self._count += number
        text = "\n".join(map("\t".join, lines))
        # No control character stands in a line: a backslash is all that COPY would take for something else.
        return (text.replace("\\", "\\\\") + "\n").encode()

    def _columns(self, piece: bytes) -> tuple[dict[str, list[str]], int]:
        form = self._form
        try:
            text = piece.decode(form.encoding)
        except UnicodeDecodeError as error:
            raise Doubtful from error
        lines = text.split(form.line_end)
        width = len(form.columns)
        plain = text.replace(form.line_end, form.delimiter)
        # Printable is more than asked for: rare spaces are left to the other way.
        if text.encode(form.encoding) != piece or not plain.isprintable():
            raise Doubtful
        if {line.count(form.delimiter) for line in lines} != {width - 1}:
            raise Doubtful
        cells = plain.split(form.delimiter)
        columns = {column.field: cells[place::width] for place, column in enumerate(form.columns)}
        if not all(all(texts) for field, texts in columns.items() if field not in self._blank):
            raise Doubtful
        return columns, len(lines)

    def _fen(self, texts: list[str]) -> list[int]:
        """Amounts as this bank writes them, every one of them."""
        joined = "\n".join(texts)
        if len(_AMOUNTS[self._form.amount].findall(joined)) != len(texts):
            raise Doubtful
        return list(map(int, joined.replace(".", "").split("\n")))

    def _whole_serials(self, texts: list[str], days: list[date]) -> list[str]:
        within = self._serial_within
        if not within:
            return texts
        return [whole_serial(within, text, day) for text, day in zip(texts, days, strict=True)]

    def _day(self, text: str) -> date:
        """A day of the statement; there are few of them, and each is judged once."""
        known = self._days.get(text)
        if known is not None:
            return known
        try:
            day = read_value(self._form, "day", text)
        except BadValue as error:
            raise Doubtful from error
        if not isinstance(day, date) or not self.head.from_day <= day <= self.head.to_day:
            raise Doubtful
        return self._days.setdefault(text, day)

    @staticmethod
    def _require_length(texts: list[str], most: int) -> None:
        if max(map(len, texts)) > most:
            raise Doubtful

    def _finish(self) -> None:
        found = {"count": self._count, "debit_total": self._debited, "credit_total": self._credited}
        totals = all(self._trailer.get(name, value) == value for name, value in found.items())
        if not totals or self._balance != self.head.closing_fen:
            raise Doubtful
