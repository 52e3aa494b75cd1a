"""`reseal`: bring every sealed value under the key that seals now, after a new key was put in front."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from apps.core import crypto, files
from apps.core.fields import EncryptedTextField, sealed_columns
from apps.core.models import StoredFile

ROWS_AT_ONCE = 2000


class Command(BaseCommand):
    """Rewrites sealed columns and files; safe to stop and to run again. Blind indexes stay as they are."""

    help = "Rewrite every sealed value with the first key of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        for model, field in sealed_columns():
            if getattr(model, "append_only", False):
                self.stdout.write(f"{field.purpose}: rows are never changed; keep the old key for them")
                continue
            self.stdout.write(f"{field.purpose}: {_reseal_column(model, field)} values")
        self.stdout.write(f"files: {_reseal_files()}")


def _reseal_column(model: type[models.Model], field: EncryptedTextField) -> int:
    quoted = connection.ops.quote_name
    table, column, key = (
        quoted(model._meta.db_table),
        quoted(str(field.column)),
        quoted(str(model._meta.pk.column)),
    )
    current, changed = crypto.sealing_key_id(), 0
    find = (
        f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND get_byte({column}, 0) <> %s"  # noqa: S608
        f" ORDER BY {key} LIMIT {ROWS_AT_ONCE} FOR UPDATE"
    )
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(find, [current])
            rows = cursor.fetchall()
            if not rows:
                return changed
            fresh = crypto.seal_many(
                field.purpose, [crypto.open_sealed(field.purpose, sealed) for _key, sealed in rows]
            )
            cursor.executemany(
                f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608
                [(sealed, row[0]) for row, sealed in zip(rows, fresh, strict=True)],
            )
            changed += len(rows)


def _reseal_files() -> int:
    changed = 0
    for stored in StoredFile.objects.filter(sealed=True).order_by("pk").iterator(chunk_size=500):
        with files.path_of(stored).open("rb") as file:
            if crypto.key_id(file.read(1)) == crypto.sealing_key_id():
                continue
        files.seal_anew(stored)
        changed += 1
    return changed
