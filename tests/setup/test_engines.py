"""The embedded engines, started for real: two sets side by side, two roles, nothing left behind."""

import os
from pathlib import Path

import psycopg2
import pytest
import redis

from scripts.launch import engines, supervisor
from scripts.launch.options import Options
from scripts.launch.postgres import Postgres


@pytest.fixture(autouse=True)
def _signals_stay_pytest_s(monkeypatch):
    monkeypatch.setattr(supervisor, "ignore_signals", lambda: None)


@pytest.fixture(scope="module")
def two_sets():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "ignore_signals", lambda: None)
        with (
            engines.temporary(Options(), "one") as (first, _),
            engines.temporary(Options(), "two") as (second, _),
        ):
            yield first, second


def sql(address: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_two_sets_of_engines_do_not_meet(two_sets):
    for found in two_sets:
        sql(found.addresses["DATABASE_OWNER_URL"], "CREATE TABLE here (name text)")
    first, second = (redis.Redis.from_url(found.addresses["REDIS_URL"]) for found in two_sets)
    first.set("here", "first")
    assert second.get("here") is None


def test_the_application_signs_in_as_itself_and_cannot_become_the_owner(two_sets):
    address = two_sets[0].addresses["DATABASE_URL"]
    assert sql(address, "SELECT current_user, session_user") == [("shitu_app", "shitu_app")]
    for statement in (
        "RESET ROLE; CREATE TABLE mine ()",
        "SET ROLE postgres",
        "ALTER ROLE shitu_app SUPERUSER",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            sql(address, statement)


def test_engines_that_somebody_names_are_left_to_him():
    named = Options(database_url="postgresql://me@db/shitu", redis_url="redis://cache:6379/0")
    found = engines.start(named)
    assert found.services == []
    assert found.addresses == {
        "DATABASE_URL": "postgresql://me@db/shitu",
        "REDIS_URL": "redis://cache:6379/0",
    }


def test_nothing_is_left_of_engines_that_were_thrown_away():
    with engines.temporary(Options(), "gone") as (found, folder):
        server = found.services[0]
        assert isinstance(server, Postgres)
        places = [folder, server.data, server.sockets]
        pids = [service.process.pid for service in found.services if service.process]
    assert [place for place in places if place.exists()] == []
    assert len(pids) == 2
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists() and os.getpgid(pid) == pid] == []
