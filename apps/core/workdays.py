"""Working days as the State Council's holiday notices make them, with moved days counted properly.

The built-in calendar knows the years that have been announced; a `Holiday` row wins over it, and beyond
its years only weekends and such rows count.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from apps.core.models import Holiday

_ONE_DAY = timedelta(days=1)
_WEEKEND = 5
# Far more calendar days than any span of working days needs, so that one query covers the overrides.
_STRETCH = 4
_STRETCH_DAYS_MIN = 30


def is_working_day(day: date) -> bool:
    """Whether offices work on that day."""
    return _works(day, _overrides(day, day))


def add_working_days(day: date, count: int) -> date:
    """The day that is `count` working days after `day`; `day` itself is not counted.

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("count is zero or more")
    end = day + timedelta(days=count * _STRETCH + _STRETCH_DAYS_MIN)
    overrides = _overrides(day, end)
    found = day
    while count:
        found += _ONE_DAY
        if _works(found, overrides):
            count -= 1
    return found


def working_day_back(day: date, count: int) -> date:
    """The working day with `count` working days after it, up to and including `day`; 0: the last one by then.

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("count is zero or more")
    overrides = _overrides(day - timedelta(days=count * _STRETCH + _STRETCH_DAYS_MIN), day)
    found = day
    while True:
        if _works(found, overrides):
            if not count:
                return found
            count -= 1
        found -= _ONE_DAY


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    overrides = _overrides(start, end)
    days = (end - start).days
    return sum(_works(start + timedelta(days=offset), overrides) for offset in range(1, days + 1))


def working_days_left(on: date, due: date) -> int:
    """How many working days are left until a deadline; negative once it is over, be it over a weekend."""
    return left_of(working_days_between(on, due), on, due)


def left_of(days: int, on: date, due: date) -> int:
    """What is left of a deadline of which `days` were counted; see `working_days_left`."""
    return min(days, -1) if due < on else days


def working_days(start: date, end: date) -> Iterator[date]:
    """The working days from `start` up to but not including `end`, with one query for all of them."""
    overrides = _overrides(start, end)
    for offset in range((end - start).days):
        day = start + timedelta(days=offset)
        if _works(day, overrides):
            yield day


def working_days_to_each(start: date, ends: Iterable[date]) -> dict[date, int]:
    """`working_days_between` from one day to each of several, with one query for all of them."""
    wanted = set(ends)
    if not wanted:
        return {}
    overrides = _overrides(min(start, *wanted), max(start, *wanted))

    def count(first: date, last: date) -> int:
        days = (last - first).days
        return sum(_works(first + timedelta(days=offset), overrides) for offset in range(1, days + 1))

    return {end: count(start, end) if end >= start else -count(end, start) for end in wanted}


def _overrides(start: date, end: date) -> dict[date, bool]:
    return dict(Holiday.objects.filter(day__range=(start, end)).values_list("day", "is_working"))


def _works(day: date, overrides: dict[date, bool]) -> bool:
    return overrides[day] if day in overrides else _by_the_state(day)


@lru_cache(maxsize=4096)
def _by_the_state(day: date) -> bool:
    """What the State Council's notices say of a day, which the library has as constants; else the week."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < _WEEKEND
