"""`python -m apps.core.sandbox SPEC < file`: rows as frames on standard output, see `framing`."""

import gc
import io
import json
import os
import resource
import sys
from importlib import import_module
from typing import Any, BinaryIO

from apps.core.sandbox.framing import (
    DATA,
    END,
    FIELD,
    META,
    RECORD,
    ROWS_PER_FRAME,
    Refusal,
    write_frame,
    write_json,
)

_HEAD_BYTES = 1 << 16
# No honest cell holds the characters that part cells on the pipe.
_SEPARATORS = str.maketrans(dict.fromkeys(FIELD + RECORD, "\ufffd"))


def main() -> int:
    """Read the table on standard input as the first argument describes it."""
    spec = json.loads(sys.argv[1])
    _limit(spec)
    # Rows by the thousand and no cycles: the limit of memory stands, and the process ends soon.
    gc.disable()
    pipe = sys.stdout.buffer
    try:
        with _standard_input(spec) as file:
            table = _open(file, spec)
            write_json(
                pipe,
                META,
                {"present": table.layout.present, "rows_max": table.rows_max, "sheet": table.name},
            )
            _send(table, spec["cell_max"], pipe)
    except Refusal as refusal:
        write_json(pipe, META, {"refused": refusal.code, "params": refusal.params})
    except MemoryError:
        write_json(pipe, META, {"refused": "too_big", "params": {}})
    return 0


def _limit(spec: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (spec["memory_max"], spec["memory_max"]))
    resource.setrlimit(resource.RLIMIT_CPU, (spec["cpu_seconds"], spec["cpu_seconds"] + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _standard_input(spec: dict[str, Any]) -> BinaryIO:
    """The table; what comes through a pipe is kept in memory, since both ends of it are looked at."""
    file = os.fdopen(0, "rb")
    if file.seekable():
        return file
    # What both need is loaded while the other end still unseals the table.
    for name in ("package", "textfile", "workbook"):
        import_module(f"apps.core.sandbox.{name}")
    with file:
        return io.BytesIO(file.read(spec["file_max"] + 1))


def _open(file: BinaryIO, spec: dict[str, Any]) -> Any:
    from apps.core.sandbox import package

    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > spec["file_max"]:
        raise Refusal("file_too_large", limit=spec["file_max"] >> 20)
    head = file.read(_HEAD_BYTES)
    file.seek(max(size - _HEAD_BYTES, 0))
    tail = file.read(_HEAD_BYTES)
    file.seek(0)
    if not head.strip():
        raise Refusal("empty")
    package.refuse_other_formats(head, tail)
    if head.startswith(b"PK"):
        from apps.core.sandbox.workbook import Workbook

        return Workbook(file, spec)
    from apps.core.sandbox.textfile import TextFile

    return TextFile(file.read(), spec)


def _send(table: Any, cell_max: int, pipe: BinaryIO) -> None:
    lines: list[str] = []
    separators = len(table.layout.order) - 1
    blank = FIELD * separators
    for number, problems, cells in table.rows():
        text = FIELD.join([cell.strip() for cell in cells])
        if text == blank and not (problems and number in table.kept):
            continue
        if len(text) > cell_max:
            _mark_long(cells, cell_max, problems)
            text = FIELD.join([cell.strip() for cell in cells])
        marks = json.dumps(problems) if problems else ""
        if RECORD in text or text.count(FIELD) != separators:
            text = FIELD.join([cell.strip().translate(_SEPARATORS) for cell in cells])
        lines.append(f"{number}{FIELD}{marks}{FIELD}{text}")
        if len(lines) == ROWS_PER_FRAME:
            write_frame(pipe, DATA, RECORD.join(lines))
            lines.clear()
    if lines:
        write_frame(pipe, DATA, RECORD.join(lines))
    write_json(pipe, END, {})


def _mark_long(cells: list[str], cell_max: int, problems: list[list[Any]]) -> None:
    for at, cell in enumerate(cells):
        cells[at] = cell.strip()
        if len(cells[at]) > cell_max:
            problems.append([at, "cell_too_long"])
            cells[at] = cells[at][:cell_max]


if __name__ == "__main__":
    sys.exit(main())
