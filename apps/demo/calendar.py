"""The calendar of the demo city can be put ahead, so that a whole training can be tried in an afternoon."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache

KEY = "demo:days-ahead"
DAYS_MAX = 2000


class _Asked:
    """What the calendar said when it was first asked, for as long as a block or a request lasts."""

    days: int | None = None


_held: ContextVar[_Asked | None] = ContextVar("demo_days_ahead", default=None)


def days_ahead() -> int:
    """By how many days the demo city is ahead of the real day."""
    held = _held.get()
    if held is None:
        return int(cache.get(KEY, 0))
    if held.days is None:
        held.days = int(cache.get(KEY, 0))
    return held.days


@contextmanager
def standing_still() -> Iterator[None]:
    """Ask once for the length of the block: making the city, or a page, tells the day many times."""
    token = _held.set(_Asked())
    try:
        yield
    finally:
        _held.reset(token)


def put_ahead(days: int) -> int:
    """Let so many more days pass; returns how far ahead the calendar now is. Zero days asks only."""
    ahead = max(0, min(days_ahead() + days, DAYS_MAX))
    cache.set(KEY, ahead, timeout=None)
    held = _held.get()
    if held is not None:
        held.days = ahead
    return ahead
