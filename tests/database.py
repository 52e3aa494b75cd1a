"""The test database: made and emptied by the owner, used by the application role.

Tests act as the role that serves requests, so a guard that only the owner may pass is really tried.
Creating, migrating and emptying the database need the owner; these helpers switch to it and back.

What migrations load (an account plan, a calendar) is remembered in a schema of its own, so that a
test that commits leaves the database as the migrations left it and not as an empty one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from apps.core.db import as_owner

MEMORY = "shitu_test_memory"
KEPT = {"django_migrations"}
LARGE_BYTES = 1_000_000


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
    with transaction.atomic():
        if _triggers_can_be_silenced() and not _any_is_large(filled):
            _delete_rows(filled)
        else:
            _truncate(filled)


def _delete_rows(filled: list[str]) -> None:
    """Take a few rows out of each table: a TRUNCATE would make anew the files of all tables around them."""
    remembered = _remembered_tables()
    changed = [table for table in remembered if not _is_as_remembered(table)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            if table not in remembered or table in changed:
                cursor.execute(f"DELETE FROM public.{_quoted(table)}")
        _put_back(changed)


def _truncate(filled: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL shitu.test_flush = 'on'")
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, filled))} CASCADE")
    remembered = _remembered_tables()
    with _without_triggers(remembered):
        _put_back(remembered)


def _put_back(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            columns = ", ".join(map(_quoted, _plain_columns(table)))
            cursor.execute(
                f"INSERT INTO public.{_quoted(table)} ({columns}) OVERRIDING SYSTEM VALUE"
                f" SELECT {columns} FROM {MEMORY}.{_quoted(table)}"
            )


def _is_as_remembered(table: str) -> bool:
    here, kept = (
        _column(f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {schema}.{_quoted(table)} t")
        for schema in ("public", MEMORY)
    )
    return here == kept


def _triggers_can_be_silenced() -> bool:
    """Whether the owner may switch off triggers and keys for a transaction, as a superuser may."""
    return _column("SELECT has_parameter_privilege('session_replication_role', 'SET')") == [True]


def _any_is_large(tables: list[str]) -> bool:
    """Where a test left many rows, or many tests left the places of theirs, a TRUNCATE is quicker."""
    names = [f"public.{_quoted(name)}" for name in tables]
    sizes = _column("SELECT pg_relation_size(name::regclass) FROM unnest(%s) AS name", [names])
    return max(sizes) > LARGE_BYTES


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


def _column(sql: str, params: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
