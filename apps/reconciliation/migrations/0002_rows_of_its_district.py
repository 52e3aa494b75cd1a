"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("casework", "0004_rows_of_its_district")]

    operations = [
        # What lies on an account of the city has no district: only the whole city shows it.
        rls.by_district("reconciliation_break"),
        rls.by_parent("reconciliation_breakevent", "difference_id", "reconciliation_break"),
        rls.by_district("reconciliation_compared"),
        rls.by_district("reconciliation_accountbalance"),
        rls.by_district("reconciliation_correction"),
        of_cases("reconciliation.correction", "reconciliation_correction"),
    ]
