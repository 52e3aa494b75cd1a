"""A result is corrected and never removed, so that lines may refer to it without a foreign key."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0004_case_looked_at_by_function"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="assessment",
            name="result_stands",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="result_stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'DELETE' OR (OLD.id, OLD.enrolment_id) IS DISTINCT FROM (NEW.id, NEW.enrolment_id) THEN\n        RAISE EXCEPTION 'a result is corrected, and not removed or given to somebody else'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'training_result_kept';\n    END IF;\n    IF OLD.locked_at IS NULL THEN\n        RETURN NEW;\n    END IF;\n    IF to_jsonb(NEW) - 'locked_at' IS DISTINCT FROM to_jsonb(OLD) - 'locked_at' THEN\n        RAISE EXCEPTION 'a result that a claim rests on stands as it is'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'training_result_stands';\n    END IF;\n    IF NEW.locked_at IS NULL AND EXISTS (\n        SELECT 1 FROM public.claims_claimline l JOIN public.claims_claim c ON c.id = l.claim_id\n         WHERE l.enrolment_id = OLD.enrolment_id AND l.assessment_id = OLD.id AND l.voided_at IS NULL\n           AND c.state NOT IN ('draft', 'returned')\n    ) THEN\n        RAISE EXCEPTION 'a result is opened again when the claim that rests on it has come back'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'training_result_stays_locked';\n    END IF;\n    RETURN NEW;\n",
                    hash="dbae52dcbc956173531d8d1887586bafac3145dd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_result_stands_e391e",
                    table="training_assessment",
                    when="BEFORE",
                ),
            ),
        ),
    ]
