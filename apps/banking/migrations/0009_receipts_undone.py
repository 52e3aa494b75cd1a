"""A movement that was received for the wrong notice is open again; no movement is a receipt that was undone."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0008_returns_undone"),
        ("payouts", "0010_receipts_undone"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="statementmatch",
            name="match_stays",
        ),
        migrations.AddField(
            model_name="undonematch",
            name="receipt",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.recoveryreceipt",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="match_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'DELETE' AND EXISTS (\n        SELECT 1 FROM public.banking_undonematch u\n         WHERE u.match_id = OLD.id\n           AND (u.line_id, u.kind, u.entry_id, u.returned_id, u.transaction_id, u.receipt_id)\n               IS NOT DISTINCT FROM\n               (OLD.line_id, OLD.kind, OLD.entry_id, OLD.returned_id, OLD.transaction_id, OLD.receipt_id)\n           AND (OLD.receipt_id IS NULL\n                OR EXISTS (SELECT 1 FROM public.payouts_undonereceipt r WHERE r.receipt_id = OLD.receipt_id))\n    ) THEN\n        RETURN OLD;\n    END IF;\n    RAISE EXCEPTION 'what a movement was found to be stays, or is undone by a row of its own'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';\n",
                    hash="ad918764cd848caa8fe93192580b43e6d165f03f",
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
                name="receipt_counts",
                sql=apps.core.triggers.GuardSql(
                    condition="WHEN (NEW.receipt_id IS NOT NULL)",
                    func="\n    PERFORM pg_advisory_xact_lock(hashtextextended('payouts_recoveryreceipt:' || NEW.receipt_id, 0));\n    IF EXISTS (SELECT 1 FROM public.payouts_undonereceipt r WHERE r.receipt_id = NEW.receipt_id) THEN\n        RAISE EXCEPTION 'a receipt that was undone is no movement'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_receipt_counts';\n    END IF;\n    RETURN NEW;\n",
                    hash="06dc314c8770a6fd3975fc50633317ecccdbfe8c",
                    operation="INSERT",
                    pgid="pgtrigger_receipt_counts_bd4d6",
                    table="banking_statementmatch",
                    when="BEFORE",
                ),
            ),
        ),
    ]
