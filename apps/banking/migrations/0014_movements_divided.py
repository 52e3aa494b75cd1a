"""A movement may be divided into parts, which are explained instead of it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.triggers
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0013_what_a_statement_repeats"),
        ("ledger", "0005_refunds_taken_back"),
        ("payouts", "0011_serials_of_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="Reason")),
                ("divided_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "Division of a movement",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="statementmatch",
            name="match_stays",
        ),
        migrations.RemoveConstraint(
            model_name="statementline",
            name="movement_serial_once",
        ),
        migrations.RemoveConstraint(
            model_name="statementline",
            name="movement_row_once",
        ),
        migrations.RemoveConstraint(
            model_name="statementmatch",
            name="match_names_one_thing",
        ),
        migrations.AddField(
            model_name="statementline",
            name="against",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="statementline",
            name="part",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="Number of the part"),
        ),
        migrations.AlterField(
            model_name="statementline",
            name="bank_serial",
            field=models.CharField(max_length=80, verbose_name="Bank's serial number"),
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
                    ("divided", "Divided into parts"),
                    ("taken_back", "Part of a division that was taken back"),
                ],
                max_length=16,
                verbose_name="What it is",
            ),
        ),
        migrations.AlterField(
            model_name="undonematch",
            name="kind",
            field=models.CharField(
                choices=[
                    ("payment", "Payment of a batch"),
                    ("receipt", "Receipt for a recovery"),
                    ("return", "Payment sent back"),
                    ("posting", "Posting of the books"),
                    ("divided", "Divided into parts"),
                    ("taken_back", "Part of a division that was taken back"),
                ],
                max_length=16,
                verbose_name="What it is",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementline",
            trigger=pgtrigger.compiler.Trigger(
                name="parts_make_the_movement",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _wrong boolean;",
                    func="\n    IF NOT EXISTS (SELECT FROM new_rows WHERE division_id IS NOT NULL) THEN\n        RETURN NULL;\n    END IF;\n    EXECUTE $rows$\n        SELECT EXISTS (\n            SELECT FROM new_rows n\n              LEFT JOIN public.banking_division d ON d.id = n.division_id\n              LEFT JOIN public.banking_statementline m ON m.id = d.line_id\n             WHERE n.division_id IS NOT NULL\n               AND (m.id IS NULL OR m.division_id IS NOT NULL\n                    OR (n.statement_id, n.paying_account_id, n.row, n.booked_on, n.bank_serial, n.against)\n                       IS DISTINCT FROM\n                       (m.statement_id, m.paying_account_id, m.row, m.booked_on,\n                        m.bank_serial || '/' || n.part, sign(n.amount_fen) <> sign(m.amount_fen)))\n        ) OR EXISTS (\n            SELECT FROM (SELECT division_id, count(*) AS parts, sum(amount_fen) AS fen FROM new_rows\n                          WHERE division_id IS NOT NULL GROUP BY division_id) AS made\n              JOIN public.banking_division d ON d.id = made.division_id\n              JOIN public.banking_statementline m ON m.id = d.line_id\n             WHERE made.parts < 2 OR made.fen <> m.amount_fen\n                OR made.parts <> (SELECT count(*) FROM public.banking_statementline p\n                                   WHERE p.division_id = made.division_id)\n                OR EXISTS (SELECT FROM public.banking_statementmatch x\n                            WHERE x.line_id = m.id AND x.division_id IS DISTINCT FROM d.id)\n        )\n    $rows$ INTO _wrong;\n    IF _wrong THEN\n        RAISE EXCEPTION 'a movement that nothing explains is divided at once, into parts that make its amount'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_parts_make_the_movement';\n    END IF;\n    RETURN NULL;\n",
                    hash="c02863d951e42f87462e063a12ce56db6fd0aee6",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_parts_make_the_movement_5e177",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="banking_statementline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="match_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'DELETE' AND OLD.kind <> 'taken_back' AND EXISTS (\n        SELECT 1 FROM public.banking_undonematch u\n         WHERE u.match_id = OLD.id\n           AND (u.line_id, u.kind, u.entry_id, u.returned_id, u.transaction_id, u.receipt_id, u.division_id)\n               IS NOT DISTINCT FROM\n               (OLD.line_id, OLD.kind, OLD.entry_id, OLD.returned_id, OLD.transaction_id, OLD.receipt_id,\n                OLD.division_id)\n           AND (OLD.receipt_id IS NULL\n                OR EXISTS (SELECT 1 FROM public.payouts_undonereceipt r WHERE r.receipt_id = OLD.receipt_id))\n    ) THEN\n        RETURN OLD;\n    END IF;\n    RAISE EXCEPTION 'what a movement was found to be stays, or is undone by a row of its own'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';\n",
                    hash="6182ec3e08a75b049eb03961f6e368906394fe7a",
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
                name="of_its_division",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _wrong boolean;",
                    func="\n    EXECUTE $rows$SELECT EXISTS (SELECT FROM new_rows n \n                JOIN public.banking_statementline l\n                  ON l.id = n.line_id AND n.kind IN ('divided', 'taken_back')\n                LEFT JOIN public.banking_division d ON d.id = n.division_id\n             WHERE \n                CASE n.kind\n                WHEN 'divided' THEN d.line_id IS DISTINCT FROM l.id\n                    OR NOT EXISTS (SELECT FROM public.banking_statementline p WHERE p.division_id = d.id)\n                    OR EXISTS (SELECT FROM public.banking_undonematch u WHERE u.division_id = d.id)\n                ELSE l.division_id IS NULL\n                    OR EXISTS (SELECT FROM public.banking_statementmatch x\n                                WHERE x.division_id = l.division_id)\n                END\n            )$rows$ INTO _wrong;\n    IF _wrong THEN\n        RAISE EXCEPTION 'a movement is divided by the parts that it has, and its parts count as long as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_match_of_its_division';\n    END IF;\n    RETURN NULL;\n",
                    hash="e48ba3d8aa1b8082a52cb2c970bddd1b26465a00",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_of_its_division_8e0dd",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="banking_statementmatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="parts_in_order",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _wrong boolean;",
                    func="\n    EXECUTE $rows$SELECT EXISTS (SELECT FROM new_rows n \n                JOIN public.banking_statementline l ON l.id = n.line_id AND l.division_id IS NOT NULL\n             WHERE \n                CASE WHEN l.against\n                     THEN n.kind <> 'taken_back' AND (n.kind <> 'posting' OR n.rule <> '')\n                     ELSE (n.kind IN ('payment', 'receipt', 'return') OR n.kind = 'posting' AND n.rule <> '')\n                      AND EXISTS (SELECT FROM public.banking_statementline a\n                                   WHERE a.division_id = l.division_id AND a.against\n                                     AND NOT EXISTS (SELECT FROM public.banking_statementmatch x\n                                                      WHERE x.line_id = a.id))\n                END\n            )$rows$ INTO _wrong;\n    IF _wrong THEN\n        RAISE EXCEPTION 'what goes against its movement is a signed posting, before the other parts' USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_parts_in_order';\n    END IF;\n    RETURN NULL;\n",
                    hash="93164dac7da79cf34261915aff0504ff3bf61183",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_parts_in_order_7b18b",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="banking_statementmatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="parts_go",
                sql=apps.core.triggers.GuardSql(
                    condition="WHEN (OLD.kind = 'divided')",
                    func="\n    INSERT INTO public.banking_statementmatch (line_id, kind, rule, matched_by_id, matched_at)\n    SELECT p.id, 'taken_back', '', u.undone_by_id, u.undone_at\n      FROM public.banking_statementline p JOIN public.banking_undonematch u ON u.match_id = OLD.id\n     WHERE p.division_id = OLD.division_id\n     ORDER BY p.id;\n    RETURN NULL;\n",
                    hash="a6fd7605d5b1f8372f8d0d8c875df2d366ddfd8e",
                    operation="DELETE",
                    pgid="pgtrigger_parts_go_be1eb",
                    table="banking_statementmatch",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="division",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="divisions",
                to="banking.statementline",
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="division",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="banking.division",
            ),
        ),
        migrations.AddField(
            model_name="statementmatch",
            name="division",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matches",
                related_query_name="match",
                to="banking.division",
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="division",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_matches",
                to="banking.division",
            ),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(("against", True)), fields=["division"], name="parts_against"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("division__isnull", True)),
                fields=("paying_account", "bank_serial"),
                name="movement_serial_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("division__isnull", True)),
                fields=("statement", "row"),
                name="movement_row_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("division__isnull", False)),
                fields=("paying_account", "bank_serial"),
                name="part_serial_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("division__isnull", False)),
                fields=("division", "part"),
                name="part_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("against", False), ("division", None), ("part", None)),
                    models.Q(("division__isnull", False), ("part__isnull", False)),
                    _connector="OR",
                ),
                name="part_is_of_a_division",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "payment"),
                        ("division__isnull", True),
                        ("entry__isnull", False),
                        ("receipt__isnull", True),
                        ("returned__isnull", True),
                        ("transaction__isnull", True),
                    ),
                    models.Q(
                        ("kind", "receipt"),
                        ("division__isnull", True),
                        ("entry__isnull", True),
                        ("receipt__isnull", False),
                        ("returned__isnull", True),
                        ("transaction__isnull", True),
                    ),
                    models.Q(
                        ("kind", "return"),
                        ("division__isnull", True),
                        ("entry__isnull", True),
                        ("receipt__isnull", True),
                        ("returned__isnull", False),
                        ("transaction__isnull", True),
                    ),
                    models.Q(
                        ("kind", "posting"),
                        ("division__isnull", True),
                        ("entry__isnull", True),
                        ("receipt__isnull", True),
                        ("returned__isnull", True),
                        ("transaction__isnull", False),
                    ),
                    models.Q(
                        ("kind", "divided"),
                        ("division__isnull", False),
                        ("entry__isnull", True),
                        ("receipt__isnull", True),
                        ("returned__isnull", True),
                        ("transaction__isnull", True),
                    ),
                    models.Q(
                        ("kind", "taken_back"),
                        ("division__isnull", True),
                        ("entry__isnull", True),
                        ("receipt__isnull", True),
                        ("returned__isnull", True),
                        ("transaction__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="match_names_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("division__isnull", False)),
                fields=("division",),
                name="division_matched_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="division_has_a_reason"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="division",
            trigger=pgtrigger.compiler.Trigger(
                name="carried_out",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF NOT EXISTS (SELECT FROM public.banking_statementmatch x WHERE x.division_id = NEW.id) THEN\n        RAISE EXCEPTION 'a movement that is divided is explained by its parts'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_division_carried_out';\n    END IF;\n    RETURN NULL;\n",
                    hash="b4193fe9605ca0845dce71ecee8c1732dc572183",
                    operation="INSERT",
                    pgid="pgtrigger_carried_out_6b1d3",
                    table="banking_division",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="division",
            trigger=pgtrigger.compiler.Trigger(
                name="rows_stay",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n",
                    hash="f8ff30c7ceca7aa1fdfcf46e6c8da9b01a7168ae",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_rows_stay_91364",
                    table="banking_division",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="division",
            trigger=pgtrigger.compiler.Trigger(
                name="table_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN\n        RETURN NULL;\n    END IF;\n    \n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n\n",
                    hash="a36749b1bb816b1d9d33a27438831d54a94b07d5",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_table_stays_8bd2b",
                    table="banking_division",
                    when="BEFORE",
                ),
            ),
        ),
        rls.by_parent("banking_division", "line_id", "banking_statementline"),
    ]
