"""A correction may undo a receipt: one that a movement was taken for, or one that no statement shows."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_stay"),
        ("banking", "0009_receipts_undone"),
        ("ledger", "0005_refunds_taken_back"),
        ("payouts", "0010_receipts_undone"),
        ("reconciliation", "0003_matches_that_do_not_differ"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="correction",
            name="content_stands",
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_names_what_it_corrects",
        ),
        migrations.AddField(
            model_name="correction",
            name="receipt",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.recoveryreceipt",
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
                    ("undo_receipt", "It was received for the wrong notice: undo the receipt"),
                ],
                max_length=12,
                verbose_name="Kind",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="content_stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF (OLD.number, OLD.district_id, OLD.kind, OLD.difference_id, OLD.fund_id, OLD.amount_fen, OLD.line_id, OLD.order_id, OLD.transaction_id, OLD.item_id, OLD.recovery_id, OLD.receipt_id, OLD.paying_account_id, OLD.document, OLD.explanation, OLD.requested_by_id)\n       IS DISTINCT FROM (NEW.number, NEW.district_id, NEW.kind, NEW.difference_id, NEW.fund_id, NEW.amount_fen, NEW.line_id, NEW.order_id, NEW.transaction_id, NEW.item_id, NEW.recovery_id, NEW.receipt_id, NEW.paying_account_id, NEW.document, NEW.explanation, NEW.requested_by_id)\n       OR (OLD.posted_id IS NOT NULL AND NEW.posted_id IS DISTINCT FROM OLD.posted_id)\n       OR (OLD.cleared_by_id IS NOT NULL AND NEW.cleared_by_id IS DISTINCT FROM OLD.cleared_by_id) THEN\n        RAISE EXCEPTION 'a correction stays as it was written: withdraw it and write another one'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_correction_stands';\n    END IF;\n    RETURN NEW;\n",
                    hash="7e2427097453ea84207df46d2dd114930962c48f",
                    operation="UPDATE",
                    pgid="pgtrigger_content_stands_8b714",
                    table="reconciliation_correction",
                    when="BEFORE",
                ),
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
                            "undo_receipt",
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
                    models.Q(("difference__isnull", False), models.Q(("kind", "undo_return"), _negated=True)),
                    models.Q(
                        ("difference", None),
                        ("kind__in", ("undo_return", "undo_receipt")),
                        ("line__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="correction_names_what_it_corrects",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "undo_receipt"), ("receipt__isnull", False)),
                    models.Q(models.Q(("kind", "undo_receipt"), _negated=True), ("receipt", None)),
                    _connector="OR",
                ),
                name="correction_names_the_receipt",
            ),
        ),
    ]
