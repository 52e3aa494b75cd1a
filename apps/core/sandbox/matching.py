"""Finding the header row and the declared columns in it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from apps.core.sandbox.framing import Refusal

HEADER_ROWS_SEARCHED = 10
_PARENTHESES = re.compile(r"\(.*?\)|\[.*?\]")
_NAMES_SHOWN = 12
_NAME_LENGTH_SHOWN = 30


def normal(title: Any) -> str:
    """A title as it is compared: width folded, nothing unseen, no star for "required", small letters."""
    folded = unicodedata.normalize("NFKC", str(title))
    shown = (c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
    return "".join(c for c in shown if c not in "*:'\"").casefold()


class Layout:
    """Where the declared columns stand: `order[i]` is the place of column `present[i]` in a row."""

    def __init__(self, header_row: int, present: list[int], order: list[int]) -> None:
        self.header_row = header_row
        self.present = present
        self.order = order


def find_layout(rows: Iterable[Sequence[Any]], spec: dict[str, Any]) -> Layout:
    """Find the header among the first rows. Raises Refusal (`empty`, `no_header`, `missing_columns`,
    `unknown_columns`, `column_twice`, `too_many_columns`).
    """
    known = {normal(t): place for place, column in enumerate(spec["columns"]) for t in column["titles"]}
    ignored = {normal(title) for title in spec["ignored"]}
    best: tuple[int, int, Sequence[Any]] = (0, 0, ())
    seen_anything = False
    for number, row in enumerate(rows, start=1):
        if number > HEADER_ROWS_SEARCHED:
            break
        seen_anything = seen_anything or any(_is_filled(cell) for cell in row)
        score = sum(_place(cell, known) is not None for cell in row if _is_filled(cell))
        if score > best[0]:
            best = (score, number, row)
    if not seen_anything:
        raise Refusal("empty")
    if not best[0]:
        raise Refusal("no_header")
    return _layout(best[1], best[2], known, ignored, spec)


def _layout(
    header_row: int, header: Sequence[Any], known: dict[str, int], ignored: set[str], spec: dict[str, Any]
) -> Layout:
    found: dict[int, int] = {}
    unknown, twice = [], []
    for place, cell in enumerate(header):
        if not _is_filled(cell):
            continue
        if place >= spec["columns_max"]:
            raise Refusal("too_many_columns", limit=spec["columns_max"])
        column = _place(cell, known)
        if column is None:
            if normal(cell) not in ignored:
                unknown.append(str(cell).strip()[:_NAME_LENGTH_SHOWN])
        elif column in found:
            twice.append(column)
        else:
            found[column] = place
    missing = [n for n, column in enumerate(spec["columns"]) if column["required"] and n not in found]
    if missing:
        raise Refusal("missing_columns", columns=missing, unknown=unknown[:_NAMES_SHOWN])
    if twice:
        raise Refusal("column_twice", columns=twice)
    if unknown:
        raise Refusal("unknown_columns", unknown=unknown[:_NAMES_SHOWN])
    present = sorted(found)
    return Layout(header_row, present, [found[column] for column in present])


def _place(cell: Any, known: dict[str, int]) -> int | None:
    title = normal(cell)
    return known.get(title, known.get(_PARENTHESES.sub("", title)))


def _is_filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""
