"""A receipt may be a part of a movement, whose serial number is longer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0010_receipts_undone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recoveryreceipt",
            name="bank_serial",
            field=models.CharField(max_length=80, verbose_name="Bank's serial number"),
        ),
    ]
