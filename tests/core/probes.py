"""Tables that exist only while a test runs, to try what ground offers to the tables of other rooms."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.conf import settings
from django.db import connection, models

from apps.core.append_only import AppendOnlyModel
from apps.core.db import as_owner
from apps.core.fields import BlindIndexField, EncryptedTextField


class SealedProbe(models.Model):
    """A table with two sealed columns."""

    number = EncryptedTextField()
    other = EncryptedTextField(null=True)
    index = BlindIndexField(unique=True, null=True)

    class Meta:
        app_label = "probes"


class LedgerProbe(AppendOnlyModel):
    """An append-only table whose author forgot to inherit the base's Meta."""

    memo = models.TextField()

    class Meta:
        app_label = "probes"
        ordering = ["id"]


class OpenProbe(models.Model):
    """The control: the same table without the guard."""

    memo = models.TextField()

    class Meta:
        app_label = "probes"


@contextmanager
def standing(*tables: type[models.Model]) -> Iterator[None]:
    """Create the tables as the owner with their triggers; the application role gets every right on them.

    Grants are tried elsewhere: here the triggers must hold alone.
    """
    with as_owner(connection), connection.cursor() as cursor:
        for table in tables:
            with connection.schema_editor() as editor:
                editor.create_model(table)
            for model, trigger in pgtrigger.registered():
                if model is table:
                    trigger.install(table)
            role = connection.ops.quote_name(settings.APP_DB_ROLE)
            cursor.execute(f"GRANT ALL ON {table._meta.db_table} TO {role}")
    try:
        yield
    finally:
        with as_owner(connection):
            for table in tables:
                with connection.schema_editor() as editor:
                    editor.delete_model(table)
