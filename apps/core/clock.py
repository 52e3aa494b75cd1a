"""The clock of Beijing. Only doors and task entries read it; services take the day as an argument."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

BEIJING = ZoneInfo("Asia/Shanghai")
_days_ahead: Callable[[], int] | None = None


def now() -> datetime:
    """This instant, aware, in Beijing's time."""
    return timezone.localtime(timezone.now(), BEIJING)


def today() -> date:
    """The calendar day in Beijing, whatever time zone the process, the browser or the database lives in."""
    day = now().date()
    return day + timedelta(days=_days_ahead()) if _days_ahead is not None else day


def moment_of(day: date) -> datetime:
    """When something of a day is said to have happened: now if the day is today, its noon otherwise."""
    return now() if day == today() else datetime.combine(day, time(12), BEIJING)


def elapsed(day: date) -> datetime:
    """Up to when a day has gone by for whoever acts on it: this hour if it is today, its end otherwise."""
    if day != today():
        return datetime.combine(day + timedelta(days=1), time(0), BEIJING)
    return datetime.combine(day, now().time(), BEIJING)


def let_days_pass(days_ahead: Callable[[], int]) -> None:
    """Let the demo city's calendar run ahead. Instants stay true, so that sessions and tokens still end."""
    global _days_ahead  # noqa: PLW0603 - the one clock of the process
    _days_ahead = days_ahead
