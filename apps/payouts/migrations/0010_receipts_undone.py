"""A receipt that was recorded for the wrong notice is undone by a row, and its serial number counts anew."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.triggers
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_stay"),
        ("enterprises", "0001_initial"),
        ("payouts", "0009_content_of_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UndoneReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("undone_on", models.DateField(verbose_name="Undone on")),
                ("reason", models.CharField(max_length=300, verbose_name="Reason")),
                ("undone_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "Receipt that was undone",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="instalmentagreement",
            name="state_step",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="instalmentagreement",
            name="content_stands",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="recoveryreceipt",
            name="counts",
        ),
        migrations.RemoveConstraint(
            model_name="instalmentagreement",
            name="agreement_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="instalmentagreement",
            name="agreement_of_two_persons",
        ),
        migrations.AddField(
            model_name="recoveryreceipt",
            name="agreement",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.instalmentagreement",
            ),
        ),
        migrations.AddField(
            model_name="recoveryreceipt",
            name="instead_of",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="payouts.recoveryreceipt",
            ),
        ),
        migrations.AlterField(
            model_name="instalmentagreement",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Being written"),
                    ("submitted", "Waits for the second signature"),
                    ("in_force", "In force"),
                    ("ended", "Ended: nothing is open any more"),
                    ("broken", "Broken: the whole rest is due"),
                    ("lapsed", "Lapsed: more is open than it was agreed over"),
                    ("refused", "Not signed"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="draft",
                max_length=32,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="recoveryreceipt",
            name="bank_serial",
            field=models.CharField(max_length=64, verbose_name="Bank's serial number"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="instalmentagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="state_step",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), ''); _bad record;",
                    func="\n    IF EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN\n        RAISE EXCEPTION 'the key of a payouts.instalmentagreement never changes'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_instalmentagreement_kept';\n    END IF;\n    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state) THEN\n        RETURN NULL;\n    END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of payouts.instalmentagreement changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_instalmentagreement_needs_actor';\n    END IF;\n\n    SELECT n.id, o.state AS from_state, n.state AS to_state INTO _bad\n      FROM new_rows n JOIN old_rows o ON o.id = n.id\n     WHERE n.state <> o.state AND (o.state, _action, n.state) NOT IN (VALUES ('draft', 'submit', 'submitted'), ('submitted', 'sign', 'in_force'), ('submitted', 'refuse', 'refused'), ('draft', 'withdraw', 'withdrawn'), ('submitted', 'withdraw', 'withdrawn'), ('in_force', 'end', 'ended'), ('in_force', 'break', 'broken'), ('ended', 'resume', 'in_force'), ('in_force', 'lapse', 'lapsed')) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'payouts.instalmentagreement % may not go from % to % by %',\n                        _bad.id, _bad.from_state, _bad.to_state, _action\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_instalmentagreement_transition';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'payouts.instalmentagreement', n.id, _action, o.state, n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="57bc15b70c9c053d65c5c9831ae98a9c7c14f1d5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_state_step_90b36",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="payouts_instalmentagreement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="instalmentagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="content_stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF (OLD.number, OLD.recovery_id, OLD.enterprise_id, OLD.district_id, OLD.amount_fen, OLD.document,\n        OLD.requested_by_id)\n       IS DISTINCT FROM\n       (NEW.number, NEW.recovery_id, NEW.enterprise_id, NEW.district_id, NEW.amount_fen, NEW.document,\n        NEW.requested_by_id) THEN\n        RAISE EXCEPTION 'an instalment agreement stays as it was asked for: withdraw it and write another one'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_agreement_stands';\n    END IF;\n    IF NEW.state = 'in_force' AND OLD.state <> 'in_force' AND (\n        NEW.amount_fen <> (SELECT coalesce(sum(i.amount_fen), 0) FROM public.payouts_instalment i\n                            WHERE i.agreement_id = NEW.id)\n        OR NOT EXISTS (SELECT 1 FROM public.payouts_recovery r\n                        WHERE r.id = NEW.recovery_id AND (NEW.amount_fen =\n                              r.amount_fen - r.received_fen - r.offset_fen - r.written_off_fen\n                              OR OLD.state = 'ended' AND\n                              r.amount_fen - r.received_fen - r.offset_fen - r.written_off_fen\n                              BETWEEN 1 AND NEW.amount_fen))\n    ) THEN\n        RAISE EXCEPTION 'the instalments make up what is open when the agreement is signed'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_agreement_whole';\n    END IF;\n    RETURN NEW;\n",
                    hash="d414fec708e3ea0d6f398bdba6408969445a39b8",
                    operation="UPDATE",
                    pgid="pgtrigger_content_stands_3b29b",
                    table="payouts_instalmentagreement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="recoveryreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="counts",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF NEW.instead_of_id IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM public.payouts_recoveryreceipt r\n          JOIN public.payouts_undonereceipt u ON u.receipt_id = r.id\n         WHERE r.id = NEW.instead_of_id AND r.bank_serial = NEW.bank_serial\n    ) THEN\n        RAISE EXCEPTION 'a receipt takes the place of one that was undone, with its serial number'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_receipt_in_its_place';\n    END IF;\n\n    UPDATE public.payouts_recovery\n       SET received_fen = received_fen + NEW.amount_fen, written_off_fen = written_off_fen - NEW.after_write_off_fen\n     WHERE id = NEW.recovery_id;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'there is no such recovery'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payouts_recovery_counted';\n    END IF;\n    RETURN NULL;\n",
                    hash="6e74b637b95ef3fbd55f27e2aae661738b6299ac",
                    operation="INSERT",
                    pgid="pgtrigger_counts_4b81d",
                    table="payouts_recoveryreceipt",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="instalmentagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "in_force",
                            "ended",
                            "broken",
                            "lapsed",
                            "refused",
                            "withdrawn",
                        ],
                    )
                ),
                name="agreement_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="instalmentagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signed_by", None),
                        ("signed_on", None),
                        models.Q(("state__in", ["in_force", "ended", "broken", "lapsed"]), _negated=True),
                    ),
                    models.Q(
                        ("signed_by__isnull", False),
                        ("signed_on__isnull", False),
                        ("state__in", ["in_force", "ended", "broken", "lapsed"]),
                        models.Q(("signed_by", models.F("requested_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="agreement_of_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryreceipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("instead_of", None)), fields=("bank_serial",), name="receipt_serial_once"
            ),
        ),
        migrations.AddField(
            model_name="undonereceipt",
            name="receipt",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone",
                to="payouts.recoveryreceipt",
            ),
        ),
        migrations.AddField(
            model_name="undonereceipt",
            name="undone_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="undonereceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="undone_receipt_has_reason"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="undonereceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="counts",
                sql=apps.core.triggers.GuardSql(
                    func="\n    PERFORM pg_advisory_xact_lock(hashtextextended('payouts_recoveryreceipt:' || NEW.receipt_id, 0));\n    UPDATE public.payouts_recovery r\n       SET received_fen = r.received_fen - p.amount_fen,\n           written_off_fen = r.written_off_fen + p.after_write_off_fen\n      FROM public.payouts_recoveryreceipt p\n     WHERE p.id = NEW.receipt_id AND r.id = p.recovery_id;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'there is no such receipt'\n            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payouts_recovery_counted';\n    END IF;\n    RETURN NULL;\n",
                    hash="bd54bf10cb3bc8c81b66ed7921d33932f11e09d2",
                    operation="INSERT",
                    pgid="pgtrigger_counts_a7605",
                    table="payouts_undonereceipt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="undonereceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="rows_stay",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n",
                    hash="b212e8f9574294a2b25be4179a3985c0ccb264c7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_rows_stay_0950f",
                    table="payouts_undonereceipt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="undonereceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="table_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN\n        RETURN NULL;\n    END IF;\n    \n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n\n",
                    hash="3ee23712f4256d8857aa0b01732564954a717c41",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_table_stays_a57bc",
                    table="payouts_undonereceipt",
                    when="BEFORE",
                ),
            ),
        ),
        rls.by_parent("payouts_undonereceipt", "receipt_id", "payouts_recoveryreceipt"),
    ]
