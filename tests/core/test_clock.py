from datetime import date

import pytest
import time_machine
from django.utils import timezone

from apps.core import clock


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-06-30T15:59:59Z", date(2026, 6, 30)),
        ("2026-06-30T16:00:00Z", date(2026, 7, 1)),
        ("2026-06-30T23:30:00Z", date(2026, 7, 1)),
        ("2025-12-31T16:00:00Z", date(2026, 1, 1)),
        ("2028-02-28T16:00:00Z", date(2028, 2, 29)),
    ],
)
def test_the_day_is_the_day_in_beijing(instant, day):
    with time_machine.travel(instant, tick=False):
        assert clock.today() == day


def test_the_day_does_not_follow_the_time_zone_of_the_process():
    with time_machine.travel("2026-06-30T23:30:00Z", tick=False), timezone.override("America/New_York"):
        assert clock.today() == date(2026, 7, 1)


def test_now_is_aware_and_in_beijing():
    with time_machine.travel("2026-06-30T23:30:00Z", tick=False):
        assert clock.now().isoformat() == "2026-07-01T07:30:00+08:00"


def test_of_today_the_hours_until_now_have_gone_by_and_of_another_day_all_of_them(monkeypatch):
    with time_machine.travel("2026-06-30T01:30:00Z", tick=False):
        assert clock.elapsed(date(2026, 6, 30)).isoformat() == "2026-06-30T09:30:00+08:00"
        assert clock.elapsed(date(2026, 6, 29)).isoformat() == "2026-06-30T00:00:00+08:00"
        monkeypatch.setattr(clock, "_days_ahead", lambda: 2)
        assert clock.elapsed(date(2026, 7, 2)).isoformat() == "2026-07-02T09:30:00+08:00"
