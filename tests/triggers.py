"""The names that guards have in the database, for tests that take one away."""

from django.db import connection


def trigger_named(table: str, beginning: str) -> str:
    """The full name of a trigger of the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
            [table, f"pgtrigger\\_{beginning}%"],
        )
        return cursor.fetchone()[0]


def switch_off(table: str, beginning: str) -> str:
    """What the owner says to take the guard away."""
    return f"ALTER TABLE {table} DISABLE TRIGGER {trigger_named(table, beginning)}"
