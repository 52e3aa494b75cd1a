"""A line of a claim is compared with its class as a set; four foreign keys were looked up for each line."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("apprentices", "0004_people_compared_by_statement"),
        ("claims", "0012_receipt_taken_back"),
        ("training", "0005_results_are_kept"),
    ]

    operations = [
        migrations.AlterField(
            model_name="claimline",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="training.assessment",
            ),
        ),
        migrations.AlterField(
            model_name="claimline",
            name="calculation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="claims.calculation",
            ),
        ),
        migrations.AlterField(
            model_name="claimline",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="claims.claim",
            ),
        ),
        migrations.AlterField(
            model_name="claimline",
            name="enrolment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claim_lines",
                to="apprentices.enrolment",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="line_of_its_class",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _wrong boolean;",
                    func="\n    EXECUTE $rows$SELECT EXISTS (SELECT FROM new_rows n \n    LEFT JOIN public.claims_claim c ON c.id = n.claim_id\n    LEFT JOIN public.apprentices_enrolment e ON e.id = n.enrolment_id\n    LEFT JOIN public.claims_calculation k ON k.id = n.calculation_id\n    LEFT JOIN public.training_assessment a ON a.id = n.assessment_id\n WHERE \n    k.id IS NULL\n    OR (c.kind, c.district_id, c.training_class_id)\n       IS DISTINCT FROM (n.kind, n.district_id, e.training_class_id)\n    OR (n.assessment_id IS NOT NULL AND a.enrolment_id IS DISTINCT FROM n.enrolment_id)\n)$rows$ INTO _wrong;\n    IF _wrong THEN\n        RAISE EXCEPTION 'a line of a claim is for one of its class, with a calculation and the own result' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'claims_line_of_its_class';\n    END IF;\n    RETURN NULL;\n",
                    hash="5a2bb55b5751362151e74c90fef1927f68272470",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_line_of_its_class_f78db",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="claims_claimline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="line_keeps_its_subject",
                sql=apps.core.triggers.GuardSql(
                    condition='WHEN (OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."calculation_id" IS DISTINCT FROM (NEW."calculation_id") OR OLD."claim_id" IS DISTINCT FROM (NEW."claim_id") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."enrolment_id" IS DISTINCT FROM (NEW."enrolment_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind"))',
                    func="\n    RAISE EXCEPTION 'a line of a claim is computed anew, not given to another' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_line_keeps_its_subject';\n",
                    hash="3458acd45c91e7d7c807969d3a77a995fbf081c2",
                    operation="UPDATE",
                    pgid="pgtrigger_line_keeps_its_subject_923d7",
                    table="claims_claimline",
                    when="BEFORE",
                ),
            ),
        ),
    ]
