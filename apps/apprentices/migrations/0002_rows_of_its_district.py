"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("apprentices", "0001_initial"), ("casework", "0004_rows_of_its_district")]

    operations = [
        rls.by_district("apprentices_trainingclass"),
        rls.by_district("apprentices_enrolment"),
        rls.by_parent("apprentices_rosterfile", "training_class_id", "apprentices_trainingclass"),
        rls.by_parent("apprentices_rosterproblem", "roster_file_id", "apprentices_rosterfile"),
        rls.by_parent("apprentices_statusrecord", "enrolment_id", "apprentices_enrolment"),
        of_cases("apprentices.trainingclass", "apprentices_trainingclass"),
        of_cases("apprentices.enrolment", "apprentices_enrolment"),
    ]
