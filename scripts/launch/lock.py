"""One launcher at a time where two would harm each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.launch import say
from scripts.launch.errors import Stop


@contextmanager
def only_one(file: Path, refusal: str) -> Iterator[None]:
    """Hold a lock for the block; raises Stop with `refusal` when another process holds it.

    The lock goes with the process, so nothing is left to clean up after a crash.
    """
    with _opened(file) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(refusal.format(note=file.read_text().strip() or "unknown")) from None
        yield


@contextmanager
def in_turn(file: Path, notice: str) -> Iterator[None]:
    """Hold a lock for the block, after waiting for whoever holds it."""
    with _opened(file) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say.line(notice)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Not inherited by what the launcher starts: a child that outlives it must not keep the lock.
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
