"""An order pays what its claim comes to less what was set off; so does the entry of a batch that is signed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0004_case_looked_at_by_function"),
        ("payouts", "0007_recoveries_set_off_and_written_off"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="paymentbatch", name="only_approved"),
        pgtrigger.migrations.AddTrigger(
            model_name="paymentbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="only_approved",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF NEW.state = OLD.state OR NEW.state NOT IN ('signed', 'sent') THEN\n        RETURN NULL;\n    END IF;\n    PERFORM 1 FROM public.enterprises_bankaccount a\n      WHERE a.state = 'confirmed' AND a.organisation_id IN (\n            SELECT o.enterprise_id FROM public.banking_batchentry e\n              JOIN public.payouts_paymentorder o ON o.id = e.order_id\n             WHERE e.batch_id = NEW.id AND e.live)\n      ORDER BY a.id FOR SHARE;\n    IF NOT EXISTS (\n        SELECT 1 FROM public.banking_batchentry e WHERE e.batch_id = NEW.id AND e.live\n        HAVING count(*) > 0 AND count(*) = NEW.count AND sum(e.amount_fen) = NEW.total_fen\n    ) THEN\n        RAISE EXCEPTION 'count and total of batch % are not those of its entries', NEW.number\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_control_total';\n    END IF;\n    IF EXISTS (\n        SELECT 1 FROM public.banking_batchentry e\n          JOIN public.payouts_paymentorder o ON o.id = e.order_id\n          JOIN public.claims_claim c ON c.id = o.claim_id\n          LEFT JOIN public.enterprises_bankaccount a\n            ON a.organisation_id = o.enterprise_id AND a.state = 'confirmed'\n         WHERE e.batch_id = NEW.id AND e.live\n           AND (o.state <> 'released' OR c.state <> 'released'\n                OR (e.order_number, e.payee_name, e.amount_fen, e.payee_fingerprint)\n                   IS DISTINCT FROM (o.number, o.account_name, o.amount_fen, o.payee_fingerprint)\n                OR o.amount_fen + o.offset_fen <> c.net_fen OR o.district_id <> NEW.district_id\n                OR c.payee_fingerprint <> o.payee_fingerprint\n                OR a.fingerprint IS DISTINCT FROM o.payee_fingerprint)\n    ) THEN\n        RAISE EXCEPTION 'batch % pays somebody or something that was not approved', NEW.number\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_payee_approved';\n    END IF;\n    RETURN NULL;\n",
                    hash="47d27e6383f45781d97c08c9aec723a50c104387",
                    operation="UPDATE",
                    pgid="pgtrigger_only_approved_d1fc2",
                    table="banking_paymentbatch",
                    when="AFTER",
                ),
            ),
        ),
    ]
