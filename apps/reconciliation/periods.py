"""Days of the books for the reconciliation: where a correction is posted, what a month held."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import Min

from apps.banking.models import StatementLine
from apps.core.workdays import working_day_back
from apps.ledger import periods
from apps.ledger.periods import posting_day

__all__ = ["open_months", "past", "posting_day", "seen_by_month", "seen_through"]

MONTHS_MAX = 60


def past(on: date, working_days: int) -> date:
    """The last day after which more than so many working days have gone by on the day `on`."""
    return working_day_back(on, working_days) - timedelta(days=1)


# Every row is looked at once, however many months are open; what is of a month counts for all later ones.
_SEEN = """
    SELECT width_bucket(day, %(next)s::date[]), sum(debit_fen)::bigint, sum(movements)::bigint,
           sum(matches)::bigint
      FROM (
        SELECT on_date AS day, debit_fen, 0 AS movements, 0 AS matches FROM ledger_daybalance
        UNION ALL
        SELECT on_date, debit_fen, 0, 0 FROM ledger_balancedelta
        UNION ALL
        SELECT line.booked_on, 0, 1, (match.id IS NOT NULL)::int
          FROM banking_statementline AS line
          LEFT JOIN banking_statementmatch AS match ON match.line_id = line.id
      ) AS seen
     WHERE day < %(end)s
     GROUP BY 1
"""
_COUNTED = ("posted_fen", "movements", "matches")


def seen_until(ends: Sequence[date]) -> list[dict[str, int]]:
    """What lay in the books and statements before each of these days, in order; later additions change it."""
    if not ends:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"next": list(ends), "end": ends[-1]})
        found = {place: counts for place, *counts in cursor.fetchall()}
    none = [0] * len(_COUNTED)
    parts = accumulate(
        (found.get(place, none) for place in range(len(ends))),
        lambda before, more: [one + other for one, other in zip(before, more, strict=True)],
    )
    return [dict(zip(_COUNTED, part, strict=True)) for part in parts]


def seen_through(last_day: date) -> dict[str, int]:
    """What lay in the books and statements until a day; whatever is added later changes it."""
    return seen_until([last_day + timedelta(days=1)])[0]


def open_months(on: date) -> Iterator[date]:
    """The months that are not closed, from the first with anything in it until that of `on`."""
    begin = periods.open_from() or date.min
    line = StatementLine.objects.filter(booked_on__gte=begin).aggregate(first=Min("booked_on"))["first"]
    first = min((day for day in (periods.first_open_day(), line) if day), default=on).replace(day=1)
    count = 0
    while first <= on and count < MONTHS_MAX:
        yield first
        first, count = periods.next_month(first), count + 1


def seen_by_month(on: date) -> dict[str, Any]:
    """`seen_through` of the last day of every open month."""
    months = list(open_months(on))
    seen = seen_until([periods.next_month(month) for month in months])
    return {f"{month:%Y-%m}": found for month, found in zip(months, seen, strict=True)}
