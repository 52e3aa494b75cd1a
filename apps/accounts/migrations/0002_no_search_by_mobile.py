"""Nobody is looked up by mobile number: the index cost every row of a roster a random page."""

from django.db import migrations

import apps.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="mobile_index",
            field=apps.core.fields.BlindIndexField(max_length=32, null=True),
        ),
    ]
