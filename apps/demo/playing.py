"""The demo city is played day by day: what happens to one enterprise happens between what happens to others.

A story is a generator that yields the day of what it does next. Whatever is recorded meanwhile bears that
day, by the clock of the process and, where the owner of the tables makes the city, by the database: the
trigger `told_moment` of the history refuses the setting to everybody else.
"""

import heapq
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.casework.models import Notice
from apps.core import clock
from apps.demo.calendar import days_ahead

Story = Generator[date, None, None]

_OPENS, _CLOSES = time(9, 0), time(17, 40)
# Not every day begins with the first act at nine.
_SCATTER_MINUTES = 240
_BETWEEN = timedelta(minutes=3)
_TELL = "SELECT set_config('shitu.moment', %s, true)"
_MAY_TELL = (
    "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = 'casework_history'::regclass"
)


_RENUMBER = """
    UPDATE casework_notice AS notice SET id = -placed.place
      FROM (SELECT id, row_number() OVER (ORDER BY at, id) AS place FROM casework_notice) AS placed
     WHERE placed.id = notice.id
"""


class Stage:
    """The days of the city: each act of a day comes some minutes after the one before."""

    def __init__(self, acts_as_owner: bool) -> None:
        self._acts_as_owner = acts_as_owner
        self._real_now = timezone.now
        self._newest = datetime(2000, 1, 1, tzinfo=clock.BEIJING)

    @contextmanager
    def on(self, day: date) -> Iterator[None]:
        """Within the block it is that day, or the last one that was played where that is later."""
        moment = self._next(day)
        before, timezone.now = timezone.now, lambda: moment
        self._tell(moment.isoformat())
        try:
            yield
        finally:
            timezone.now = before
            if not connection.needs_rollback:
                self._tell("")

    def play(self, stories: Iterable[Story]) -> None:
        """Play stories to their ends, side by side, in the order of their days."""
        waiting = [(day, place, story) for place, story in enumerate(stories) for day in _first(story)]
        heapq.heapify(waiting)
        while waiting:
            day, place, story = heapq.heappop(waiting)
            with self.on(day):
                following = next(story, None)
            if following is not None:
                heapq.heappush(waiting, (following, place, story))

    def _next(self, day: date) -> datetime:
        # The calendar of the city may be ahead of the clock, which tells no moment that has not been.
        real = day - timedelta(days=days_ahead())
        first = timedelta(minutes=real.toordinal() * 37 % _SCATTER_MINUTES)
        opened = datetime.combine(real, _OPENS, clock.BEIJING) + first
        wanted = max(opened, self._newest + _BETWEEN)
        if wanted.time() > _CLOSES:
            wanted = max(opened, self._newest + timedelta(seconds=1))
        self._newest = min(wanted, self._real_now())
        return self._newest

    def _tell(self, moment: str) -> None:
        if self._acts_as_owner:
            with connection.cursor() as cursor:
                cursor.execute(_TELL, [moment])


def lay_notices_in_order(read_until: date) -> None:
    """Number the notices as their days follow, and count as read what is older than a day.

    What was played on days of its own stands among the others; who looks finds what is new.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RENUMBER)
        cursor.execute("UPDATE casework_notice SET id = -id")
    old = datetime.combine(read_until, _OPENS, clock.BEIJING)
    Notice.objects.filter(at__lt=old).update(read_at=F("at") + timedelta(hours=3))


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage on which days are played, in one transaction: the database forgets the day with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MAY_TELL)
        yield Stage(acts_as_owner=cursor.fetchone()[0])


def _first(story: Story) -> Iterator[date]:
    """The day of the first act: nothing happens before it."""
    day = next(story, None)
    if day is not None:
        yield day
