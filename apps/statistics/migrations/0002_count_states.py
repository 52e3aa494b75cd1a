"""Count states as they change, and once for what is there already."""

from django.db import migrations

from apps.statistics.counting import INSTALL, UNINSTALL


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0001_initial"),
        ("plans", "0001_initial"),
        ("apprentices", "0001_initial"),
        ("claims", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql=INSTALL, reverse_sql=UNINSTALL)]
