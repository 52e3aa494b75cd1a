"""What many movements refer to is compared as a set, and empty columns are kept out of keys."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_accounts_stay"),
        ("banking", "0009_receipts_undone"),
        ("ledger", "0005_refunds_taken_back"),
        ("payouts", "0010_receipts_undone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="statementline",
            name="paying_account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="banking.payingaccount",
            ),
        ),
        migrations.AlterField(
            model_name="statementline",
            name="statement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="banking.bankstatement",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="entry",
            field=models.OneToOneField(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match",
                to="banking.batchentry",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="line",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match",
                to="banking.statementline",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="matched_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="receipt",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matches",
                related_query_name="match",
                to="payouts.recoveryreceipt",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="returned",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="return_matches",
                related_query_name="return_match",
                to="payouts.paymentorder",
            ),
        ),
        migrations.AlterField(
            model_name="statementmatch",
            name="transaction",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matches",
                related_query_name="match",
                to="ledger.transaction",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementline",
            trigger=pgtrigger.compiler.Trigger(
                name="of_its_statement",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _wrong boolean;",
                    func="\n    EXECUTE $rows$SELECT EXISTS (SELECT FROM new_rows n LEFT JOIN public.banking_bankstatement s ON s.id = n.statement_id WHERE s.paying_account_id IS DISTINCT FROM n.paying_account_id)$rows$ INTO _wrong;\n    IF _wrong THEN\n        RAISE EXCEPTION 'a movement is one of its statement, and on the account of it' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'banking_line_of_its_statement';\n    END IF;\n    RETURN NULL;\n",
                    hash="f04818ab290fdc851ad98cfad8c243bdb92f0b27",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_of_its_statement_11785",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="banking_statementline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statementmatch",
            trigger=pgtrigger.compiler.Trigger(
                name="of_what_is_there",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _wrong boolean;",
                    func="\n    EXECUTE $rows$SELECT EXISTS (SELECT FROM new_rows n \n    LEFT JOIN public.banking_statementline l ON l.id = n.line_id\n    LEFT JOIN public.banking_batchentry e ON e.id = n.entry_id\n    LEFT JOIN public.banking_paymentbatch b ON b.id = e.batch_id\n    LEFT JOIN public.accounts_user u ON u.id = n.matched_by_id\n WHERE \n    l.id IS NULL\n    OR (n.matched_by_id IS NOT NULL AND u.id IS NULL)\n    OR (n.entry_id IS NOT NULL\n        AND (e.amount_fen, b.paying_account_id) IS DISTINCT FROM (-l.amount_fen, l.paying_account_id))\n)$rows$ INTO _wrong;\n    IF _wrong THEN\n        RAISE EXCEPTION 'a movement is matched with a payment of its amount and account, by somebody on record' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'banking_match_of_what_is_there';\n    END IF;\n    RETURN NULL;\n",
                    hash="b2717365f4f26caf5cb96638caeb6f6bb50e0604",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_of_what_is_there_611f1",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="banking_statementmatch",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("receipt__isnull", False)),
                fields=("receipt",),
                name="receipt_matched_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned__isnull", False)),
                fields=("returned",),
                name="returned_matched_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("transaction__isnull", False)),
                fields=("transaction",),
                name="transaction_matched_once",
            ),
        ),
    ]
