"""A claim that was settled waits for its money again where a receipt is undone."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0011_return_taken_back"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="claim",
            name="state_step",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="state_step",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), ''); _bad record;",
                    func="\n    IF EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN\n        RAISE EXCEPTION 'the key of a claims.claim never changes'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_kept';\n    END IF;\n    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state) THEN\n        RETURN NULL;\n    END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of claims.claim changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_claim_needs_actor';\n    END IF;\n\n    SELECT n.id, o.state AS from_state, n.state AS to_state INTO _bad\n      FROM new_rows n JOIN old_rows o ON o.id = n.id\n     WHERE n.state <> o.state AND (o.state, _action, n.state) NOT IN (VALUES ('draft', 'submit', 'district_review'), ('returned', 'submit', 'district_review'), ('draft', 'withdraw', 'withdrawn'), ('returned', 'withdraw', 'withdrawn'), ('district_review', 'approve', 'second_signature'), ('district_review', 'return', 'returned'), ('district_review', 'reject', 'rejected'), ('second_signature', 'sign', 'approved'), ('second_signature', 'sign_recovery', 'recovering'), ('second_signature', 'sign_settled', 'settled'), ('second_signature', 'send_back', 'district_review'), ('approved', 'release', 'released'), ('released', 'record_payment', 'paid'), ('released', 'record_failure', 'approved'), ('paid', 'record_return', 'approved'), ('approved', 'undo_return', 'paid'), ('approved', 'present_account', 'payee_signature'), ('payee_signature', 'sign_account', 'approved'), ('approved', 'set_off', 'settled'), ('recovering', 'write_off', 'written_off'), ('recovering', 'settle', 'settled'), ('written_off', 'settle', 'settled'), ('settled', 'undo_receipt', 'recovering'), ('written_off', 'undo_receipt', 'recovering'), ('settled', 'undo_late_receipt', 'written_off')) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'claims.claim % may not go from % to % by %',\n                        _bad.id, _bad.from_state, _bad.to_state, _action\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_claim_transition';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'claims.claim', n.id, _action, o.state, n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="cdcc77f36ded26fbf69871b7eb573cfcd2299fb5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_state_step_7eccd",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="claims_claim",
                    when="AFTER",
                ),
            ),
        ),
    ]
