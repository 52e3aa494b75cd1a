"""How fast a budget is used, and when it will be used up at that pace: from the movements of the budget."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce

from apps.ledger.enums import MovementKind as K
from apps.ledger.models import BudgetMovement, Fund

MONTHS = 12


@dataclass(frozen=True)
class Pace:
    """A straight line from the first day of the year through what is taken today.

    `up_on` is the day on which the appropriation is used up at this pace; None: not before the year ends, or
    nothing was taken yet. `ends_fen` is what is taken at the end of the year.
    """

    taken_fen: int
    up_on: date | None
    ends_fen: int


@dataclass(frozen=True)
class BurnDown:
    """A fund in a year: sums at the end of each month (None after today), and the two forecasts."""

    fund: Fund
    year: int
    appropriated_fen: int
    used_by_month: list[int | None]
    used_left: list[int | None]
    committed_left: list[int | None]
    used: Pace
    committed: Pace
    used_forecast: list[int | None]
    committed_forecast: list[int | None]


def burn_downs(year: int, on: date, district: str | None = None) -> list[BurnDown]:
    """One for each fund that has a budget in the year, in a district or the whole city."""
    rows = BudgetMovement.objects.filter(year=year, on__lte=on)
    if district:
        rows = rows.filter(district_code=district)
    sums = rows.values("fund_id", "on__year", "on__month").annotate(
        appropriated=_sum(Q(kind__in=[K.APPROPRIATE, K.ADJUST])),
        used=_sum(Q(kind__in=[K.USE, K.TAKE_BACK]), Q(kind=K.REFUND)),
        reserved=_sum(Q(kind=K.RESERVE), Q(kind__in=[K.USE, K.RELEASE])),
    )
    by_fund: dict[str, list[dict]] = {}
    for row in sums:
        by_fund.setdefault(row["fund_id"], []).append(dict(row))
    funds = Fund.objects.in_bulk(list(by_fund))
    return [_burn_down(fund, year, on, by_fund[code]) for code, fund in sorted(funds.items())]


def _sum(plus: Q, minus: Q | None = None) -> Coalesce:
    cases = [When(plus, then=F("amount_fen"))]
    if minus is not None:
        cases.append(When(minus, then=-F("amount_fen")))
    return Coalesce(Sum(Case(*cases, default=0)), 0)


def _burn_down(fund: Fund, year: int, on: date, rows: list[dict]) -> BurnDown:
    used, committed, appropriated = [0] * MONTHS, [0] * MONTHS, 0
    for row in rows:
        # What is booked for a year before it begins or after it ended belongs to its edge.
        month = {-1: 1, 0: row["on__month"], 1: MONTHS}[(row["on__year"] > year) - (row["on__year"] < year)]
        used[month - 1] += row["used"]
        committed[month - 1] += row["used"] + row["reserved"]
        appropriated += row["appropriated"]
    shown = MONTHS if on.year > year else on.month if on.year == year else 0
    used_total, committed_total = sum(used), sum(committed)
    paces = [_pace(year, on, appropriated, total) for total in (used_total, committed_total)]
    forecasts = [_line(year, on, appropriated, total, shown) for total in (used_total, committed_total)]
    return BurnDown(
        fund=fund,
        year=year,
        appropriated_fen=appropriated,
        used_by_month=[fen if place < shown else None for place, fen in enumerate(used)],
        used_left=_left(appropriated, used, shown),
        committed_left=_left(appropriated, committed, shown),
        used=paces[0],
        committed=paces[1],
        used_forecast=forecasts[0],
        committed_forecast=forecasts[1],
    )


def _left(appropriated: int, by_month: list[int], shown: int) -> list[int | None]:
    return [appropriated - sum(by_month[: place + 1]) if place < shown else None for place in range(MONTHS)]


def _elapsed(year: int, on: date) -> int:
    """Days of the year that have begun by `on`; 0 before it."""
    return max(0, (min(on, date(year, 12, 31)) - date(year, 1, 1)).days + 1)


def _pace(year: int, on: date, appropriated: int, taken: int) -> Pace:
    elapsed = _elapsed(year, on)
    if elapsed == 0 or taken <= 0:
        return Pace(taken, None, taken)
    days = date(year, 12, 31).timetuple().tm_yday
    # The first day on which the line reaches the appropriation, rounded up to a whole day.
    needed = -(-appropriated * elapsed // taken)
    up_on = date(year, 1, 1) + timedelta(days=max(needed, 1) - 1) if needed <= days else None
    return Pace(taken, up_on, taken * days // elapsed)


def _line(year: int, on: date, appropriated: int, taken: int, shown: int) -> list[int | None]:
    """What the straight line leaves at the end of each month from this one on; never below zero."""
    elapsed = _elapsed(year, on)
    if elapsed == 0 or shown == 0:
        return [None] * MONTHS
    found: list[int | None] = [None] * MONTHS
    for place in range(shown - 1, MONTHS):
        last = date(year + (place + 1) // MONTHS, (place + 1) % MONTHS + 1, 1) - timedelta(days=1)
        day = min(on, last) if place == shown - 1 else last
        found[place] = max(0, appropriated - taken * _elapsed(year, day) // elapsed)
    return found
