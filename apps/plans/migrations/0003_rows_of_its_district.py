"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_alter_mentor_name"), ("casework", "0004_rows_of_its_district")]

    operations = [
        rls.by_district("plans_plan"),
        rls.by_district("plans_plannumber"),
        rls.by_parent("plans_planline", "plan_id", "plans_plan"),
        rls.by_parent("plans_course", "plan_id", "plans_plan"),
        rls.by_parent("plans_mentor", "plan_id", "plans_plan"),
        rls.by_parent("plans_textbook", "plan_id", "plans_plan"),
        rls.by_parent("plans_plansubmission", "plan_id", "plans_plan"),
        of_cases("plans.plan", "plans_plan"),
    ]
