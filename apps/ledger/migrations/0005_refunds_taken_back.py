"""A refund of a budget can be taken back: the money did not come after all, and counts as used again."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_budgets_of_a_closed_month"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="budgetmovement",
            name="ledger_budgetmovement_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="budgetmovement",
            name="ledger_budgetmovement_reservation",
        ),
        migrations.AlterField(
            model_name="budgetmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("appropriate", "Appropriated"),
                    ("adjust", "Adjusted"),
                    ("reserve", "Reserved"),
                    ("use", "Used"),
                    ("release", "Released"),
                    ("refund", "Refunded"),
                    ("take_back", "Refund taken back"),
                ],
                max_length=12,
                verbose_name="kind of movement",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["appropriate", "adjust", "reserve", "use", "release", "refund", "take_back"],
                    )
                ),
                name="ledger_budgetmovement_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", frozenset(["refund", "release", "take_back", "use"])),
                        models.Q(("reservation_key", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(
                            ("kind__in", frozenset(["refund", "release", "take_back", "use"])), _negated=True
                        ),
                        ("reservation_key", ""),
                    ),
                    _connector="OR",
                ),
                name="ledger_budgetmovement_reservation",
            ),
        ),
        migrations.RunSQL(
            sql=(SQL / "taking_back.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "taking_back_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
