"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("statistics", "0002_count_states")]

    operations = [
        rls.by_district("statistics_statecount", "district_code"),
        rls.by_district("statistics_statedelta", "district_code"),
    ]
