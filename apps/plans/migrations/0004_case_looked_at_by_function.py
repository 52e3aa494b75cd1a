"""Look at the case through a function, whose plan a session keeps: the same rows, sooner shown (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases


class Migration(migrations.Migration):
    dependencies = [("plans", "0003_rows_of_its_district")]

    operations = [
        of_cases("plans.plan", "plans_plan"),
    ]
