"""The table of measurements: ratios the right way round, and a missed goal that shows."""

import pytest

from tests.bench.report import Row, table


def test_of_a_time_less_is_better():
    row = Row("bulk", ours=3.0, peer=12.0, limit=2.0, unit="s", at_most=2.0, at_least=3.0)
    assert (row.of_limit, row.over_peer, row.missed) == (1.5, 4.0, False)


def test_of_a_rate_more_is_better():
    row = Row("single", ours=1000.0, peer=500.0, limit=2000.0, unit="tx/s", at_most=2.0, at_least=2.0)
    assert (row.of_limit, row.over_peer, row.missed) == (2.0, 2.0, False)


@pytest.mark.parametrize(("at_most", "at_least"), [(1.4, None), (None, 4.1)])
def test_a_missed_goal_shows(at_most, at_least):
    row = Row("bulk", 3.0, 12.0, 2.0, "s", at_most=at_most, at_least=at_least)
    assert row.missed
    assert "MISSED" in table([row])


def test_without_a_peer_or_limit_there_is_no_ratio():
    row = Row("alone", 3.0, None, None, "s", at_most=1.0, at_least=1.0)
    assert (row.of_limit, row.over_peer, row.missed) == (None, None, False)
    assert "-" in table([row])


@pytest.mark.parametrize(("unit", "growth"), [("s", {10: 1.0, 1000: 2.0}), ("tx/s", {10: 2.0, 1000: 1.0})])
def test_growth_compares_the_largest_size_with_the_smallest(unit, growth):
    row = Row("growing", 1.0, None, None, unit, growth=growth)
    assert row.slowdown == 2.0
    assert "x2.00 (10 to 1,000)" in table([row])


def test_notes_stand_below():
    assert table([Row("one", 1.0, None, None, "s", note="why")]).endswith("Notes\n  one: why")
