"""Months of the books; a closed one takes no postings."""

from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountingPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="its first day", unique=True, verbose_name="month")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("proposed", "To be closed, waits for the second person"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_on", models.DateField(blank=True, null=True, verbose_name="proposed on")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="closed by",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "accounting period",
                "verbose_name_plural": "accounting periods",
                "ordering": ["-month"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="ledger_period_begins_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None),
                                ("closed_by", None),
                                ("proposed_by", None),
                                ("state", "open"),
                            ),
                            models.Q(
                                ("closed_at", None),
                                ("closed_by", None),
                                ("proposed_by__isnull", False),
                                ("proposed_on__isnull", False),
                                ("state", "proposed"),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("proposed_by__isnull", False),
                                ("proposed_on__isnull", False),
                                ("state", "closed"),
                                models.Q(("closed_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_period_of_two_persons",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accountingperiod",
            trigger=pgtrigger.compiler.Trigger(
                name="steps",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'DELETE' OR OLD.state = 'closed' OR NEW.month <> OLD.month\n       OR (OLD.state, NEW.state) NOT IN\n          (('open', 'proposed'), ('proposed', 'open'), ('proposed', 'closed')) THEN\n        RAISE EXCEPTION 'a month is proposed, then closed by a second person, and stays closed'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_steps';\n    END IF;\n    IF NEW.state = 'closed' THEN\n        PERFORM pg_advisory_xact_lock(hashtextextended('ledger_periods', 0));\n    END IF;\n    RETURN NEW;\n",
                    hash="ad64fd43da253f663913e8e4a132195260e14ec1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_steps_ddcc3",
                    table="ledger_accountingperiod",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accountingperiod",
            trigger=pgtrigger.compiler.Trigger(
                name="start",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF NEW.state <> 'open' THEN\n        RAISE EXCEPTION 'a month begins open'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_steps';\n    END IF;\n    RETURN NEW;\n",
                    hash="2016ff68ff349732ca4c93861a6d6cce5801539c",
                    operation="INSERT",
                    pgid="pgtrigger_start_ab880",
                    table="ledger_accountingperiod",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            sql=(SQL / "periods.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "periods_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
