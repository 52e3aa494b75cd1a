"""The calendar of the demo city can be put ahead, so that a whole training can be tried in an afternoon."""

from django.core.cache import cache

KEY = "demo:days-ahead"
DAYS_MAX = 2000


def days_ahead() -> int:
    """By how many days the demo city is ahead of the real day."""
    return int(cache.get(KEY, 0))


def put_ahead(days: int) -> int:
    """Let so many more days pass; returns how far ahead the calendar now is. Zero days asks only."""
    ahead = max(0, min(days_ahead() + days, DAYS_MAX))
    cache.set(KEY, ahead, timeout=None)
    return ahead
