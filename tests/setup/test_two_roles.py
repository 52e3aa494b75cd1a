"""Production's two logins, made by the script of the container, tried on a real server.

Here the owner is no superuser, unlike in development: a migration that needs more than its own tables
fails in this test and not on the day of the installation.
"""

import os
import subprocess

import psycopg2
import pytest

from scripts.launch import django, engines, supervisor
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.postgres import Postgres

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def production():
    """Addresses of a database that was set up as docker-compose.yml does it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "ignore_signals", lambda: None)
        with engines.temporary(Options(redis_url="redis://unused:6379/0"), "roles") as (found, _folder):
            server = found.services[0]
            assert isinstance(server, Postgres)
            server.sql("DROP DATABASE shitu")
            server.sql("DROP ROLE shitu_app")
            subprocess.run(
                ["sh", str(ROOT / "docker" / "postgres" / "10-roles.sh")],
                env={
                    "PATH": f"{server.bin}{os.pathsep}{os.environ['PATH']}",
                    "PGHOST": str(server.sockets),
                    "POSTGRES_USER": "postgres",
                    "OWNER_PASSWORD": "it's one",
                    "APPLICATION_PASSWORD": "another",
                },
                check=True,
                capture_output=True,
            )
            addresses = {
                "DATABASE_URL": server.url("shitu_app", "shitu"),
                "DATABASE_OWNER_URL": server.url("shitu_owner", "shitu"),
            }
            manage(addresses, "migrate", "--verbosity=0")
            manage(addresses, "load_reference")
            yield addresses


def manage(addresses: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [str(PYTHON), "manage.py", *words],
        cwd=ROOT,
        env=django.environment(addresses, "development"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def query(address: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_no_login_of_production_is_a_superuser(production):
    rows = query(
        production["DATABASE_URL"],
        "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname ~ '^shitu_' ORDER BY 1",
    )
    assert rows == [("shitu_app", False, False), ("shitu_owner", False, False)]


def test_every_table_belongs_to_the_owner(production):
    owners = query(
        production["DATABASE_URL"], "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    )
    assert owners == [("shitu_owner",)]


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE shitu_owner",
        "ALTER TABLE ledger_leg DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "TRUNCATE ledger_leg CASCADE",
        "DROP TABLE ledger_leg",
        "CREATE TABLE mine ()",
        "UPDATE ledger_leg SET debit_fen = 1",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_may_not(production, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        query(production["DATABASE_URL"], statement)


def test_the_application_may_read_what_was_loaded(production):
    [(count,)] = query(production["DATABASE_URL"], "SELECT count(*) FROM catalogue_occupation")
    assert count > 0


@pytest.mark.parametrize("login", ["DATABASE_URL", "DATABASE_OWNER_URL"])
def test_neither_login_is_shown_a_row_of_a_district_before_it_says_which(production, login):
    """The owner is bound as well: `FORCE`, and no superuser."""
    for scope, shown in (("*", 2), ("110105", 1), ("", 0)):
        [(count,)] = query(
            production[login],
            f"""
            SET shitu.district = '*';
            INSERT INTO plans_plannumber (district_id, year, last)
                 VALUES ('110105', 1999, 1), ('110108', 1999, 1) ON CONFLICT DO NOTHING;
            SET shitu.district = '{scope}';
            SELECT count(*) FROM plans_plannumber
            """,
        )
        assert count == shown, scope
    [(count,)] = query(production[login], "SELECT count(*) FROM plans_plannumber")
    assert count == 0


def test_the_audit_finds_every_lock_in_place(production):
    manage(production, "audit_invariants", "--only", "I14-rows")
