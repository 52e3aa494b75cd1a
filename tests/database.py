"""The test database: made and emptied by the owner, used by the application role.

Tests act as the role that serves requests, so a guard that only the owner may pass is really tried.
Creating, migrating and emptying the database need the owner; these helpers switch to it and back.

What migrations load (an account plan, a calendar) is remembered in a schema of its own, so that a
test that commits leaves the database as the migrations left it and not as an empty one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from apps.core.db import as_owner

MEMORY = "shitu_test_memory"
KEPT = {"django_migrations"}


def remember_what_migrations_load() -> None:
    """Keep a copy of each table that has rows after the migrations; call as the owner.

    A database that is used again (`--reuse-db`) keeps its first copy while its migrations are the
    same, and is emptied back to it: a run that was killed half way leaves nothing behind.
    """
    if _remembered_migrations() == _applied_migrations():
        _empty_as_owner()
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {MEMORY} CASCADE")
        cursor.execute(f"CREATE SCHEMA {MEMORY}")
        for table in _tables_with_rows():
            cursor.execute(f"CREATE TABLE {MEMORY}.{_quoted(table)} AS TABLE public.{_quoted(table)}")
        cursor.execute(f"COMMENT ON SCHEMA {MEMORY} IS %s", [_applied_migrations()])


def empty_database() -> None:
    """Empty every table and put back what the migrations loaded; closes the connection twice.

    Append-only tables let a TRUNCATE through only in a database named `test_…` and only while the
    setting `shitu.test_flush` is on, which nothing but this function switches on.
    """
    with as_owner(connection):
        _empty_as_owner()


def _empty_as_owner() -> None:
    filled = _tables_with_rows()
    if not filled:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL shitu.test_flush = 'on'")
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, filled))} CASCADE")
        remembered = _remembered_tables()
        with _without_triggers(remembered):
            for table in remembered:
                columns = ", ".join(map(_quoted, _plain_columns(table)))
                cursor.execute(
                    f"INSERT INTO public.{_quoted(table)} ({columns}) OVERRIDING SYSTEM VALUE"
                    f" SELECT {columns} FROM {MEMORY}.{_quoted(table)}"
                )


@contextmanager
def _without_triggers(tables: list[str]) -> Iterator[None]:
    """History triggers stay silent: the rows they once wrote are put back as rows themselves.

    Keys between the tables are checked before the triggers come back: a table with a check still
    pending cannot be altered.
    """
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE public.{_quoted(table)} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE public.{_quoted(table)} ENABLE TRIGGER USER")


def _tables_with_rows() -> list[str]:
    """Names of the ordinary tables that hold at least one row, in one query."""
    tables = sorted(
        set(
            _column(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        )
        - KEPT
    )
    probes = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM public.{_quoted(name)})" for name in tables]
    return _column(" UNION ALL ".join(probes)) if probes else []


def _remembered_tables() -> list[str]:
    return _column(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)", [MEMORY]
    )


def _plain_columns(table: str) -> list[str]:
    return _column(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        [table],
    )


def _applied_migrations() -> str:
    return _column(
        "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations"
    )[0]


def _remembered_migrations() -> str | None:
    found = _column(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [MEMORY]
    )
    return found[0] if found else None


def _column(sql: str, params: list[str] | None = None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
