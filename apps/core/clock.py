"""The clock of Beijing. Only doors and task entries read it; services take the day as an argument."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, in Beijing's time."""
    return timezone.localtime(timezone.now(), BEIJING)


def today() -> date:
    """The calendar day in Beijing, whatever time zone the process, the browser or the database lives in."""
    return now().date()
