"""What names a case is shown where the case is: used by the migrations of whatever has cases."""

from django.db import migrations

from apps.core import rls

# Fixed with the migrations that have run. A table that comes later gets policies of its own.
TABLES = (
    "casework_seat",
    "casework_decision",
    "casework_deficiency",
    "casework_casedocument",
    "casework_note",
)


def of_cases(label: str, table: str) -> migrations.RunSQL:
    """Show decisions, chairs, defects, documents and notes of these cases where their row is shown."""
    return rls.of_subject(label, table, TABLES)
