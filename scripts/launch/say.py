"""What the person at the keyboard sees."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def line(text: str = "") -> None:
    """Print one line at once, also when the output goes to a file or a pipe."""
    print(text, flush=True)


def loudly(*lines: str) -> None:
    """Print lines in a frame, for what must not be overlooked."""
    width = max(map(len, lines))
    line("*" * (width + 4))
    for text in lines:
        line(f"* {text.ljust(width)} *")
    line("*" * (width + 4))


@contextmanager
def step(name: str) -> Iterator[None]:
    """Name a step of the set-up and, at its end, the seconds it took."""
    started = time.monotonic()
    print(f"  {name} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def error(text: str) -> None:
    """Print one line where errors go."""
    print(text, file=sys.stderr, flush=True)
