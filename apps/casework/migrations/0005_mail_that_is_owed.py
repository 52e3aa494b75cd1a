"""That mail is owed for a notice stands in its row; a sweeper sends what was lost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("casework", "0004_rows_of_its_district"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="mail_after",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="mail_attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="notice",
            name="mail_error",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("mail_after__isnull", False)),
                fields=["mail_after"],
                name="notice_mail_owed",
            ),
        ),
    ]
