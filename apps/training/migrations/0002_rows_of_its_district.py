"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial"), ("casework", "0004_rows_of_its_district")]

    operations = [
        rls.by_district("training_trainingsession"),
        rls.by_district("training_attendance"),
        rls.by_district("training_assessment"),
        rls.by_parent("training_dispute", "enrolment_id", "apprentices_enrolment"),
        of_cases("training.trainingsession", "training_trainingsession"),
    ]
