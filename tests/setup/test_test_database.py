"""The ground that the other tests stand on."""

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, transaction

from tests import database

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


@pytest.mark.django_db(transaction=True)
def test_what_a_committing_test_wrote_is_gone_and_what_migrations_loaded_is_back():
    before = ContentType.objects.count()
    ContentType.objects.create(app_label="nobody", model="nothing")
    database.empty_database()
    assert ContentType.objects.count() == before
    assert current_role() == settings.APP_DB_ROLE


def test_the_driver_is_psycopg2():
    assert connection.Database.__name__ == "psycopg2"
