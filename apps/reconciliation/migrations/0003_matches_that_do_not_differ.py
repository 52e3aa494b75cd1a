"""A correction may be of a movement that agrees with everything and is matched wrongly all the same."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("banking", "0008_returns_undone"),
        ("ledger", "0004_budgets_of_a_closed_month"),
        ("payouts", "0009_content_of_notices"),
        ("reconciliation", "0002_rows_of_its_district"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_kind_known",
        ),
        migrations.AlterField(
            model_name="correction",
            name="difference",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="reconciliation.break",
                verbose_name="Difference",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("charge", "Book as a charge of the bank"),
                    ("interest", "Book as interest of the bank"),
                    ("suspense", "Take to suspense"),
                    ("clear", "Take out of suspense"),
                    ("pay_back", "It pays suspense money back"),
                    ("posting", "It is a posting that stands in the books"),
                    ("never_paid", "The bank did not make the payment: undo it"),
                    ("repost", "Reverse and post again as the order says"),
                    ("opening", "Book the opening balance of the account"),
                    ("undo_match", "Undo a wrong match"),
                    ("undo_return", "It was not sent back: undo the return"),
                ],
                max_length=12,
                verbose_name="Kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "charge",
                            "interest",
                            "suspense",
                            "clear",
                            "pay_back",
                            "posting",
                            "never_paid",
                            "repost",
                            "opening",
                            "undo_match",
                            "undo_return",
                        ],
                    )
                ),
                name="correction_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("difference__isnull", False), models.Q(("kind__in", ("undo_return",)), _negated=True)
                    ),
                    models.Q(("difference", None), ("kind__in", ("undo_return",)), ("line__isnull", False)),
                    _connector="OR",
                ),
                name="correction_names_what_it_corrects",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("difference", None), ("state__in", ["draft", "submitted"])),
                fields=("line",),
                name="one_undoing_under_way",
            ),
        ),
    ]
