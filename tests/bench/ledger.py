"""The ledger beside django-hordak and the bare engine: posting one by one and in bulk, balances, statements.

The limit is the same rows in tables with the same keys, checks and indexes, and without the guards: one
statement per posting, COPY for the bulk, plain SQL for the reads.
"""

import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.conf import settings
from django.db import connection

from apps.core.db import as_owner
from apps.ledger import selectors, services
from apps.ledger.services import Posting, credit, debit
from apps.ledger.services.charting import load_chart
from tests.bench.database import created
from tests.bench.report import Row

DAY = date(2023, 1, 1)
MIDDLE = 14
# How many are posted one by one, how many in bulk, and how many legs the statement has. The peer's statement
# is quadratic: 4,000 legs of it take minutes.
SIZES = {"small": (1000, 100_000, 1000), "full": (3000, 500_000, 4000)}
TURNS = 10
DEBITED, CREDITED, LISTED = ["subsidies", "advances", "cash"], ["payables", "appropriations"], "suspense"
FUND = "employment_fund"
DISTRICTS = [f"1101{number:02d}" for number in range(1, 18)]

Ask = Callable[..., float]


def run(scale: str) -> list[Row]:
    """Measure, in turns with the peer and the limit, so that all three see the same machine."""
    singles, bulk, statement = SIZES[scale]
    load_chart(settings.BASE_DIR / "fixtures" / "ledger")
    _bare_tables()
    with _peer() as ask:
        first = _single("first", singles, ask)
        bulk_row = _bulk(bulk, statement, ask, first[1])
        filled = _single("filled", singles, ask)
        growth = {0: first[0], bulk: filled[0]}
        return [
            _single_row("posting, one commit each", first, {}),
            _single_row(f"the same into {bulk:,}", filled, growth),
            bulk_row,
            *_balances(ask),
            _statement(ask),
        ]


def _single_row(name: str, rates: tuple[float, float, float], growth: dict[int, float]) -> Row:
    ours, peer, limit = rates
    return Row(name, ours, peer, limit, "tx/s", "limit: one statement without guards", None, 1.5, growth)


@contextmanager
def _peer() -> Iterator[Ask]:
    """The peer at work in a process and a database of its own; asked for a verb it gives its seconds."""
    with created(f"test_bench_peer_{os.getpid()}") as url:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.hordak_peer"],
            env=os.environ | {"PEER_DATABASE_URL": url, "PYTHONWARNINGS": "ignore"},
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def ask(*command: object) -> float:
            process.stdin.write(" ".join(map(str, command)) + "\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        try:
            yield ask
        finally:
            process.stdin.close()
            process.wait()


def _bare_tables() -> None:
    """Tables with the same columns, keys, checks and indexes; no triggers."""
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_transaction, bare_leg")
        for name in ("transaction", "leg"):
            cursor.execute(f"CREATE TABLE bare_{name} (LIKE ledger_{name} INCLUDING ALL)")
            cursor.execute(f"GRANT SELECT, INSERT ON bare_{name} TO {settings.APP_DB_ROLE}")


def _legs(number: int, credited: str | None = None) -> list[services.LegSpec]:
    place = {
        "fund": FUND,
        "district": DISTRICTS[number % len(DISTRICTS)],
        "subject_type": "apprentices.enrolment",
        "subject_id": number,
    }
    return [
        debit(DEBITED[number % 3], 500_000 + number, **place),
        credit(credited or CREDITED[number % 2], 500_000 + number, **place),
    ]


def _posting(prefix: str, number: int, statement: int = 0) -> Posting:
    return Posting(
        key=f"{prefix}:{number}:advance",
        on=DAY + timedelta(days=number % 28),
        kind="advance",
        legs=_legs(number, LISTED if number < statement else None),
        memo="预拨",
        posted_by_id=7,
        subject_type="payouts.order",
        subject_id=number,
    )


_BARE_POST = """
WITH head AS (
    INSERT INTO bare_transaction (key, on_date, kind, memo, posted_by_id, subject_type, subject_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
)
INSERT INTO bare_leg (transaction_id, position, on_date, account_code, fund_code, district_code,
                      debit_fen, credit_fen, subject_type, subject_id)
SELECT head.id, leg.* FROM head, (VALUES
    (1, %s::date, %s, %s, %s, %s::bigint, %s::bigint, %s, %s::bigint),
    (2, %s::date, %s, %s, %s, %s::bigint, %s::bigint, %s, %s::bigint)) AS leg
"""


def _single(prefix: str, count: int, ask: Ask) -> tuple[float, float, float]:
    """Postings a second: ours, the peer, the limit; the median of several turns."""
    postings = [_posting(prefix, number) for number in range(count)]
    turn = count // TURNS
    taken: list[tuple[float, float, float]] = []
    with connection.cursor() as cursor:
        for start in range(0, count, turn):
            part = postings[start : start + turn]
            ours = _seconds(lambda part=part: [_post(posting) for posting in part])
            limit = _seconds(lambda part=part: [cursor.cursor.execute(_BARE_POST, _bare(p)) for p in part])
            taken.append((ours, ask("single", turn), limit))
    ours, peer, limit = (turn / statistics.median(figures) for figures in zip(*taken, strict=True))
    return ours, peer, limit


def _post(posting: Posting) -> None:
    services.post(
        posting.key,
        posting.on,
        posting.kind,
        posting.memo,
        posting.legs,
        posted_by_id=posting.posted_by_id,
        subject_type=posting.subject_type,
        subject_id=posting.subject_id,
    )


def _bare(posting: Posting) -> list:
    head = [posting.key, posting.on, posting.kind, posting.memo, posting.posted_by_id]
    head += [posting.subject_type, posting.subject_id]
    for leg in posting.legs:
        head += [posting.on, leg.account_code, leg.fund, leg.district, leg.debit_fen, leg.credit_fen]
        head += [leg.subject_type, leg.subject_id]
    return head


def _bulk(count: int, statement: int, ask: Ask, peer_rate: float) -> Row:
    """Post `count` three times under other keys, in turns with COPY; the best of each."""
    tenth = _seconds(lambda: services.post_many([_posting("tenth", n) for n in range(count // 10)]))
    ours, limit = [], []
    for turn in range(3):
        postings = [_posting(f"bulk{turn}", number, statement if turn == 0 else 0) for number in range(count)]
        ours.append(_seconds(lambda postings=postings: services.post_many(postings)))
        heads = io.StringIO("".join(_head_lines(postings, turn)))
        legs = io.StringIO("".join(_leg_lines(postings, turn)))
        limit.append(_seconds(lambda heads=heads, legs=legs: _bare_copy(heads, legs)))
    peer = ask("fill", count, statement)
    alone = count / peer_rate
    note = (
        "best of 3; limit: COPY of the ready lines, no guards; peer: bulk_create;"
        f" its API one by one: {alone:,.0f} s, {alone / min(ours):.0f} times ours"
    )
    growth = {count // 10: tenth / (count // 10), count: ours[0] / count}
    return Row(f"posting {count:,} in bulk", min(ours), peer, min(limit), "s", note, 2.0, None, growth)


def _bare_copy(heads: io.StringIO, legs: io.StringIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.copy_expert(
            "COPY bare_transaction (id, key, on_date, kind, memo, posted_by_id, subject_type, subject_id)"
            " FROM STDIN",
            heads,
        )
        cursor.copy_expert(
            "COPY bare_leg (transaction_id, position, on_date, account_code, fund_code, district_code,"
            " debit_fen, credit_fen, subject_type, subject_id) FROM STDIN",
            legs,
        )
        cursor.execute("COMMIT")


def _head_lines(postings: list[Posting], turn: int) -> Iterator[str]:
    for number, p in enumerate(postings, start=(turn + 1) * _BEYOND_SEQUENCE):
        head = (number, p.key, p.on, p.kind, p.memo, p.posted_by_id, p.subject_type, p.subject_id)
        yield "\t".join(map(str, head)) + "\n"


def _leg_lines(postings: list[Posting], turn: int) -> Iterator[str]:
    for number, posting in enumerate(postings, start=(turn + 1) * _BEYOND_SEQUENCE):
        for position, leg in enumerate(posting.legs, start=1):
            yield (
                f"{number}\t{position}\t{posting.on}\t{leg.account_code}\t{leg.fund}\t{leg.district}"
                f"\t{leg.debit_fen}\t{leg.credit_fen}\t{leg.subject_type}\t{leg.subject_id}\n"
            )


_BEYOND_SEQUENCE = 10_000_000


_KEPT = "SELECT account_code, fund_code, sum(debit_fen), sum(credit_fen) FROM ledger_balance GROUP BY 1, 2"
GROUPED = """
SELECT account_code, fund_code, sum(debit_fen), sum(credit_fen)
  FROM ledger_leg WHERE on_date <= %s GROUP BY 1, 2
"""
WINDOW = """
SELECT leg.*, head.*, sum(credit_fen - debit_fen) OVER (ORDER BY leg.on_date, transaction_id, position)
  FROM ledger_leg AS leg JOIN ledger_transaction AS head ON head.id = transaction_id
 WHERE account_code = %s ORDER BY leg.on_date, transaction_id, position
"""


def _balances(ask: Ask) -> list[Row]:
    services.fold_balances()
    day = DAY + timedelta(days=MIDDLE)
    with as_owner(connection):
        _run("VACUUM ANALYZE ledger_transaction, ledger_leg, ledger_balance, ledger_daybalance")
    now, kept = medians(selectors.trial_balance, lambda: fetch(_KEPT))
    past, grouped = medians(lambda: selectors.trial_balance(day), lambda: fetch(GROUPED, day))
    legs = fetch("SELECT count(*) FROM ledger_leg")[0][0]
    return [
        Row(
            f"trial balance of {legs:,} legs",
            now * 1e3,
            ask("balances") * 1e3,
            kept * 1e3,
            "ms",
            f"limit: kept totals in bare SQL; goal: below 5 ms, {'met' if now < 0.005 else 'MISSED'}",
        ),
        Row(
            "trial balance as of a day",
            past * 1e3,
            ask("balances", MIDDLE) * 1e3,
            grouped * 1e3,
            "ms",
            "limit: GROUP BY over the legs; the peer has fewer of them",
            1.5,
        ),
    ]


def _statement(ask: Ask) -> Row:
    legs = len(selectors.account_statement(LISTED))
    ours, limit = medians(lambda: selectors.account_statement(LISTED), lambda: fetch(WINDOW, LISTED))
    note = "limit: window function in bare SQL"
    peer = ask("statement")
    return Row(f"statement of {legs:,} legs", ours * 1e3, peer * 1e3, limit * 1e3, "ms", note, 2.0)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fetch(query: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def medians(ours: Callable[[], object], limit: Callable[[], object]) -> tuple[float, float]:
    """The medians of both, taken in turns after one run to warm up."""
    taken = [(_seconds(ours), _seconds(limit)) for _turn in range(TURNS + 1)][1:]
    return statistics.median(pair[0] for pair in taken), statistics.median(pair[1] for pair in taken)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
