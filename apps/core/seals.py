"""Seals: a hash chain over tables that only grow, so that nobody edits a row unseen, the owner included (I2).

The database refuses changes to append-only rows to everybody it can refuse; its owner can still switch
a trigger off. A seal covers the rows of a table up to a number, and the seal before it. Whoever changes,
removes or slips in a row afterwards breaks it, and verification names the row.

A room registers what is sealed, usually at the end of its `models`:

    seals.register_table("casework.history", History, version=1)

and a task calls `seal_all()`. The hash of a chain's last seal goes into the log each time: kept elsewhere, it
also tells of a tail that was cut off, or of a chain that was made anew from the start.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models.functions import Now

from apps.core.append_only import AppendOnlyModel

logger = logging.getLogger(__name__)

ROWS_PER_SEAL = 1000
_POLL_SECONDS = 0.05


class Seal(AppendOnlyModel):
    """One link of a chain: which rows it covers, a mark of each, and the hash over them and the link before.

    `marks` are the first eight bytes of each row's SHA-256, by which verification says which row was changed.
    """

    chain = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    version = models.PositiveSmallIntegerField()
    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()
    ids = ArrayField(models.BigIntegerField())
    marks = ArrayField(models.BigIntegerField())
    previous = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "core"
        ordering = ["chain", "number"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="core_seal_once"),
            models.UniqueConstraint(fields=["chain", "from_id"], name="core_seal_does_not_fork"),
        ]


@dataclass(frozen=True, slots=True)
class Chain:
    """A table that is sealed. `content` is an SQL text that says all of a row, there named `sealed`."""

    name: str
    table: str
    content: str
    version: int


@dataclass(frozen=True, slots=True)
class Break:
    """Which row (or seal, where `row_id` is None) is not what was sealed, and how."""

    chain: str
    seal_number: int
    row_id: int | None
    finding: str


# name → version → chain. Old versions stay: seals of that time are verified by them.
_chains: dict[str, dict[int, Chain]] = {}


def register(name: str, *, table: str, content: str, version: int = 1) -> None:
    """Have `table` (with a growing bigint `id`) sealed under `name`.

    `content` is a trusted SQL expression of type text. A change of it is a new `version`; the old one stays
    registered.
    """
    _chains.setdefault(name, {})[version] = Chain(name, table, content, version)


def register_table(
    name: str, model: type[models.Model], *, version: int = 1, columns: Iterable[str] | None = None
) -> None:
    """Have all columns of a model's table sealed, or those named; a later version must name what it adds."""
    wanted = list(columns) if columns is not None else [field.column for field in model._meta.concrete_fields]
    instants = {
        field.column for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)
    }
    parts = [instant(f"sealed.{column}") if column in instants else f"sealed.{column}" for column in wanted]
    content = f"jsonb_build_array({', '.join(parts)})::text"
    register(name, table=model._meta.db_table, content=content, version=version)


def instant(expression: str) -> str:
    """An instant as text, the same in every session: JSON would write it in the session's time zone."""
    return f"to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"


def chains() -> list[str]:
    """The names of all chains."""
    return sorted(_chains)


def seal_all(*, patience_seconds: float = 2.0) -> dict[str, int]:
    """Seal what is settled in every chain; return how many rows of each."""
    return {name: seal(name, patience_seconds=patience_seconds) for name in chains()}


def seal(name: str, *, patience_seconds: float = 2.0) -> int:
    """Seal the rows of a chain that were added since the last time; return how many.

    Only settled rows are sealed: while a transaction that may still bring an earlier row stays open beyond
    `patience_seconds`, nothing is, and the next run does it.
    """
    chain = _newest(name)
    horizon = _settled_to(chain, patience_seconds)
    count = 0
    while horizon is not None and (sealed := _seal_some(chain, horizon)):
        count += sealed
    return count


def verify(name: str) -> list[Break]:
    """Compare every sealed row with its seal and every seal with its rows; return what does not fit."""
    with connection.cursor() as cursor:
        cursor.execute(verification_sql(name))
        return [Break(name, *found) for found in cursor.fetchall()]


def head(name: str) -> tuple[int, str]:
    """Number and hash (hex) of the last seal of a chain; (0, "") before the first."""
    last = Seal.objects.filter(chain=name).order_by("-number").first()
    return (last.number, bytes(last.hash).hex()) if last else (0, "")


def verification_sql(name: str) -> str:
    """The query behind `verify`: rows (seal_number, row_id, finding), none where all is as it was sealed."""
    one_version = [
        _ROWS_OF_VERSION.replace("<version>", str(chain.version)) for chain in _chains[name].values()
    ]
    rows = "\n    UNION ALL\n".join(
        _filled(sql, chain) for sql, chain in zip(one_version, _chains[name].values(), strict=True)
    )
    return _filled(_VERIFY, _newest(name)).replace("<rows>", rows)


def _newest(name: str) -> Chain:
    versions = _chains[name]
    return versions[max(versions)]


def _filled(sql: str, chain: Chain) -> str:
    """Fill in the names of a chain. They come from the code that registers, never from a user."""
    for blank, value in (("<chain>", chain.name), ("<table>", chain.table), ("<content>", chain.content)):
        sql = sql.replace(blank, value)
    return sql


def _settled_to(chain: Chain, patience_seconds: float) -> int | None:
    """The highest number below which no row can appear any more; None where that is not known yet.

    Numbers are drawn before they are committed, so a later number can be visible before an earlier one. Every
    transaction that was under way when the number was read must have ended first; the sealer waits for them
    without holding any lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(_filled(_HORIZON, chain))
        highest, snapshot_end = cursor.fetchone()
        deadline = time.monotonic() + patience_seconds
        while highest is not None:
            cursor.execute(_UNDER_WAY, [snapshot_end])
            if not cursor.fetchone()[0]:
                return highest
            if time.monotonic() > deadline:
                logger.info("sealing of %s put off: a transaction is still under way", chain.name)
                return None
            time.sleep(_POLL_SECONDS)
    return None


def _seal_some(chain: Chain, horizon: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('seal ' || %s, 0))", [chain.name])
        cursor.execute(
            _filled(_SEAL, chain), {"version": chain.version, "horizon": horizon, "limit": ROWS_PER_SEAL}
        )
        sealed = cursor.fetchone()
    if sealed is None:
        return 0
    number, rows, digest = sealed
    logger.info("sealed %s number %s over %s rows: %s", chain.name, number, rows, digest)
    return rows


_HORIZON = "SELECT max(id), pg_snapshot_xmax(pg_current_snapshot())::text FROM <table>"
# A snapshot counts what is under way in every database of the server; only this one matters.
_UNDER_WAY = """
SELECT EXISTS (
    SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS under_way (number)
     WHERE number < %s::xid8
       AND NOT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                        WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted
                          AND transactionid = number::xid AND datname <> current_database()))
"""
_SEAL = """
WITH last AS (
    SELECT coalesce(max(number), 0) AS number, coalesce(max(to_id), 0) AS to_id,
           coalesce((SELECT hash FROM core_seal WHERE chain = '<chain>'
                      ORDER BY number DESC LIMIT 1), '') AS hash
      FROM core_seal WHERE chain = '<chain>'
), covered AS (
    SELECT id, sha256(convert_to(<content>, 'UTF8')) AS digest
      FROM <table> AS sealed
     WHERE id > (SELECT to_id FROM last) AND id <= %(horizon)s
     ORDER BY id
     LIMIT %(limit)s
), made AS (
    SELECT last.number + 1 AS number, last.to_id + 1 AS from_id, max(id) AS to_id, last.hash AS previous,
           array_agg(id ORDER BY id) AS ids,
           array_agg(('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint ORDER BY id) AS marks,
           sha256(last.hash || convert_to(concat_ws(':', '<chain>', last.number + 1, %(version)s::int,
                                                    last.to_id + 1, max(id), count(*)), 'UTF8')
                  || string_agg(digest, ''::bytea ORDER BY id)) AS hash
      FROM covered, last
     GROUP BY last.number, last.to_id, last.hash
)
INSERT INTO core_seal (chain, number, version, from_id, to_id, ids, marks, previous, hash)
SELECT '<chain>', number, %(version)s, from_id, to_id, ids, marks, previous, hash FROM made
RETURNING number, cardinality(ids), encode(hash, 'hex')
"""
_ROWS_OF_VERSION = """
    SELECT seal.number, sealed.id, sha256(convert_to(<content>, 'UTF8')) AS digest
      FROM core_seal AS seal
      JOIN <table> AS sealed ON sealed.id BETWEEN seal.from_id AND seal.to_id
     WHERE seal.chain = '<chain>' AND seal.version = <version>
"""
_VERIFY = """
WITH present AS MATERIALIZED (<rows>
), marked AS (
    SELECT seal.number, mark.id, mark.mark
      FROM core_seal AS seal, unnest(seal.ids, seal.marks) AS mark (id, mark)
     WHERE seal.chain = '<chain>'
), broken_rows AS (
    SELECT coalesce(marked.number, present.number) AS number, coalesce(marked.id, present.id) AS id,
           CASE WHEN present.id IS NULL THEN 'removed'
                WHEN marked.id IS NULL THEN 'added after the seal'
                ELSE 'changed' END AS finding
      FROM marked
      FULL JOIN present ON present.number = marked.number AND present.id = marked.id
     WHERE marked.mark IS DISTINCT FROM ('x' || encode(substr(present.digest, 1, 8), 'hex'))::bit(64)::bigint
), links AS (
    SELECT seal.number, seal.previous, seal.hash, seal.from_id,
           coalesce(lag(seal.number) OVER chain, 0) AS number_before,
           coalesce(lag(seal.hash) OVER chain, '') AS hash_before,
           coalesce(lag(seal.to_id) OVER chain, 0) AS end_before,
           sha256(seal.previous || convert_to(concat_ws(':', '<chain>', seal.number, seal.version::int,
                                                        seal.from_id, seal.to_id, counted.rows), 'UTF8')
                  || coalesce(counted.digests, '')) AS computed
      FROM core_seal AS seal
      LEFT JOIN (SELECT number, count(*) AS rows, string_agg(digest, ''::bytea ORDER BY id) AS digests
                   FROM present GROUP BY number) AS counted USING (number)
     WHERE seal.chain = '<chain>'
    WINDOW chain AS (ORDER BY seal.number)
)
SELECT number AS seal_number, id AS row_id, finding FROM broken_rows
UNION ALL
SELECT number, NULL, CASE WHEN number <> number_before + 1 THEN 'a seal before it is missing'
                          WHEN previous <> hash_before OR from_id <> end_before + 1
                          THEN 'does not follow the seal before it'
                          ELSE 'the seal itself was changed' END
  FROM links
 WHERE number <> number_before + 1 OR previous <> hash_before OR from_id <> end_before + 1
    OR (hash <> computed AND NOT EXISTS (SELECT FROM broken_rows WHERE broken_rows.number = links.number))
 ORDER BY seal_number, row_id NULLS FIRST
"""
