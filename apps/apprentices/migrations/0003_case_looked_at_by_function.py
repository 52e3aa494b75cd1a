"""Look at the case through a function, whose plan a session keeps: the same rows, sooner shown (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases


class Migration(migrations.Migration):
    dependencies = [("apprentices", "0002_rows_of_its_district")]

    operations = [
        of_cases("apprentices.trainingclass", "apprentices_trainingclass"),
        of_cases("apprentices.enrolment", "apprentices_enrolment"),
    ]
