"""A movement may be a posting of the books, be matched by a rule, and a wrong match is undone on record."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.triggers
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0005_orders_less_what_was_set_off"),
        ("ledger", "0004_budgets_of_a_closed_month"),
        ("payouts", "0007_recoveries_set_off_and_written_off"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UndoneMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("match_id", models.BigIntegerField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("payment", "Payment of a batch"),
                            ("receipt", "Receipt for a recovery"),
                            ("return", "Payment sent back"),
                            ("posting", "Posting of the books"),
                        ],
                        max_length=16,
                        verbose_name="What it is",
                    ),
                ),
                ("rule", models.CharField(blank=True, max_length=40, verbose_name="Rule")),
                ("matched_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300, verbose_name="Reason")),
                ("undone_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "Match that was undone",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="statementmatch",
            name="rows_stay",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="statementmatch",
            name="table_stays",
        ),
        migrations.RemoveConstraint(
            model_name="statementmatch",
            name="match_names_one_thing",
        ),
        migrations.AddField(
            model_name="statementmatch",
            name="rule",
            field=models.CharField(blank=True, max_length=40, verbose_name="Rule"),
        ),
        migrations.AddField(
            model_name="statementmatch",
            name="transaction",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match",
                to="ledger.transaction",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="kind",
            field=models.CharField(
                choices=[
                    ("payment", "Payment of a batch"),
                    ("receipt", "Receipt for a recovery"),
                    ("return", "Payment sent back"),
                    ("posting", "Posting of the books"),
                ],
                max_length=16,
                verbose_name="What it is",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="matched_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="match_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'DELETE' AND EXISTS (\n        SELECT 1 FROM public.banking_undonematch u\n         WHERE u.match_id = OLD.id\n           AND (u.line_id, u.kind, u.entry_id, u.transaction_id)\n               IS NOT DISTINCT FROM (OLD.line_id, OLD.kind, OLD.entry_id, OLD.transaction_id)\n    ) THEN\n        RETURN OLD;\n    END IF;\n    RAISE EXCEPTION 'what a movement was found to be stays, or is undone by a row of its own'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';\n",
                    hash="7ef90ba0b8fc7cf5c575af69dc114c4773e87ced",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_match_stays_e63a0",
                    table="banking_statementmatch",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="matches_kept",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN\n        RETURN NULL;\n    END IF;\n    RAISE EXCEPTION 'what movements were found to be stays'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';\n",
                    hash="8f108e66af8853f732d69a3db15a5931480ee2f3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_matches_kept_b6ac8",
                    table="banking_statementmatch",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entry__isnull", False),
                        ("kind", "payment"),
                        ("receipt", None),
                        ("returned", None),
                        ("transaction", None),
                    ),
                    models.Q(
                        ("entry", None),
                        ("kind", "receipt"),
                        ("receipt__isnull", False),
                        ("returned", None),
                        ("transaction", None),
                    ),
                    models.Q(
                        ("entry", None),
                        ("kind", "return"),
                        ("receipt", None),
                        ("returned__isnull", False),
                        ("transaction", None),
                    ),
                    models.Q(
                        ("entry", None),
                        ("kind", "posting"),
                        ("receipt", None),
                        ("transaction__isnull", False),
                        ("returned", None),
                    ),
                    _connector="OR",
                ),
                name="match_names_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("matched_by__isnull", False), ("rule", "")),
                    models.Q(("matched_by", None), models.Q(("rule", ""), _negated=True)),
                    _connector="OR",
                ),
                name="match_by_a_person_or_a_rule",
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="banking.batchentry",
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_matches",
                to="banking.statementline",
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="matched_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="transaction",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.transaction",
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="undone_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="undonematch",
            trigger=pgtrigger.compiler.Trigger(
                name="rows_stay",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n",
                    hash="b38538b719dd4b9987be449c9b4b0e13936897e4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_rows_stay_72ec2",
                    table="banking_undonematch",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="undonematch",
            trigger=pgtrigger.compiler.Trigger(
                name="table_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN\n        RETURN NULL;\n    END IF;\n    \n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n\n",
                    hash="81f20484774577dcd32f59137d43021eea8cddff",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_table_stays_5c6a0",
                    table="banking_undonematch",
                    when="BEFORE",
                ),
            ),
        ),
        rls.by_parent("banking_undonematch", "line_id", "banking_statementline"),
    ]
