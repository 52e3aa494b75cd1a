"""The database's own guards and kept counters; the SQL stands beside this file, by subject."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def _from_file(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=(SQL / f"{name}.sql").read_text(encoding="utf-8"),
        reverse_sql=(SQL / f"{name}_undo.sql").read_text(encoding="utf-8"),
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [_from_file("guards"), _from_file("budgets")]
