"""Databases for schedules: one seeded state, copied for each process, put back after each schedule.

A schedule commits for real: deferred triggers, history and outbox behave as in service. Putting the state
back is one call of a function that the owner installs; it restores rows and sequences, so that a schedule
finds the same numbers whether it is the first or the thousandth.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from django.core.management import call_command
from django.db import connection
from psycopg2 import sql

from apps.core.db import as_owner

MEMORY = "faults_memory"
# Invariants of the catalogue: no row that a schedule writes can break them, and reading it takes long.
_OF_THE_SCHEMA = ("I2-guards", "I14-rows")
# Loaded once and never written by what a schedule does.
_CONSTANT = ("django_", "policy_", "catalogue_", "auth_", "accounts_district", "casework_transition")


def connect(name: str = "", *, autocommit: bool = True) -> Any:
    """A connection of the owner (who has to be a superuser) to a database, by default the current one."""
    wanted = connection.settings_dict
    found = psycopg2.connect(
        host=wanted["HOST"] or wanted["OPTIONS"].get("host"),
        port=wanted["PORT"] or None,
        user=wanted["USER"],
        password=wanted["PASSWORD"] or None,
        dbname=name or wanted["NAME"],
    )
    found.autocommit = autocommit
    return found


def administer(statement: str, *names: str) -> None:
    """Run a statement about whole databases."""
    admin = connect("postgres")
    try:
        with admin.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    finally:
        admin.close()


def use(name: str) -> None:
    """From now on the application's connection goes to this database."""
    connection.close()
    connection.settings_dict["NAME"] = name


def create_migrated(name: str) -> None:
    """An empty, migrated database, which the application's connection then uses."""
    drop(name)
    administer("CREATE DATABASE {}", name)
    use(name)
    with as_owner(connection):
        call_command("migrate", verbosity=0, interactive=False)


def copy(name: str, template: str) -> None:
    """A copy of a database that nobody is connected to."""
    drop(name)
    connection.close()
    administer("CREATE DATABASE {} TEMPLATE {}", name, template)


def drop(name: str) -> None:
    """Remove a database, with whoever is connected to it."""
    with suppress(psycopg2.Error):
        administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def copied(name: str, template: str) -> Iterator[None]:
    """A copy for the length of a block, in use by the application's connection."""
    before = connection.settings_dict["NAME"]
    copy(name, template)
    use(name)
    try:
        yield
    finally:
        use(before)
        drop(name)


def remember() -> None:
    """Keep the present rows and sequences, and install the function that puts them back."""
    owner = connect()
    try:
        with owner.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {MEMORY} CASCADE; CREATE SCHEMA {MEMORY}")
            steps = [_table_step(cursor, table) for table in _tables(cursor)]
            steps += _sequence_steps(cursor)
            body = "\n".join(steps)
            cursor.execute(
                f"CREATE FUNCTION {MEMORY}.restore() RETURNS void LANGUAGE plpgsql AS $restore$"
                f" BEGIN\n{body}\nEND $restore$"
            )
            cursor.execute("VACUUM ANALYZE")
    finally:
        owner.close()


def install_audit(invariants: dict[str, str]) -> None:
    """Install functions that name those of these invariants that are broken; they are planned once."""
    owner = connect()
    try:
        with owner.cursor() as cursor:
            for name, of_the_schema in (("audit", False), ("audit_schema", True)):
                checks = "\n".join(
                    f"IF EXISTS ({statement}) THEN RETURN NEXT '{number}'; END IF;"
                    for number, statement in invariants.items()
                    if (number in _OF_THE_SCHEMA) == of_the_schema
                )
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {MEMORY}.{name}() RETURNS SETOF text LANGUAGE plpgsql"
                    f" AS $audit$ BEGIN\n{checks}\nEND $audit$"
                )
    finally:
        owner.close()


def _table_step(cursor: Any, table: str) -> str:
    cursor.execute(f'SELECT EXISTS (SELECT FROM public."{table}")')
    if not cursor.fetchone()[0]:
        return f'DELETE FROM public."{table}";'
    cursor.execute(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
        "  FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    columns = cursor.fetchone()[0]
    cursor.execute(f'CREATE TABLE {MEMORY}."{table}" AS SELECT {columns} FROM public."{table}"')
    return (
        f'DELETE FROM public."{table}"; INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE'
        f' SELECT {columns} FROM {MEMORY}."{table}";'
    )


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall() if not name.startswith(_CONSTANT)]


def _sequence_steps(cursor: Any) -> list[str]:
    cursor.execute("SELECT schemaname, sequencename FROM pg_sequences WHERE schemaname = 'public'")
    steps = []
    for schema, name in cursor.fetchall():
        cursor.execute(f'SELECT last_value, is_called FROM {schema}."{name}"')
        last, called = cursor.fetchone()
        steps.append(f"PERFORM setval('{schema}.\"{name}\"', {last}, {str(called).lower()});")
    return steps


class Owner:
    """The owner's own connection beside the application's: puts the state back, alters, tampers."""

    def __init__(self) -> None:
        self.raw = connect()
        self.run(
            "SET session_replication_role = replica; SET plan_cache_mode = force_generic_plan; SET jit = off"
        )

    def run(self, statement: str, params: Any = None) -> list[tuple]:
        """Run a statement with no trigger and no foreign key looking on."""
        with self.raw.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else []

    def restore(self) -> None:
        """Put the remembered state back."""
        self.run(f"SELECT {MEMORY}.restore()")

    def broken(self) -> list[str]:
        """The numbers of the invariants of rows that do not hold."""
        return [number for (number,) in self.run(f"SELECT * FROM {MEMORY}.audit()")]

    def schema_broken(self) -> list[str]:
        """The numbers of those that are about tables and triggers, and hold for many schedules at once."""
        return [number for (number,) in self.run(f"SELECT * FROM {MEMORY}.audit_schema()")]

    def close(self) -> None:
        """Leave the database."""
        self.raw.close()
