"""Databases for measurements, made for the run on the engine of DATABASE_URL and dropped after it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

import psycopg2
from django.core.management import call_command
from django.db import connection
from psycopg2 import sql

from apps.core.db import as_owner

_SETTINGS = ("shared_buffers", "work_mem", "max_wal_size", "synchronous_commit", "fsync")


@contextmanager
def bench_database() -> Iterator[None]:
    """A migrated database of our own for the block; the connection acts as the application role."""
    with _pointed_at(f"test_bench_{os.getpid()}", "CREATE DATABASE {}"):
        with as_owner(connection):
            call_command("migrate", verbosity=0, interactive=False)
        yield


@contextmanager
def copy_of_it() -> Iterator[None]:
    """Within `bench_database`: a copy of it, so that no subject finds what another has left."""
    template = connection.settings_dict["NAME"]
    with _pointed_at(f"{template}_copy", f"CREATE DATABASE {{}} TEMPLATE {template}"):
        yield


@contextmanager
def _pointed_at(name: str, create: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    with created(name, create):
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before


@contextmanager
def created(name: str, create: str = "CREATE DATABASE {}") -> Iterator[str]:
    """A new database `name` for the length of the block, empty by default; gives its URL for the owner."""
    _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _administer(create, name)
    try:
        yield _url(name)
    finally:
        connection.close()
        with suppress(psycopg2.Error):
            _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def engine() -> str:
    """The version and the settings that figures depend on, in one line."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        found = [f"PostgreSQL {cursor.fetchone()[0]}"]
        for name in _SETTINGS:
            cursor.execute("SELECT current_setting(%s)", [name])
            found.append(f"{name}={cursor.fetchone()[0]}")
    return ", ".join(found)


def _administer(statement: str, name: str) -> None:
    wanted = connection.settings_dict
    admin = psycopg2.connect(
        host=wanted["HOST"] or wanted["OPTIONS"].get("host"),
        port=wanted["PORT"] or None,
        user=wanted["USER"],
        password=wanted["PASSWORD"] or None,
        dbname="postgres",
    )
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    finally:
        admin.close()


def _url(name: str) -> str:
    wanted = connection.settings_dict
    host = wanted["HOST"] or wanted["OPTIONS"].get("host") or ""
    login = quote(wanted["USER"]) + (f":{quote(wanted['PASSWORD'])}" if wanted["PASSWORD"] else "")
    if host.startswith("/"):
        return f"postgresql://{login}@/{name}?host={host}"
    return f"postgresql://{login}@{host}:{wanted['PORT'] or 5432}/{name}"
