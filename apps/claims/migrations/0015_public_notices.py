"""Public notices, objections to published lines, and no signature before a notice ended."""

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.fields
import apps.core.triggers
from apps.casework.rows import of_cases
from apps.core import rls

# How many working days the document of a class asks for; 0 where it asks for no notice. The same reading
# as `policy.selectors.parameter` on `TrainingClass.rules_on`; tests/claims/test_notice_guards.py compares them.
NOTICE_DAYS = """
CREATE OR REPLACE FUNCTION public.claims_notice_days(wanted bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH asked AS (
        SELECT d.content->'parameters' AS parameters, greatest(c.starts_on, d.in_force_from) AS day
          FROM public.apprentices_trainingclass c
          JOIN public.policy_policydocument d ON d.id = c.policy_document_id
         WHERE c.id = wanted
    )
    SELECT CASE WHEN (
               SELECT v.value FROM asked, jsonb_each_text(parameters->'public_notice_required'->'values') v
                WHERE v.key::date <= asked.day ORDER BY v.key::date DESC LIMIT 1) = 'yes'
           THEN coalesce((
               SELECT v.value::integer FROM asked, jsonb_each_text(parameters->'public_notice_days'->'values') v
                WHERE v.key::date <= asked.day ORDER BY v.key::date DESC LIMIT 1), 0)
           ELSE 0 END
$$;
"""
DROP_NOTICE_DAYS = "DROP FUNCTION IF EXISTS public.claims_notice_days(bigint);"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_accounts_stay"),
        ("apprentices", "0006_classes_of_approved_plans"),
        ("catalogue", "0001_initial"),
        ("claims", "0014_year_of_the_second_signature"),
        ("core", "0001_initial"),
        ("enterprises", "0001_initial"),
        ("institutions", "0001_initial"),
        ("policy", "0004_programme_of_recovery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(NOTICE_DAYS, DROP_NOTICE_DAYS),
        migrations.CreateModel(
            name="NoticeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="Number in the list")),
                ("amount_fen", models.BigIntegerField(verbose_name="Amount")),
                ("shown_name", models.CharField(max_length=16, verbose_name="Full name")),
                ("months", models.PositiveSmallIntegerField(verbose_name="Term in months")),
                ("left_out_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "Published line",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="Version")),
                ("deadline_on", models.DateField(blank=True, null=True, verbose_name="Deadline")),
                ("state_since", models.DateTimeField(auto_now_add=True, verbose_name="In this state since")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="Created")),
                ("number", models.CharField(max_length=32, unique=True, verbose_name="Receipt number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Being examined"),
                            ("upheld", "Objection upheld"),
                            ("dismissed", "Objection dismissed"),
                        ],
                        default="open",
                        max_length=32,
                        verbose_name="State",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("public", "By the public page"),
                            ("office", "By telephone, letter or in person"),
                        ],
                        max_length=16,
                        verbose_name="Came in",
                    ),
                ),
                ("objector_name", apps.core.fields.EncryptedTextField(verbose_name="Name of the objector")),
                (
                    "objector_contact",
                    apps.core.fields.EncryptedTextField(verbose_name="How the objector is reached"),
                ),
                ("reason", models.TextField(max_length=2000, verbose_name="Reason of the objection")),
                ("received_on", models.DateField(verbose_name="Received")),
            ],
            options={
                "verbose_name": "Objection",
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=32, unique=True, verbose_name="Notice number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("advance", "Advance"), ("remainder", "Remainder")],
                        max_length=16,
                        verbose_name="Instalment",
                    ),
                ),
                ("article", models.CharField(max_length=130, verbose_name="Article")),
                ("days", models.PositiveSmallIntegerField(verbose_name="Working days")),
                ("published_on", models.DateField(verbose_name="Published")),
                ("ends_on", models.DateField(verbose_name="Published until")),
                ("people", models.PositiveIntegerField(verbose_name="Number of people")),
                ("amount_fen", models.BigIntegerField(verbose_name="Amount")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("taken_down_on", models.DateField(blank=True, null=True, verbose_name="Taken down")),
                ("taken_down_why", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "verbose_name": "Public notice",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claim",
            name="sums_stand",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claimline",
            name="line_removed",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="sums_stand",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF EXISTS (\n        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id\n         WHERE o.state NOT IN ('draft', 'returned')\n           AND (n.kind, n.training_class_id, n.enterprise_id, n.district_id, n.policy_document_id,\n                CASE WHEN o.state = 'second_signature'\n                      AND n.state IN ('approved', 'recovering', 'settled')\n                     THEN CASE n.year WHEN extract(year FROM n.approved_on) THEN o.year END\n                     ELSE n.year END,\n                CASE WHEN o.state = 'district_review' AND n.state = o.state AND n.line_count < o.line_count\n                      AND n.version = o.version + 1 THEN ''\n                     ELSE (n.line_count, n.pay_fen, n.recover_fen, n.net_fen, n.content_sha256,\n                           n.version)::text END,\n                CASE WHEN o.state IN ('second_signature', 'payee_signature')\n                      AND n.state IN ('approved', 'recovering', 'settled')\n                     THEN o.payee_fingerprint ELSE n.payee_fingerprint END,\n                CASE WHEN o.state = 'payee_signature' AND n.state = 'approved'\n                     THEN o.bank_account_id ELSE n.bank_account_id END)\n               IS DISTINCT FROM\n               (o.kind, o.training_class_id, o.enterprise_id, o.district_id, o.policy_document_id, o.year,\n                CASE WHEN o.state = 'district_review' AND n.state = o.state AND n.line_count < o.line_count\n                      AND n.version = o.version + 1 THEN ''\n                     ELSE (o.line_count, o.pay_fen, o.recover_fen, o.net_fen, o.content_sha256,\n                           o.version)::text END,\n                o.payee_fingerprint, o.bank_account_id)\n    ) THEN\n        RAISE EXCEPTION 'a claim that was handed in keeps its figures'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_figures_stay';\n    END IF;\n    IF EXISTS (\n        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id\n          CROSS JOIN LATERAL (\n            SELECT count(*) AS count, count(l.voided_at) AS voided,\n                   coalesce(sum(greatest(l.amount_fen, 0)), 0) AS pay_fen,\n                   coalesce(sum(greatest(-l.amount_fen, 0)), 0) AS recover_fen\n              FROM public.claims_claimline l WHERE l.claim_id = n.id\n          ) AS lines\n         WHERE (n.state <> o.state OR (n.state = 'district_review' AND n.version <> o.version))\n           AND CASE WHEN n.state IN ('rejected', 'withdrawn') THEN lines.voided <> lines.count\n                    WHEN n.state = 'returned' THEN lines.voided > 0\n                    WHEN n.state IN ('district_review', 'second_signature')\n                      OR o.state = 'second_signature' THEN\n                         lines.voided > 0 OR lines.count = 0 OR lines.count <> n.line_count\n                      OR lines.pay_fen <> n.pay_fen OR lines.recover_fen <> n.recover_fen\n                      OR n.net_fen <> lines.pay_fen - lines.recover_fen\n                    ELSE false END\n    ) THEN\n        RAISE EXCEPTION 'the sums of a claim are those of its lines'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_claim_sums';\n    END IF;\n    RETURN NULL;\n",
                    hash="7141381b657492546652a0b35200ace0235aa880",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_sums_stand_84a4d",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="claims_claim",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="notice_ended",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _claim record; _ended bigint[];",
                    func="\n    FOR _claim IN\n        SELECT n.id, n.approved_on, n.training_class_id, n.pay_fen\n          FROM new_rows n JOIN old_rows o ON o.id = n.id\n         WHERE o.state = 'second_signature' AND n.state IN ('approved', 'recovering', 'settled') ORDER BY n.id\n    LOOP\n        IF EXISTS (\n            SELECT 1 FROM public.claims_claimline l JOIN public.claims_objection j\n                ON j.enrolment_id = l.enrolment_id AND j.state IN ('open', 'upheld')\n             WHERE l.claim_id = _claim.id AND l.amount_fen > 0\n        ) THEN\n            RAISE EXCEPTION 'a line of claim % is held by an objection', _claim.id\n                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_line_objected';\n        END IF;\n        IF _claim.pay_fen > 0 AND public.claims_notice_days(_claim.training_class_id) > 0 THEN\n            _ended := ARRAY(SELECT q.id FROM public.claims_publicnotice q\n                             WHERE q.claim_id = _claim.id AND q.taken_down_on IS NULL\n                               AND q.ends_on < _claim.approved_on);\n            IF EXISTS (\n                SELECT 1 FROM public.claims_claimline l\n                 WHERE l.claim_id = _claim.id AND l.amount_fen > 0\n                   AND (l.enrolment_id, l.calculation_id, l.amount_fen) NOT IN (\n                       SELECT p.enrolment_id, p.calculation_id, p.amount_fen\n                         FROM public.claims_noticeline p WHERE p.notice_id = ANY (_ended))\n            ) THEN\n                RAISE EXCEPTION 'the public notice of claim % has not ended', _claim.id\n                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_notice_ended';\n            END IF;\n        END IF;\n    END LOOP;\n    RETURN NULL;\n",
                    hash="983cf3eb7a62e13ca808771a7aa3475481cd69bb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_notice_ended_e4844",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="claims_claim",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="line_removed",
                sql=apps.core.triggers.GuardSql(
                    func="\n    PERFORM 1 FROM public.claims_claim\n      WHERE id IN (SELECT claim_id FROM old_rows) ORDER BY id FOR SHARE;\n    IF EXISTS (\n        SELECT 1 FROM old_rows o JOIN public.claims_claim c ON c.id = o.claim_id AND c.state NOT IN ('draft', 'returned')\n         WHERE c.state <> 'district_review' OR o.voided_at IS NOT NULL OR o.amount_fen <= 0\n            OR NOT EXISTS (SELECT 1 FROM public.claims_objection j\n                            WHERE j.enrolment_id = o.enrolment_id AND j.state IN ('open', 'upheld'))\n    ) THEN\n        RAISE EXCEPTION 'lines of a claim that was handed in stay as they are'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_lines_stay';\n    END IF;\n    RETURN NULL;\n",
                    hash="4b1ca514af144d138e24119151bebaab64d05be5",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_line_removed_c1847",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="claims_claimline",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="calculation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="claims.calculation",
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="district",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.district",
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="enrolment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notice_lines",
                to="apprentices.enrolment",
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="level",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.level",
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="occupation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.occupation",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="claims.claim"
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="district",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.district",
                verbose_name="District",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="enrolment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections",
                to="apprentices.enrolment",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="enterprise",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enterprises.enterprise",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="claims.noticeline"
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="public_notices", to="claims.claim"
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="district",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.district",
                verbose_name="District",
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="enterprise",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enterprises.enterprise",
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="institution",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="institutions.institution",
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="policy_document",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policy.policydocument",
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="published_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="notice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="claims.publicnotice",
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["district", "state", "deadline_on", "id"], name="objection_queue"),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "upheld"))),
                fields=["enrolment"],
                name="objection_that_holds",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "upheld", "dismissed"])),
                name="objection_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "public"), ("entered_by__isnull", True)),
                    models.Q(("channel", "office"), ("entered_by__isnull", False)),
                    _connector="OR",
                ),
                name="objection_entered_by_the_office",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="objection_has_a_reason"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="state_step",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), ''); _bad record;",
                    func="\n    IF EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN\n        RAISE EXCEPTION 'the key of a claims.objection never changes'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_objection_kept';\n    END IF;\n    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state) THEN\n        RETURN NULL;\n    END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of claims.objection changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_objection_needs_actor';\n    END IF;\n\n    SELECT n.id, o.state AS from_state, n.state AS to_state INTO _bad\n      FROM new_rows n JOIN old_rows o ON o.id = n.id\n     WHERE n.state <> o.state AND (o.state, _action, n.state) NOT IN (VALUES ('open', 'uphold', 'upheld'), ('open', 'dismiss', 'dismissed')) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'claims.objection % may not go from % to % by %',\n                        _bad.id, _bad.from_state, _bad.to_state, _action\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_objection_transition';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'claims.objection', n.id, _action, o.state, n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="49199b10a0b0e4bf06ac68fe25cff7d5ed8417b6",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_state_step_6ae7c",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="claims_objection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="state_start",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), '');",
                    func="\n    IF NOT EXISTS (SELECT 1 FROM new_rows) THEN RETURN NULL; END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of claims.objection changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_objection_needs_actor';\n    END IF;\n\n    IF EXISTS (SELECT 1 FROM new_rows n WHERE n.state <> 'open') THEN\n        RAISE EXCEPTION 'a claims.objection begins as open'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_objection_initial';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'claims.objection', n.id, 'create', '', n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="2ba57a40becc64f056ee237eda76a91e11e4c293",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_state_start_d072c",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="claims_objection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'a claims.objection is never deleted: withdraw it'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_objection_kept';\n",
                    hash="7bf969f59d17a24293d70c74a09fd615dc3c849f",
                    operation="DELETE",
                    pgid="pgtrigger_keep_row_bb486",
                    table="claims_objection",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="objection_stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF TG_OP = 'INSERT' THEN\n        PERFORM 1 FROM public.claims_claim WHERE id = NEW.claim_id FOR SHARE;\n        IF NOT EXISTS (\n            SELECT 1 FROM public.claims_noticeline p\n              JOIN public.claims_publicnotice q ON q.id = p.notice_id\n              JOIN public.claims_claim c ON c.id = q.claim_id\n             WHERE p.id = NEW.line_id AND p.enrolment_id = NEW.enrolment_id AND p.left_out_on IS NULL\n               AND q.claim_id = NEW.claim_id AND q.enterprise_id = NEW.enterprise_id\n               AND q.district_id = NEW.district_id AND q.taken_down_on IS NULL\n               AND NEW.received_on BETWEEN q.published_on AND q.ends_on\n               AND c.state IN ('district_review', 'second_signature')\n        ) THEN\n            RAISE EXCEPTION 'an objection is to a line that is published and not yet signed for'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_objection_of_a_published_line';\n        END IF;\n    -- Sealed anew under another key, name and contact are other bytes.\n    ELSIF to_jsonb(NEW) - 'state' - 'state_since' - 'deadline_on' - 'objector_name' - 'objector_contact'\n          IS DISTINCT FROM\n          to_jsonb(OLD) - 'state' - 'state_since' - 'deadline_on' - 'objector_name' - 'objector_contact' THEN\n        RAISE EXCEPTION 'an objection stays as it was raised'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_objection_stays';\n    END IF;\n    RETURN NULL;\n",
                    hash="2bcbee11bc6d89046aa9b824d55a08fbb511b904",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_objection_stands_37968",
                    table="claims_objection",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="publicnotice",
            index=models.Index(fields=["ends_on", "district", "id"], name="notice_by_end"),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("taken_down_on__isnull", True)),
                fields=("claim",),
                name="one_standing_notice_per_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__gt", 0),
                    (
                        "ends_on__gte",
                        models.ExpressionWrapper(
                            django.db.models.expressions.CombinedExpression(
                                models.F("published_on"), "+", models.F("days")
                            ),
                            output_field=models.DateField(),
                        ),
                    ),
                ),
                name="notice_runs_its_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0), ("people__gt", 0)), name="notice_of_somebody"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publicnotice",
            trigger=pgtrigger.compiler.Trigger(
                name="notice_changed",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF OLD.taken_down_on IS NOT NULL OR NEW.taken_down_on IS NULL\n       OR to_jsonb(NEW) - 'taken_down_on' - 'taken_down_why'\n          IS DISTINCT FROM to_jsonb(OLD) - 'taken_down_on' - 'taken_down_why' THEN\n        \n    RAISE EXCEPTION 'what was published stays as it was published'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_publicnotice_stays';\n\n    END IF;\n    RETURN NEW;\n",
                    hash="d33b1d14477d387e40bb9850d0423e63c241050f",
                    operation="UPDATE",
                    pgid="pgtrigger_notice_changed_5c5c9",
                    table="claims_publicnotice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publicnotice",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'what was published stays as it was published'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_publicnotice_stays';\n",
                    hash="937466db0e7e388b9f89e05f4e06d512f09991bb",
                    operation="DELETE",
                    pgid="pgtrigger_keep_row_1b0de",
                    table="claims_publicnotice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeline",
            constraint=models.UniqueConstraint(
                fields=("notice", "enrolment"), name="published_once_in_a_notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeline",
            constraint=models.UniqueConstraint(
                fields=("notice", "position"), name="one_line_at_each_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="only_what_pays_is_published"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noticeline",
            trigger=pgtrigger.compiler.Trigger(
                name="line_published",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF EXISTS (\n        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id\n         WHERE o.left_out_on IS NOT NULL OR n.left_out_on IS NULL\n            OR to_jsonb(n) - 'left_out_on' IS DISTINCT FROM to_jsonb(o) - 'left_out_on'\n    ) OR EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN\n        \n    RAISE EXCEPTION 'what was published stays as it was published'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_noticeline_stays';\n\n    END IF;\n    RETURN NULL;\n",
                    hash="54be673af430a3e73260838cedc56dae3fe89375",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_line_published_6c34e",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="claims_noticeline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noticeline",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'what was published stays as it was published'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_noticeline_stays';\n",
                    hash="58124fb9670f9e521191faaed6f24efe122b70d0",
                    operation="DELETE",
                    pgid="pgtrigger_keep_row_e65a5",
                    table="claims_noticeline",
                    when="BEFORE",
                ),
            ),
        ),
        rls.by_district("claims_publicnotice"),
        rls.by_district("claims_noticeline"),
        rls.by_district("claims_objection"),
        of_cases("claims.objection", "claims_objection"),
    ]
