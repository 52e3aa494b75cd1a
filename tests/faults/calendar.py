"""Working days of 2023 as the State Council's notice has them, written down once more."""

from datetime import date, timedelta

_OFF = {
    *(date(2023, 4, day) for day in (5, 29, 30)),
    *(date(2023, 5, day) for day in (1, 2, 3)),
    *(date(2023, 6, day) for day in (22, 23, 24)),
    *(date(2023, 9, day) for day in (29, 30)),
    *(date(2023, 10, day) for day in range(1, 7)),
}
_ON = {date(2023, 4, 23), date(2023, 5, 6), date(2023, 6, 25), date(2023, 10, 7), date(2023, 10, 8)}


def works(day: date) -> bool:
    """Whether offices work on a day of a schedule."""
    return day in _ON or (day.weekday() < 5 and day not in _OFF)


def working_days_after(day: date, count: int) -> date:
    """The day so many working days later."""
    while count:
        day += timedelta(days=1)
        count -= works(day)
    return day
