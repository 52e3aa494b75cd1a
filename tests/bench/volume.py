"""What the books hold, as they grow: trial balance, a past day, a statement and a page deep in one.

The limit of the present is the goal of five milliseconds; that of a past day is the bare GROUP BY, that of
the statement the bare window function, over the same legs. The kept balances are recomputed at each size.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db import connection

from apps.core.db import as_owner
from apps.ledger import services
from apps.ledger.invariants import KEPT_BALANCES
from apps.ledger.journal import statement_page
from apps.ledger.models import Account
from apps.ledger.selectors import account_statement, trial_balance
from apps.ledger.services import Posting, credit, debit
from apps.ledger.services.charting import load_chart
from tests.bench.ledger import CREDITED, DEBITED, DISTRICTS, FUND, GROUPED, WINDOW, fetch, medians
from tests.bench.report import Row

# Postings of two legs each, at which it is measured.
SIZES = {"small": (50_000, 250_000), "full": (500_000, 2_500_000)}
CHUNK = 50_000
YEAR, DAYS = date(2024, 1, 1), 360
LISTED, STATEMENT_LEGS = "unidentified", 10_000
PRESENT_MS = 5
# Shares of the year after which the books are looked at again.
PAST = {"early": 0.1, "middle": 0.5, "late": 0.9}
Measured = dict[str, tuple[float, float | None]]


def run(scale: str) -> list[Row]:
    """Measure at each size; the figures of the largest are shown, with their growth."""
    load_chart(settings.BASE_DIR / "fixtures" / "ledger")
    found: dict[int, Measured] = {}
    posted = 0
    for size in SIZES[scale]:
        while posted < size:
            services.post_many(list(_postings(posted, CHUNK)))
            posted += CHUNK
        services.fold_balances()
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE ledger_transaction, ledger_leg, ledger_balance, ledger_daybalance")
        if fetch(KEPT_BALANCES.sql):
            raise AssertionError("the kept balances are not the sums of the legs")
        found[fetch("SELECT count(*) FROM ledger_leg")[0][0]] = _measured()
    return list(_rows(found))


def _postings(first: int, count: int) -> Iterator[Posting]:
    for number in range(first, first + count):
        place = {"fund": FUND, "district": DISTRICTS[number % len(DISTRICTS)]}
        credited = LISTED if number < STATEMENT_LEGS else CREDITED[number % 2]
        yield Posting(
            key=f"year:{number}:advance",
            on=YEAR + timedelta(days=number * 7 % DAYS),
            kind="advance",
            legs=[debit(DEBITED[number % 3], 500_000, **place), credit(credited, 500_000, **place)],
            memo="预拨",
            posted_by_id=7,
            subject_type="payouts.order",
            subject_id=number,
        )


def _measured() -> Measured:
    """Milliseconds, ours and the limit's; None where the limit is the goal."""
    account = Account.objects.get(code=DEBITED[0])
    deep = f"{YEAR + timedelta(days=DAYS // 2)}.1.1"
    found: Measured = {
        "trial balance": (_alone(trial_balance), None),
        "balance of an account": (_alone(lambda: trial_balance(account=account.pk)), None),
        "a page in the middle of an account": (_alone(lambda: statement_page(account, after=deep)), None),
    }
    for name, share in PAST.items():
        day = YEAR + timedelta(days=int(DAYS * share))
        ours, limit = medians(lambda day=day: trial_balance(day), lambda day=day: fetch(GROUPED, day))
        found[f"of a past day, {name} in the year"] = ours * 1e3, limit * 1e3
    ours, limit = medians(lambda: account_statement(LISTED), lambda: fetch(WINDOW, LISTED))
    found[f"statement of {STATEMENT_LEGS:,} legs"] = ours * 1e3, limit * 1e3
    return found


def _alone(work: Callable[[], object]) -> float:
    return medians(work, lambda: None)[0] * 1e3


def _rows(found: dict[int, Measured]) -> Iterator[Row]:
    legs = max(found)
    for name, (ours, limit) in found[legs].items():
        growth = {size: figures[name][0] for size, figures in found.items()}
        if limit is None:
            goal = None if name.startswith("a page") else PRESENT_MS
            yield Row(
                f"{name}, {legs:,} legs", ours, None, goal, "ms", _GOAL if goal else "", 1.0, None, growth
            )
        else:
            at_most = 2.0 if name.startswith("statement") else 1.5
            yield Row(f"{name}, {legs:,} legs", ours, None, limit, "ms", "", at_most, None, growth)


_GOAL = "the limit shown is the goal"
