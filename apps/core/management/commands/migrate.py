"""`migrate`, always as the owner of the tables; grants the application role its rights at the end.

Triggers are told at the end, too, how to compare (`compare_by_hash`).
"""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from apps.core.db import as_owner, compare_by_hash, grant_application_role
from apps.core.migrating import rendering_one_model


class Command(DjangoMigrate):
    """Runs Django's own command on a connection of the owner."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with as_owner(connection), rendering_one_model():
            super().handle(*args, **options)
            if not options.get("plan") and not options.get("check_unapplied"):
                grant_application_role(connection)
                compare_by_hash(connection)
