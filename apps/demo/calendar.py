"""The calendar of the demo city can be put ahead, so that a whole training can be tried in an afternoon."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache

KEY = "demo:days-ahead"
DAYS_MAX = 2000
_held: ContextVar[int | None] = ContextVar("demo_days_ahead", default=None)


def days_ahead() -> int:
    """By how many days the demo city is ahead of the real day."""
    held = _held.get()
    return int(cache.get(KEY, 0)) if held is None else held


@contextmanager
def standing_still() -> Iterator[None]:
    """Ask once for the length of the block: making the city tells the day some hundreds of times."""
    token = _held.set(days_ahead())
    try:
        yield
    finally:
        _held.reset(token)


def put_ahead(days: int) -> int:
    """Let so many more days pass; returns how far ahead the calendar now is. Zero days asks only."""
    ahead = max(0, min(days_ahead() + days, DAYS_MAX))
    cache.set(KEY, ahead, timeout=None)
    return ahead
