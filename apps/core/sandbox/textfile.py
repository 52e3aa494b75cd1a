"""Rows of a csv file: its encoding found out strictly, never guessed."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from apps.core.sandbox.framing import Refusal
from apps.core.sandbox.matching import Layout, find_layout

_DELIMITERS = ",;\t"
_TELL_LITTLE = ("no_header", "broken_csv")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CJK = re.compile("[\u4e00-\u9fff]")
_LOST_TAIL = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
# Excel's way of keeping digits as text in a csv file: ="0123".
_QUOTED = re.compile(r'="([^"]*)"')
_QUICK_CHECK_BYTES = 4096


class TextFile:
    """The table in a csv file."""

    kept: frozenset[int] = frozenset()

    def __init__(self, content: bytes, spec: dict[str, Any]) -> None:
        self._spec = spec
        # Some programs write the mark of the encoding twice, or before GB18030 as well.
        self._text = _decode(content).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        # A long cell is its row's own fault and told with it; the file as a whole was bounded before.
        csv.field_size_limit(max(len(self._text), 1))
        self._delimiter, self.layout = self._find_delimiter()
        self.name = ""
        self.rows_max = self._count()

    def rows(self) -> Iterator[tuple[int, list[list[Any]], list[str]]]:
        """Every row below the header: its number, its problems, its cells in the order of the layout."""
        order, width = self.layout.order, max(self.layout.order) + 1
        text_only = [self._spec["columns"][column]["text"] for column in self.layout.present]
        header_width = 0
        for number, row in enumerate(self._read(), start=1):
            if number <= self.layout.header_row:
                header_width = len(row)
                continue
            problems: list[list[Any]] = []
            if len(row) > header_width and any(cell.strip() for cell in row[header_width:]):
                problems.append([0, "too_many_cells"])
            filled = row if len(row) >= width else row + [""] * (width - len(row))
            cells = [filled[place] for place in order]
            for at, cell in enumerate(cells):
                if text_only[at] and _LOST_TAIL.fullmatch(cell):
                    problems.append([at, "number_cell"])
                elif cell.startswith("=") and (quoted := _QUOTED.fullmatch(cell)):
                    cells[at] = quoted[1]
            yield number, problems, cells

    def _read(self) -> Iterator[list[str]]:
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True)
        begun = 1
        try:
            for row in reader:
                yield row
                begun = reader.line_num + 1
        except csv.Error as error:
            # An open quotation mark swallows what follows: the line it stands in is the one to correct.
            raise Refusal("broken_csv", line=begun) from error

    def _find_delimiter(self) -> tuple[str, Layout]:
        refusals: dict[str, Refusal] = {}
        for delimiter in _DELIMITERS:
            self._delimiter = delimiter
            try:
                return delimiter, find_layout(self._read(), self._spec)
            except Refusal as refusal:
                refusals[delimiter] = refusal
        # The delimiter that found some of the columns explains best what is wrong, else the one that the
        # file is full of: with another one quotation marks seem open that are not.
        telling = [refusal for refusal in refusals.values() if refusal.code not in _TELL_LITTLE]
        head = self._text[:_QUICK_CHECK_BYTES]
        raise telling[0] if telling else refusals[max(_DELIMITERS, key=head.count)]

    def _count(self) -> int:
        """Read the whole file once before a row is given away: a broken last line refuses the file."""
        count = sum(any(row) for row in self._read()) - 1
        if count > self._spec["rows_max"]:
            raise Refusal("too_many_rows", limit=self._spec["rows_max"])
        return count


def _decode(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):
        raise Refusal("utf16")
    if b"\x00" in content:
        head = content[:_QUICK_CHECK_BYTES]
        raise Refusal("utf16" if head.count(0) * 4 > len(head) else "nul")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = error.start
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        # The encoding that holds for longer is the one that the file was meant to be in.
        readable = max(readable, error.start)
        raise Refusal("encoding", line=content.count(b"\n", 0, readable) + 1) from error
    _refuse_mixed(content)
    return text


def _refuse_mixed(content: bytes) -> None:
    """A line of UTF-8 in a GB18030 file decodes into other names without an error: refuse it by its line.

    A whole line of GB18030 that happens to be UTF-8 of Chinese characters would need every character to be
    one of the rarest, so the test does not refuse honest files.
    """
    for number, line in enumerate(content.splitlines(), start=1):
        if line.isascii():
            continue
        try:
            looks_chinese = _CJK.search(line.decode("utf-8")) is not None
        except UnicodeDecodeError:
            continue
        if looks_chinese:
            raise Refusal("mixed_encoding", line=number)
