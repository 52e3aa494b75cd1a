"""A statement of the bank, from its bytes to movements that are matched with the payments of batches.

Ours keeps the file sealed, holds every line and balance against the rules, and matches by the bank's serial
number in the tables with their keys, checks, foreign keys and triggers, in the district's own scope. There
are two limits: COPY of finished lines into a table without anything, a join with the payments and an INSERT
of the outcome; and the same into tables with our keys, checks, indexes and foreign keys, which any database
that is to refuse a movement for the second time has to fill. The three take turns.
"""

import hashlib
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.banking.formats.profiles import Table, profile
from apps.banking.models import StatementMatch
from apps.banking.services.take_statement import take_statement
from apps.core import rls
from apps.core.db import as_owner
from tests.bench.report import Row
from tests.factories import banking as make
from tests.factories.apprentices import ON

# Lines of the statements, and how many turns are taken.
SIZES = {"small": ((10_000, 100_000), 3), "full": ((100_000, 1_000_000), 2)}
BATCH_LINES = 20_000
DAY = ON + timedelta(days=1)
FEN = 5_000_00
BARE, KEYED = "bench_bare", "bench_keyed"
# The keys of what is copied begin beyond those of the application.
FIRST = 1_000_000_000


@dataclass(frozen=True)
class Taken:
    """Seconds of one turn: ours, and both limits."""

    ours: float
    bare: float
    keyed: float


def run(scale: str) -> list[Row]:
    """Lines taken in and matched, by the size of the statement."""
    sizes, turns = SIZES[scale]
    with rls.whole_city():
        of = make.treasury()
        _payments(make.signed(of).pk, max(sizes))
        _limit_tables()
        taken = {size: [_turn(of, size, turn) for turn in range(turns)] for size in sizes}
    return _rows(taken)


def _rows(taken: dict[int, list[Taken]]) -> list[Row]:
    ours, bare, keyed = (
        {size: statistics.median(getattr(row, way) for row in rows) for size, rows in taken.items()}
        for way in ("ours", "bare", "keyed")
    )
    size = max(taken)
    growth = {size: seconds / size for size, seconds in ours.items()}
    note = "limit: COPY of ready lines into a bare table, join, INSERT of the outcome; nothing is refused"
    same = "limit: the same into tables with our keys, checks, indexes and foreign keys; no file, no rules"
    return [
        Row(f"bank lines matched, {size:,}", ours[size], None, bare[size], "s", note, 1.5, growth=growth),
        Row("  beside the same keys", ours[size], None, keyed[size], "s", same, 1.5),
    ]


def _turn(of: make.Treasury, size: int, turn: int) -> Taken:
    content = _statement(of, size, turn)
    copied = _copied(size)
    ours = _seconds(lambda: _ours(of, content, size))
    bare, keyed = (_limit(table, copied, size) for table in (BARE, KEYED))
    _forget()
    return Taken(ours, bare, keyed)


def _ours(of: make.Treasury, content: bytes, lines: int) -> None:
    with rls.within(of.district):
        taken = take_statement(of.maker, of.account, content, name="对账单.csv", on=DAY)
    if taken.matched != lines:
        raise AssertionError(f"{taken.matched} movements of {lines} were matched")


def _limit(table: str, copied: bytes, lines: int) -> float:
    """Seconds of COPY, join and INSERT. The keyed tables point at the statement that ours has just taken."""
    columns = (
        "id, row, booked_on, bank_serial, amount_fen, counterparty_name, counterparty_account, reference"
    )
    match = _MATCH.format(table=table)
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(_POINT.format(table=table))
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table}_line ({columns}) FROM STDIN", io.BytesIO(copied))
        cursor.execute(match)
        matched = cursor.rowcount
    seconds = time.perf_counter() - begun
    if matched != lines:
        raise AssertionError(f"{matched} movements of {lines} were matched")
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}_line, {table}_match")
    return seconds


_MATCH = """
INSERT INTO {table}_match (line_id, entry_id, kind, rule, matched_by_id, matched_at)
SELECT line.id, entry.id, 'payment', '', entry.made_by, now()
  FROM {table}_line AS line
  JOIN (SELECT entry.id, entry.bank_serial, entry.amount_fen, batch.made_by_id AS made_by
          FROM banking_batchentry AS entry JOIN banking_paymentbatch AS batch ON batch.id = entry.batch_id
       ) AS entry ON entry.bank_serial = line.bank_serial AND entry.amount_fen = -line.amount_fen
"""
_POINT = """
DO $$ DECLARE taken record; BEGIN
    SELECT id, paying_account_id AS account INTO taken FROM banking_bankstatement ORDER BY id DESC LIMIT 1;
    EXECUTE format('ALTER TABLE {table}_line ALTER statement_id SET DEFAULT %s', taken.id);
    EXECUTE format('ALTER TABLE {table}_line ALTER paying_account_id SET DEFAULT %s', taken.account);
END $$
"""


def _payments(batch: int, count: int) -> None:
    """As many payments that the bank made, in batches as large as they may be; copies of one order."""
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SELECT order_id FROM banking_batchentry WHERE batch_id = %s", [batch])
        order = cursor.fetchone()[0]
        copy_rows(
            "banking_paymentbatch",
            batch,
            count // BATCH_LINES + 1,
            id="%(first)s + n",
            number="'ZF' || n",
            state="'answered'",
        )
        numbers = {"number": "'BJ-' || n || '-1'", "key": "'bench:' || n", "bank_serial": "'S' || n"}
        copy_rows(
            "payouts_paymentorder",
            order,
            count,
            id="%(first)s + n",
            claim_id="%(first)s + n",
            state="'paid'",
            paid_on=f"date '{ON}'",
            amount_fen=str(FEN),
            **numbers,
        )
        cursor.execute("SELECT id FROM banking_batchentry WHERE order_id = %s", [order])
        copy_rows(
            "banking_batchentry",
            cursor.fetchone()[0],
            count,
            id="%(first)s + n",
            order_id="%(first)s + n",
            batch_id=f"%(first)s + 1 + n / {BATCH_LINES}",
            position="n",
            order_number=numbers["number"],
            bank_serial=numbers["bank_serial"],
            state="'paid'",
            paid_on=f"date '{ON}'",
            amount_fen=str(FEN),
        )
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE banking_batchentry, payouts_paymentorder, banking_paymentbatch")


def copy_rows(table: str, pk: int, count: int, **changed: str) -> None:
    """Copy one row so many times, past the guards, with these columns computed of `n` and `%(first)s`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {values} FROM {table} AS t, generate_series(1, %(count)s) AS n WHERE t.id = %(pk)s",
            {"first": FIRST, "count": count, "pk": pk},
        )


def _limit_tables() -> None:
    """Tables with the columns of ours: one pair of them without anything, one with our keys."""
    with as_owner(connection), connection.cursor() as cursor:
        for ours in ("statementline", "statementmatch"):
            short = ours.removeprefix("statement")
            cursor.execute(f"CREATE TABLE {BARE}_{short} AS SELECT * FROM banking_{ours} LIMIT 0")
            cursor.execute(f"CREATE TABLE {KEYED}_{short} (LIKE banking_{ours} INCLUDING ALL)")
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE contype = 'f' AND conrelid = %s::regclass",
                [f"banking_{ours}"],
            )
            for name, definition in cursor.fetchall():
                own = definition.replace("banking_statementline(", f"{KEYED}_line(")
                cursor.execute(f"ALTER TABLE {KEYED}_{short} ADD CONSTRAINT bench_{name[:50]} {own}")
        for table in (BARE, KEYED):
            for short in ("line", "match"):
                cursor.execute(f"GRANT SELECT, INSERT ON {table}_{short} TO {settings.APP_DB_ROLE}")


def _forget() -> None:
    """Make room for the next turn: nobody may take a statement away, so the owner does, past the guards."""
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "TRUNCATE banking_bankstatement, banking_statementline, banking_statementmatch CASCADE"
        )
    if StatementMatch.objects.exists():
        raise AssertionError("a match outlived its statement")


def _lines(size: int) -> list[tuple[str, str, str, str]]:
    """Serial number, payee, account and reference of every movement."""
    return [
        (f"S{n}", f"北京某某科技发展有限公司{n % 5000}", f"62148301{n % 100_000:011d}", f"BJ-{n}-1")
        for n in range(1, size + 1)
    ]


def _statement(of: make.Treasury, size: int, turn: int) -> bytes:
    """The file as the bank writes it, with its check value."""
    form = profile(of.account.profile_key).statement
    if not isinstance(form, Table):
        raise TypeError
    opening, day = 10_000_000_000_00, ON.strftime(form.day)
    number = of.account.account_number
    parts = [
        f"对账单号,D{turn}-{size},账号,{number},起始日期,{day},截止日期,{day},期初余额,{_yuan(opening)}",
        ",".join(column.title for column in form.columns),
    ]
    for place, (serial, payee, account, reference) in enumerate(_lines(size), start=1):
        balance = _yuan(opening - place * FEN)
        parts.append(f"{day},{serial},{_yuan(FEN)},,{balance},{payee},{account},{reference}")
    total = _yuan(size * FEN)
    closing = _yuan(opening - size * FEN)
    parts.append(f"合计,{size},借方合计,{total},贷方合计,0.00,期末余额,{closing}")
    content = "".join(part + form.line_end for part in parts).encode(form.encoding)
    check = f"{form.check_title},{hashlib.new(form.check, content).hexdigest()}{form.line_end}"
    return content + check.encode(form.encoding)


def _copied(size: int) -> bytes:
    """The same lines as COPY takes them into the tables of the limits."""
    return "".join(
        f"{place}\t{place}\t{ON}\t{serial}\t{-FEN}\t{payee}\t****{account[-4:]}\t{reference}\n"
        for place, (serial, payee, account, reference) in enumerate(_lines(size), start=1)
    ).encode()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
