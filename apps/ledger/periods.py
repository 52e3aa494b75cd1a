"""What keeps a month of the books open, and from which day on the books are open.

Whoever has something that must be settled before the books close says so:

    periods.register_obstacle("orders", orders_without_an_answer, desk_url="desk:payment_list")
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Problem
from apps.ledger.enums import PeriodState
from apps.ledger.models import AccountingPeriod, BalanceDelta, DayBalance
from apps.ledger.selectors import trial_balance

Obstacle = Callable[[AccountingPeriod, str | None], Iterable[Problem]]
# By name: who looks, and the route of the desk where it is settled.
_obstacles: dict[str, tuple[Obstacle, str]] = {}
SHOWN_MAX = 36
# Outside of these a month is a slip of the hand.
YEARS = range(2000, 2200)


def register_obstacle(name: str, look: Obstacle, *, desk_url: str) -> None:
    """Let `look(period, district)` name what keeps a month open; a district of None is the whole city.

    `desk_url` is the route of the page on which it is settled.
    """
    _obstacles[name] = look, desk_url


def obstacles(period: AccountingPeriod, on: date, district: str | None = None) -> list[Problem]:
    """Everything that keeps a month open on the day `on`, in the order of registration."""
    return [problem for problem, _desk_url in obstacles_and_pages(period, on, district)]


def obstacles_and_pages(
    period: AccountingPeriod, on: date, district: str | None = None
) -> list[tuple[Problem, str]]:
    """The same, each with the route of the page on which it is settled, empty where there is none."""
    found = [(problem, "") for problem in _own_obstacles(period, on)]
    for look, desk_url in _obstacles.values():
        found += [(problem, desk_url) for problem in look(period, district)]
    return found


def _own_obstacles(period: AccountingPeriod, on: date) -> Iterable[Problem]:
    if period.last_day >= on:
        yield Problem("month_not_over", _("The month is not over yet. Close it after its last day."))
    begin = open_from()
    if begin is not None and period.month < begin:
        message = _("A later month is closed, and this one with it: nothing is posted in it any more.")
        yield Problem("closed_with_a_later_one", message)
    earlier = first_open_day()
    if earlier is not None and earlier < period.month:
        message = _("%(month)s is still open and has postings. Close it first.")
        yield Problem("earlier_month_open", message % {"month": f"{earlier:%Y-%m}"})
    rows = trial_balance(period.last_day)
    if sum(row.debit_fen - row.credit_fen for row in rows):
        yield Problem("unbalanced", _("Debits and credits differ. Run the audit of the books first."))


def open_from() -> date | None:
    """The first day that takes postings; None where nothing was closed yet."""
    last = AccountingPeriod.objects.filter(state=PeriodState.CLOSED).aggregate(last=Max("month"))["last"]
    return next_month(last) if last else None


def posting_day(day: date, on: date) -> date:
    """The day on which something of `day` is posted on the day `on`: its own, or the first that is open."""
    first = open_from()
    return min(max(day, first) if first else day, max(on, first) if first else on)


def first_open_day() -> date | None:
    """The first day with a posting that is not closed; None where there is none."""
    begin = open_from() or date.min
    days = [
        table.objects.filter(on__gte=begin).aggregate(first=Min("on"))["first"]
        for table in (DayBalance, BalanceDelta)
    ]
    return min((day for day in days if day), default=None)


def as_it_stands(period: AccountingPeriod, begin: date | None) -> AccountingPeriod:
    """A month as it is shown: closed where a later one is, whatever its row says; `begin` is `open_from`."""
    if begin is not None and period.month < begin:
        period.state = PeriodState.CLOSED
    return period


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_named(text: str) -> date:
    """The first day of the month that "2026-03" names. Raises InvalidInput."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = date.min
    if month.year not in YEARS:
        raise InvalidInput(_("Name the month by year and month, as in 2026-03."), code="month_invalid")
    return month


@dataclass(frozen=True)
class Month:
    """A month as a list shows it: its row (unsaved where it is simply open) and what was posted in it."""

    period: AccountingPeriod
    transactions: int
    debit_fen: int


_POSTED = """
SELECT date_trunc('month', on_date)::date, count(DISTINCT transaction_id), sum(debit_fen)::bigint
  FROM ledger_leg
 WHERE (%(district)s::text IS NULL OR district_code = %(district)s)
   AND on_date >= %(since)s AND on_date < %(until)s
 GROUP BY 1
"""


def months(on: date, district: str | None = None) -> list[Month]:
    """The months with postings or a row, the newest first, up to that of `on` and SHOWN_MAX of them."""
    rows = {row.month: row for row in AccountingPeriod.objects.select_related("proposed_by", "closed_by")}
    begin = min([*rows, first_open_day() or on])
    shown, month = [], begin.replace(day=1)
    while month <= on:
        shown.append(month)
        month = next_month(month)
    shown = shown[-SHOWN_MAX:]
    with connection.cursor() as cursor:
        wanted = {"district": district, "since": shown[0], "until": next_month(shown[-1])}
        cursor.execute(_POSTED, wanted)
        posted = {day: (count, fen) for day, count, fen in cursor.fetchall()}
    first_open = open_from()
    return [
        Month(
            as_it_stands(rows.get(month) or AccountingPeriod(month=month), first_open),
            *posted.get(month, (0, 0)),
        )
        for month in reversed(shown)
    ]
