"""Numbers of papers, made of the day and of the table's own sequence: two made at once never share one."""

from datetime import date

from django.db import connection, models


def next_key(model: type[models.Model]) -> int:
    """The next value of the model's key; it is used up, whatever becomes of the row."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [table, column])
        key: int = cursor.fetchone()[0]
    return key


def next_number(model: type[models.Model], prefix: str, on: date) -> str:
    """A number such as SQ202611220000042: what kind of paper it is, its day, and which one."""
    return f"{prefix}{on:%Y%m%d}{next_key(model):07d}"
