"""Reading an uploaded table in chunks of plain lists: for imports in which an object a row would count."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from apps.core.errors import Message
from apps.core.models import StoredFile
from apps.core.sandbox import framing
from apps.core.spreadsheets.columns import Column
from apps.core.spreadsheets.reading import child_for, next_frame
from apps.core.spreadsheets.refusals import file_refusal

# The first chunk is small and each next one twice as large, so that whoever stores them begins soon.
FIRST_CHUNK_ROWS = 1_000
Marks = list[tuple[str, str]]
PlainRow = tuple[int, list[str], Marks]


def read_chunks(
    source: StoredFile | str | Path | BinaryIO,
    *,
    columns: Sequence[Column],
    max_rows: int,
    chunk_rows: int,
    ignored: Sequence[Message] = (),
    told: Callable[[int], None] | None = None,
) -> Iterator[list[PlainRow]]:
    """Yield the rows that `read_table` would, as lists of at most about `chunk_rows` rows, at first of fewer.

    A row is (its number in the file, its cells as stripped texts in the order of `columns` with "" for
    nothing, and what was wrong with single cells as (column key, code)); codes are those of `refusals`.
    `ignored` are headers that may stand there without being read. `told` is called once with the number of
    rows that there are at most. Raises InvalidInput like `read_table`; close the iterator to end the child.
    """
    waiting: list[PlainRow] = []
    enough = min(FIRST_CHUNK_ROWS, chunk_rows)
    with child_for(source, columns, max_rows, ignored) as child:
        order: list[int] = []
        keys = [column.key for column in columns]
        while (frame := next_frame(child, columns)) is not None:
            kind, text = frame
            if kind == framing.META:
                meta = json.loads(text)
                if "refused" in meta:
                    raise file_refusal(meta["refused"], meta["params"], columns)
                order = meta["present"]
                if told is not None:
                    told(cast("int", meta["rows_max"]))
                continue
            waiting.extend(_plain_rows(text, order, keys))
            if len(waiting) >= enough:
                yield waiting
                waiting = []
                enough = min(2 * enough, chunk_rows)
    if waiting:
        yield waiting


def _plain_rows(text: str, order: list[int], keys: list[str]) -> Iterator[PlainRow]:
    as_declared = order == list(range(len(keys)))
    for line in text.split(framing.RECORD):
        number, marks, *cells = line.split(framing.FIELD)
        if not as_declared:
            placed = [""] * len(keys)
            for place, cell in zip(order, cells, strict=True):
                placed[place] = cell
            cells = placed
        yield int(number), cells, _marks(marks, order, keys) if marks else []


def _marks(text: str, order: list[int], keys: list[str]) -> Marks:
    return [(keys[order[place]], code) for place, code in json.loads(text)]
