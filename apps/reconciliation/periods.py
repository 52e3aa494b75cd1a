"""Days of the books for the reconciliation: where a correction is posted, what a month held."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Min

from apps.banking.models import StatementLine, StatementMatch
from apps.core.workdays import working_day_back
from apps.ledger import periods
from apps.ledger.periods import posting_day
from apps.ledger.selectors import trial_balance

__all__ = ["open_months", "past", "posting_day", "seen_by_month", "seen_through"]

MONTHS_MAX = 60


def past(on: date, working_days: int) -> date:
    """The last day after which more than so many working days have gone by on the day `on`."""
    return working_day_back(on, working_days) - timedelta(days=1)


def seen_through(last_day: date) -> dict[str, int]:
    """What lay in the books and statements until a day; whatever is added later changes it."""
    return {
        "posted_fen": sum(row.debit_fen for row in trial_balance(last_day)),
        "movements": StatementLine.objects.filter(booked_on__lte=last_day).count(),
        "matches": StatementMatch.objects.filter(line__booked_on__lte=last_day).count(),
    }


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
    return {
        f"{month:%Y-%m}": seen_through(periods.next_month(month) - timedelta(days=1))
        for month in open_months(on)
    }
