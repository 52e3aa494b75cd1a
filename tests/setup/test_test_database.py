"""The ground that the other tests stand on."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, ProgrammingError, connection, transaction

from apps.ledger.models import Account, Transaction
from tests import database
from tests.factories import ledger

pytestmark = pytest.mark.django_db


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def test_tests_act_as_the_application_role():
    assert current_role() == settings.APP_DB_ROLE


def test_the_application_role_cannot_alter_or_empty_a_table():
    for statement in ("ALTER TABLE django_session ADD COLUMN x int", "TRUNCATE django_session"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("large_bytes", [database.LARGE_BYTES, 0])
@pytest.mark.django_db(transaction=True)
def test_what_a_committing_test_wrote_is_gone_and_what_migrations_loaded_is_back(monkeypatch, large_bytes):
    """Few rows are deleted, of a large table the file is made anew; append-only ones go either way."""
    monkeypatch.setattr(database, "LARGE_BYTES", large_bytes)
    before = set(ContentType.objects.values_list("pk", "app_label", "model"))
    ContentType.objects.create(app_label="nobody", model="nothing")
    ContentType.objects.filter(app_label="sessions").update(model="forgotten")
    ledger.chart()
    ledger.posted()
    database.empty_database()
    assert set(ContentType.objects.values_list("pk", "app_label", "model")) == before
    assert not Transaction.objects.exists()
    assert not Account.objects.exists()
    assert current_role() == settings.APP_DB_ROLE


@pytest.mark.django_db(transaction=True)
def test_the_guards_stand_again_after_the_rows_are_gone():
    database.empty_database()
    ledger.chart()
    posted = ledger.posted()
    with pytest.raises(DatabaseError), transaction.atomic(), as_owner_of_rows() as cursor:
        cursor.execute("DELETE FROM ledger_transaction WHERE id = %s", [posted.pk])


@contextmanager
def as_owner_of_rows():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor


def test_the_driver_is_psycopg2():
    assert connection.Database.__name__ == "psycopg2"
