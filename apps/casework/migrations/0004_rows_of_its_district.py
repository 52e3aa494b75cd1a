"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_decision_of_its_case")]

    operations = [
        rls.by_district("casework_history", "district_code"),
        rls.by_district("casework_notice", "district_code"),
        rls.by_subject("casework_seat"),
        rls.by_subject("casework_decision"),
        rls.by_subject("casework_deficiency"),
        rls.by_subject("casework_casedocument"),
        rls.by_subject("casework_note"),
    ]
