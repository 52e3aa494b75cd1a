"""A payment that was taken for sent back may turn out not to be: its match goes with a row that says so."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0007_indexes_that_keys_hold_already"),
        ("payouts", "0009_content_of_notices"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="statementmatch",
            name="match_stays",
        ),
        migrations.AddField(
            model_name="undonematch",
            name="returned",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.paymentorder",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="match_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'DELETE' AND EXISTS (\n        SELECT 1 FROM public.banking_undonematch u\n         WHERE u.match_id = OLD.id\n           AND (u.line_id, u.kind, u.entry_id, u.returned_id, u.transaction_id)\n               IS NOT DISTINCT FROM (OLD.line_id, OLD.kind, OLD.entry_id, OLD.returned_id, OLD.transaction_id)\n           AND OLD.receipt_id IS NULL\n    ) THEN\n        RETURN OLD;\n    END IF;\n    RAISE EXCEPTION 'what a movement was found to be stays, or is undone by a row of its own'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';\n",
                    hash="1781cb00a4d2be92dd41f9299a01cdee09604cb7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_match_stays_e63a0",
                    table="banking_statementmatch",
                    when="BEFORE",
                ),
            ),
        ),
    ]
