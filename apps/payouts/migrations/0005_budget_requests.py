"""Requests for budgets, with a document and two signatures; rows of its district only (I14)."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers
from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_rows_of_its_district"),
        ("accounts", "0001_initial"),
        ("ledger", "0003_periods"),
        ("payouts", "0004_release_of_its_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="BudgetRequest",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="Request number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Being written"),
                            ("submitted", "Waits for the second signature"),
                            ("signed", "Signed and posted"),
                            ("refused", "Not signed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=32,
                        verbose_name="State",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("appropriate", "Appropriate"), ("cut", "Cut"), ("move", "Move")],
                        max_length=12,
                        verbose_name="Kind of change",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="Year")),
                ("amount_fen", models.BigIntegerField(verbose_name="Amount")),
                ("to_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="To year")),
                ("document", models.CharField(max_length=200, verbose_name="Document")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.district",
                        verbose_name="District",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
                        verbose_name="Fund",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="Requested by",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="Signed by",
                    ),
                ),
                (
                    "to_district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.district",
                        verbose_name="To district",
                    ),
                ),
                (
                    "to_fund",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
                        verbose_name="To fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "Budget request",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["district", "state", "-id"], name="budget_request_by_district")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "submitted", "signed", "refused", "withdrawn"])
                        ),
                        name="budget_request_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="budget_request_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True),
                        name="budget_request_names_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_by", None), models.Q(("state", "signed"), _negated=True)),
                            models.Q(
                                ("signed_by__isnull", False),
                                ("state", "signed"),
                                models.Q(("signed_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="budget_request_of_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("kind", "move"), _negated=True),
                                ("to_district", None),
                                ("to_fund", None),
                                ("to_year", None),
                            ),
                            models.Q(
                                ("kind", "move"),
                                ("to_district__isnull", False),
                                ("to_fund__isnull", False),
                                ("to_year__isnull", False),
                                models.Q(
                                    ("to_district", models.F("district")),
                                    ("to_fund", models.F("fund")),
                                    ("to_year", models.F("year")),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="budget_request_moves_elsewhere",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="state_step",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), ''); _bad record;",
                    func="\n    IF EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN\n        RAISE EXCEPTION 'the key of a payouts.budgetrequest never changes'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_budgetrequest_kept';\n    END IF;\n    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state) THEN\n        RETURN NULL;\n    END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of payouts.budgetrequest changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_budgetrequest_needs_actor';\n    END IF;\n\n    SELECT n.id, o.state AS from_state, n.state AS to_state INTO _bad\n      FROM new_rows n JOIN old_rows o ON o.id = n.id\n     WHERE n.state <> o.state AND (o.state, _action, n.state) NOT IN (VALUES ('draft', 'submit', 'submitted'), ('submitted', 'sign', 'signed'), ('submitted', 'refuse', 'refused'), ('draft', 'withdraw', 'withdrawn'), ('submitted', 'withdraw', 'withdrawn')) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'payouts.budgetrequest % may not go from % to % by %',\n                        _bad.id, _bad.from_state, _bad.to_state, _action\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_budgetrequest_transition';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'payouts.budgetrequest', n.id, _action, o.state, n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="e1a4f6137942c993b7edbec57149b2f011d18c9c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_state_step_ae4ce",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="payouts_budgetrequest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="state_start",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), '');",
                    func="\n    IF NOT EXISTS (SELECT 1 FROM new_rows) THEN RETURN NULL; END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of payouts.budgetrequest changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_budgetrequest_needs_actor';\n    END IF;\n\n    IF EXISTS (SELECT 1 FROM new_rows n WHERE n.state <> 'draft') THEN\n        RAISE EXCEPTION 'a payouts.budgetrequest begins as draft'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_budgetrequest_initial';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'payouts.budgetrequest', n.id, 'create', '', n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="58d20c5dd9d60b7ff428c1f6f1d1be6109108272",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_state_start_f74aa",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="payouts_budgetrequest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'a payouts.budgetrequest is never deleted: withdraw it'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_budgetrequest_kept';\n",
                    hash="07a4691ac69c133e2e5f31682008ff474a785d58",
                    operation="DELETE",
                    pgid="pgtrigger_keep_row_8e52a",
                    table="payouts_budgetrequest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="content_stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF (OLD.district_id, OLD.kind, OLD.fund_id, OLD.year, OLD.amount_fen, OLD.to_fund_id, OLD.to_district_id,\n        OLD.to_year, OLD.document, OLD.requested_by_id)\n       IS DISTINCT FROM\n       (NEW.district_id, NEW.kind, NEW.fund_id, NEW.year, NEW.amount_fen, NEW.to_fund_id, NEW.to_district_id,\n        NEW.to_year, NEW.document, NEW.requested_by_id) THEN\n        RAISE EXCEPTION 'a request for a budget stays as it was written: withdraw it and write another one'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_budget_request_stands';\n    END IF;\n    RETURN NEW;\n",
                    hash="95619702150210495e5b6311338b37e0dda6917a",
                    operation="UPDATE",
                    pgid="pgtrigger_content_stands_bc789",
                    table="payouts_budgetrequest",
                    when="BEFORE",
                ),
            ),
        ),
        rls.by_district("payouts_budgetrequest"),
        of_cases("payouts.budgetrequest", "payouts_budgetrequest"),
    ]
