from datetime import date, timedelta

import pytest

from apps.core.models import Holiday
from apps.core.workdays import (
    add_working_days,
    is_working_day,
    working_day_back,
    working_days_between,
    working_days_left,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 4, 28), True),
        (date(2023, 4, 29), False),
        (date(2023, 5, 1), False),
        (date(2023, 5, 3), False),
        (date(2023, 4, 23), True),  # a Sunday worked for the first of May
        (date(2023, 5, 6), True),  # a Saturday worked for it
        (date(2023, 5, 7), False),
        (date(2024, 10, 7), False),
    ],
)
def test_public_holidays_and_moved_days_count_properly(day, works):
    assert is_working_day(day) is works


def test_ten_working_days_over_the_national_holiday():
    assert add_working_days(date(2023, 9, 27), 10) == date(2023, 10, 17)
    assert working_days_between(date(2023, 9, 27), add_working_days(date(2023, 9, 27), 10)) == 10


def test_no_days_added_is_the_day_itself():
    assert add_working_days(date(2023, 5, 1), 0) == date(2023, 5, 1)


def test_counted_backwards_the_day_itself_is_the_first_if_offices_work_on_it():
    monday = date(2026, 3, 16)
    assert working_day_back(monday, 0) == monday
    assert working_day_back(monday, 1) == date(2026, 3, 13)
    assert working_day_back(date(2026, 3, 15), 0) == date(2026, 3, 13)


@pytest.mark.parametrize("count", [0, 1, 3, 20])
@pytest.mark.parametrize("day", [date(2026, 10, 9), date(2026, 2, 24), date(2031, 5, 4)])
def test_so_many_working_days_lie_after_the_one_counted_back_to(day, count):
    found = working_day_back(day, count)
    assert is_working_day(found)
    assert working_days_between(found, day) == count


def test_the_first_day_is_not_counted_and_the_last_one_is():
    assert working_days_between(date(2023, 3, 6), date(2023, 3, 7)) == 1
    assert working_days_between(date(2023, 3, 7), date(2023, 3, 6)) == -1
    assert working_days_between(date(2023, 3, 6), date(2023, 3, 6)) == 0


def test_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="zero or more"):
        add_working_days(date(2023, 3, 6), -1)


def test_a_row_of_ours_wins_over_the_calendar():
    Holiday.objects.create(day=date(2023, 3, 6), is_working=False, name="临时放假")
    Holiday.objects.create(day=date(2023, 3, 11), is_working=True, name="调休上班")
    assert not is_working_day(date(2023, 3, 6))
    assert is_working_day(date(2023, 3, 11))
    assert add_working_days(date(2023, 3, 3), 1) == date(2023, 3, 7)


def test_beyond_the_calendar_weekends_and_our_rows_count():
    Holiday.objects.create(day=date(2035, 10, 1), is_working=False, name="国庆节")
    assert not is_working_day(date(2035, 10, 1))
    assert is_working_day(date(2035, 10, 2))
    assert not is_working_day(date(2035, 10, 6))


def test_a_span_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        add_working_days(date(2023, 9, 27), 20)
    with django_assert_num_queries(1):
        working_days_between(date(2023, 1, 1), date(2023, 12, 31))


def test_a_deadline_that_ended_before_a_weekend_is_over_on_the_weekend():
    friday, sunday = date(2023, 3, 10), date(2023, 3, 12)
    assert working_days_between(sunday, friday) == 0
    assert [working_days_left(day, friday) for day in (friday - timedelta(days=1), friday, sunday)] == [
        1,
        0,
        -1,
    ]
