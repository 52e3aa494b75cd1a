"""Judge and seal the next chunk while the database stores this one.

A thread judges and seals; the thread that holds the transaction only waits for the database, which
works in a process of its own. Two chunks wait at most, so memory does not grow with the file.
"""

import queue
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from apps.apprentices.roster.judge import Judge, Judged
from apps.apprentices.roster.store import Sealed, seal_rows
from apps.core.spreadsheets import PlainRow

Rows = list[PlainRow]
_WAITING_MAX = 2
_POLL_SECONDS = 0.5
_TURN_SECONDS = 0.0002
_HALF_A_MICROSECOND = 0.5e-6


@dataclass(frozen=True)
class Chunk:
    """Some rows that follow each other: as they stood in the file, as judged, and ready for COPY."""

    rows: Rows
    judged: Judged
    sealed: Sealed

    @property
    def last_row(self) -> int:
        return self.rows[-1][0]


class _Turns:
    """How many blocks want quick turns now, and the interval that is the process's own."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted = 0
        self.usual = 0.0


_turns = _Turns()


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let the thread that holds the transaction go on as soon as the database has answered.

    The other one computes all the time and gives way only after the interpreter's interval: at the usual
    5 ms each of a chunk's twenty statements would be answered long before it is heard. Of blocks that overlap
    in one process the first saves the interval and the last restores it.
    """
    with _turns.lock:
        if not _turns.wanted:
            _turns.usual = sys.getswitchinterval()
            sys.setswitchinterval(_TURN_SECONDS)
        _turns.wanted += 1
    try:
        yield
    finally:
        with _turns.lock:
            _turns.wanted -= 1
            if not _turns.wanted:
                # It is cut to whole microseconds: without the half, 0.000199 would come back as 0.000198.
                sys.setswitchinterval(_turns.usual + _HALF_A_MICROSECOND)


@dataclass(frozen=True)
class _Broke:
    error: BaseException


_END = object()


def _each(chunks: Iterable[Rows], judge: Judge) -> Iterator[Chunk]:
    for rows in chunks:
        judged = judge.rows(rows)
        yield Chunk(rows, judged, seal_rows(judged.good))


def prepared(chunks: Iterable[Rows], judge: Judge) -> Generator[Chunk, None, None]:
    """Yield the chunks judged and sealed, one ahead of the reader.

    Whatever the source of the rows raises is raised here, in the caller's language. Closing the iterator
    ends the thread.
    """
    language = translation.get_language()
    waiting: queue.Queue[Any] = queue.Queue(maxsize=_WAITING_MAX)
    stopped = threading.Event()

    def put(item: Any) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            # The language is a thread's own: without this a file is refused in that of the city.
            with translation.override(language):
                for chunk in _each(chunks, judge):
                    if not put(chunk):
                        return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the chunks are read
            put(_Broke(error))
        else:
            put(_END)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=work, name="roster", daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not _END:
            if isinstance(item, _Broke):
                raise item.error
            yield item
    finally:
        stopped.set()
        thread.join()
