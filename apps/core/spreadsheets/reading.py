"""Reading an uploaded table row by row out of the limited child process."""

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings

from apps.core.errors import Message, Problem
from apps.core.files import open_file
from apps.core.models import StoredFile
from apps.core.sandbox import framing
from apps.core.spreadsheets.columns import Column, Row, in_every_language
from apps.core.spreadsheets.refusals import cell_problem, file_refusal
from apps.core.spreadsheets.writing import PROBLEMS_TITLE, ROW_TITLE

logger = logging.getLogger(__name__)

FRAME_BYTES_MAX = 64 * 1024 * 1024
CELL_CHARACTERS_MAX = 1000
COLUMNS_MAX = 60
LIMITS: dict[str, int] = {
    "parts_max": 200,
    "unpacked_max": 200 << 20,
    "ratio_max": 100,
    "sheets_max": 20,
    "columns_max": COLUMNS_MAX,
    "cell_max": CELL_CHARACTERS_MAX,
    # Rows of a sheet that stand beyond the last honest row: formatted but empty ones.
    "rows_slack": 50_000,
    "memory_max": 1 << 30,
    "cpu_seconds": 120,
}
_PIPE_BYTES = 1 << 16
_TOO_LONG = {signal.SIGXCPU, signal.SIGKILL}


def read_table(
    source: StoredFile | str | Path | BinaryIO,
    *,
    columns: Sequence[Column],
    max_rows: int,
    ignored: Sequence[Message] = (),
) -> Iterator[Row]:
    """Yield the rows of an xlsx or csv file whose header names the declared columns, in any order.

    Blank rows are left out; an empty cell is None. Raises InvalidInput at the first row asked for, before any
    is given away, when the file as a whole cannot be taken: not a table, protected, too large, wrong columns,
    unclear encoding. `ignored` are headers that may stand there without being read; those of a list of rows
    to correct always may. Close the iterator (or exhaust it) to end the child process.
    """
    with child_for(source, columns, max_rows, ignored) as child:
        yield from _rows(child, columns)


@contextlib.contextmanager
def child_for(
    source: StoredFile | str | Path | BinaryIO,
    columns: Sequence[Column],
    max_rows: int,
    ignored: Sequence[Message] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """The child process that reads this table; it ends with the block."""
    spec = json.dumps(_spec(columns, max_rows, ignored))
    if isinstance(source, str | Path):
        with open(source, "rb") as file, _child(spec, file) as child:
            yield child
        return
    # The child loads what it needs while the content is read and unsealed here.
    with _child(spec, subprocess.PIPE) as child:
        _hand_over(source, cast("BinaryIO", child.stdin))
        yield child


def _hand_over(source: StoredFile | BinaryIO, pipe: BinaryIO) -> None:
    """Write the content to the child, which answers when it has all of it; never over the disk."""
    opened = open_file(source) if isinstance(source, StoredFile) else source
    try:
        opened.seek(0)
        with pipe:
            shutil.copyfileobj(opened, pipe, _PIPE_BYTES)
    except BrokenPipeError:
        # It read as much as it may, or died: what it says of that, or its end, is read next.
        logger.info("the reader of an uploaded table took only a part of it")
    finally:
        if isinstance(source, StoredFile):
            opened.close()


def next_frame(child: subprocess.Popen[bytes], columns: Sequence[Column]) -> tuple[bytes, str] | None:
    """The next frame of the child, None after the last. Raises InvalidInput where it ended before."""
    try:
        frame = framing.read_frame(cast("BinaryIO", child.stdout), FRAME_BYTES_MAX)
    except ValueError as error:
        raise file_refusal("damaged", {}, columns) from error
    if frame is None:
        raise file_refusal(_why_it_died(child), {}, columns)
    return None if frame[0] == framing.END else frame


def _rows(child: subprocess.Popen[bytes], columns: Sequence[Column]) -> Iterator[Row]:
    present: list[str] = []
    absent: dict[str, str | None] = {}
    while (frame := next_frame(child, columns)) is not None:
        kind, text = frame
        if kind == framing.META:
            meta = json.loads(text)
            if "refused" in meta:
                raise file_refusal(meta["refused"], meta["params"], columns)
            present = [columns[place].key for place in meta["present"]]
            absent = {column.key: None for column in columns if column.key not in present}
            continue
        for line in text.split(framing.RECORD):
            number, marks, *cells = line.split(framing.FIELD)
            values = dict(absent)
            for key, cell in zip(present, cells, strict=True):
                values[key] = cell or None
            yield Row(int(number), values, _problems(marks, int(number), present, columns) if marks else [])


def _problems(marks: str, number: int, present: list[str], columns: Sequence[Column]) -> list[Problem]:
    by_key = {column.key: column for column in columns}
    return [cell_problem(code, number, by_key[present[place]]) for place, code in json.loads(marks)]


def _spec(columns: Sequence[Column], max_rows: int, ignored: Sequence[Message]) -> dict[str, Any]:
    passed_over = [PROBLEMS_TITLE, ROW_TITLE, *ignored]
    return {
        **LIMITS,
        "rows_max": max_rows,
        "file_max": settings.UPLOAD_MAX_BYTES,
        "columns": [
            {"titles": column.titles(), "text": column.text, "required": column.required}
            for column in columns
        ],
        "ignored": [title for one in passed_over for title in in_every_language(one)],
    }


@contextlib.contextmanager
def _child(spec: str, stdin: BinaryIO | int) -> Iterator[subprocess.Popen[bytes]]:
    """The child process: without the environment's secrets, ended with the block."""
    child = subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", "apps.core.sandbox", spec],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        close_fds=True,
    )
    try:
        yield child
    finally:
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                # What the dead child did not take cannot be flushed.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        child.wait()


def _why_it_died(child: subprocess.Popen[bytes]) -> str:
    code = child.wait()
    logger.warning("the reader of an uploaded table ended with %s", code)
    return "too_slow" if -code in _TOO_LONG else "too_big"
