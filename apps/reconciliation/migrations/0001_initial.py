"""Runs with what they compared, differences with their history, corrections."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("banking", "0006_matches_undone"),
        ("claims", "0009_recoveries_set_off_and_written_off"),
        ("core", "0001_initial"),
        ("ledger", "0004_budgets_of_a_closed_month"),
        ("payouts", "0007_recoveries_set_off_and_written_off"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Break",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("order_unseen", "Payment recorded by hand that no statement shows"),
                            ("result_unseen", "Paid by the result file, not in a statement"),
                            ("line_out", "Money left the account and no payment explains it"),
                            ("line_in", "Money came in that nothing explains"),
                            ("charge", "Charge of the bank"),
                            ("interest", "Interest of the bank"),
                            ("line_amount", "The bank moved another amount than the order says"),
                            ("match_amount", "Movement and what it was matched with differ"),
                            ("day_differs", "Booked long after the day of payment"),
                            ("receipt_unseen", "Receipt for a recovery that no statement shows"),
                            ("posting_unseen", "Posting of cash that no statement shows"),
                            ("balance", "Balance of the account differs from the books"),
                            ("suspense", "Money in suspense"),
                            ("result_amount", "Order, batch and result differ in the amount"),
                            ("result_state", "Order and result file contradict each other"),
                            ("batch_total", "Control total of a batch differs from its payments"),
                            ("claim_paid", "Claim and payment orders differ"),
                            ("ledger_missing", "Paid order without a posting"),
                            ("ledger_unfounded", "Posting of a payment without a paid order"),
                            ("ledger_amount", "Posting of a payment with another amount"),
                            ("fund_split", "Split over the funds differs"),
                            ("receipt_ledger", "Receipt and its posting differ"),
                        ],
                        max_length=20,
                        verbose_name="Kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("explained", "Closed by rule"),
                            ("corrected", "Corrected"),
                            ("gone", "Gone"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("day", models.DateField(verbose_name="Day")),
                ("ours_fen", models.BigIntegerField(verbose_name="Our side")),
                ("theirs_fen", models.BigIntegerField(verbose_name="Other side")),
                ("amount_fen", models.BigIntegerField(verbose_name="Difference")),
                (
                    "size_fen",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.math.Abs("amount_fen"),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "owner_role",
                    models.CharField(
                        choices=[
                            ("enterprise_operator", "Enterprise clerk"),
                            ("institution_operator", "Training institution clerk"),
                            ("superior_unit", "Superior unit"),
                            ("district_reviewer", "District reviewer"),
                            ("district_supervisor", "District supervisor"),
                            ("city_officer", "City recheck officer"),
                            ("finance_officer", "Finance officer"),
                            ("auditor", "Third-party auditor"),
                            ("observer", "Joint working group member"),
                            ("apprentice", "Apprentice"),
                            ("system_admin", "System administrator"),
                            ("security_admin", "Security administrator"),
                            ("audit_admin", "Audit administrator"),
                            ("system", "The system"),
                        ],
                        max_length=32,
                        verbose_name="Owner",
                    ),
                ),
                ("taken_on", models.DateField(blank=True, null=True, verbose_name="Taken on")),
                ("rule", models.CharField(blank=True, max_length=40, verbose_name="Rule")),
                ("first_seen", models.DateField(verbose_name="First seen")),
                ("last_seen", models.DateField(verbose_name="Last seen")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="Closed on")),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.paymentbatch",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.claim",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.district",
                        verbose_name="District",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaks",
                        to="banking.statementline",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payouts.paymentorder",
                    ),
                ),
                (
                    "paying_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.payingaccount",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payouts.recoveryreceipt",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="Taken by",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "Difference",
                "ordering": ["day", "id"],
            },
        ),
        migrations.CreateModel(
            name="Correction",
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
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="Number of the correction"),
                ),
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
                        ],
                        max_length=12,
                        verbose_name="Kind",
                    ),
                ),
                ("amount_fen", models.BigIntegerField(verbose_name="Amount")),
                ("document", models.CharField(max_length=200, verbose_name="Document")),
                ("explanation", models.CharField(max_length=300, verbose_name="Explanation")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="Signed on")),
                (
                    "cleared_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clears",
                        to="reconciliation.correction",
                        verbose_name="Cleared by",
                    ),
                ),
                (
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="reconciliation.break",
                        verbose_name="Difference",
                    ),
                ),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
                        verbose_name="Fund",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reconciliation.correction",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.statementline",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payouts.paymentorder",
                    ),
                ),
                (
                    "paying_account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.payingaccount",
                    ),
                ),
                (
                    "posted",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payouts.recovery",
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
                    "transaction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "Correction",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="break",
            name="item",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reconciliation.correction",
            ),
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="Day")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done")],
                        default="running",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="Started")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="Finished")),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="Payment orders")),
                ("movements", models.PositiveIntegerField(default=0, verbose_name="Movements of the bank")),
                ("postings", models.PositiveIntegerField(default=0, verbose_name="Postings of cash")),
                ("by_rule", models.PositiveIntegerField(default=0, verbose_name="Matched by rule")),
                ("opened", models.PositiveIntegerField(default=0, verbose_name="New differences")),
                ("open", models.PositiveIntegerField(default=0, verbose_name="Open differences")),
                ("explained", models.PositiveIntegerField(default=0, verbose_name="Closed by rule")),
                ("gone", models.PositiveIntegerField(default=0, verbose_name="Gone since the last run")),
                ("seen", models.JSONField(default=dict)),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.job"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Reconciliation",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Compared",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="Day")),
                ("receipts", models.BooleanField(default=False)),
                ("claims_fen", models.BigIntegerField(verbose_name="Claims")),
                ("orders_fen", models.BigIntegerField(verbose_name="Orders")),
                ("results_fen", models.BigIntegerField(verbose_name="Result files")),
                ("statement_fen", models.BigIntegerField(verbose_name="Statements")),
                ("ledger_fen", models.BigIntegerField(verbose_name="Books")),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.paymentbatch",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.district",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="compared",
                        to="reconciliation.run",
                    ),
                ),
            ],
            options={
                "verbose_name": "Comparison",
            },
        ),
        migrations.CreateModel(
            name="BreakEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("explained", "Closed by rule"),
                            ("corrected", "Corrected"),
                            ("gone", "Gone"),
                        ],
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("rule", models.CharField(blank=True, max_length=40, verbose_name="Rule")),
                ("amount_fen", models.BigIntegerField(verbose_name="Difference")),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="reconciliation.break",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reconciliation.run",
                    ),
                ),
            ],
            options={
                "verbose_name": "Event of a difference",
                "ordering": ["id"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="break",
            name="first_run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reconciliation.run",
            ),
        ),
        migrations.AddField(
            model_name="break",
            name="last_run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reconciliation.run",
            ),
        ),
        migrations.CreateModel(
            name="AccountBalance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="Day")),
                ("bank_fen", models.BigIntegerField(verbose_name="Balance at the bank")),
                ("books_fen", models.BigIntegerField(verbose_name="Balance in the books")),
                ("bank_in_fen", models.BigIntegerField(verbose_name="Received by the bank, not booked")),
                ("bank_out_fen", models.BigIntegerField(verbose_name="Paid by the bank, not booked")),
                ("books_in_fen", models.BigIntegerField(verbose_name="Booked as received, not at the bank")),
                ("books_out_fen", models.BigIntegerField(verbose_name="Booked as paid, not at the bank")),
                ("rest_fen", models.BigIntegerField(verbose_name="Not explained")),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.district",
                    ),
                ),
                (
                    "paying_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.payingaccount",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="balances",
                        to="reconciliation.run",
                    ),
                ),
            ],
            options={
                "verbose_name": "Balance of an account",
            },
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["district", "state", "-id"], name="correction_by_district"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "submitted", "signed", "refused", "withdrawn"])),
                name="correction_state_known",
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
                        ],
                    )
                ),
                name="correction_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("document", ""), _negated=True), name="correction_names_document"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signed_by", None), ("signed_on", None), models.Q(("state", "signed"), _negated=True)
                    ),
                    models.Q(
                        ("signed_by__isnull", False),
                        ("signed_on__isnull", False),
                        ("state", "signed"),
                        models.Q(("signed_by", models.F("requested_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="correction_of_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("posted", None), ("state", "signed"), _connector="OR"),
                name="correction_posts_when_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cleared_by", None),
                    models.Q(("kind", "suspense"), ("posted__isnull", False)),
                    _connector="OR",
                ),
                name="only_suspense_is_cleared",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "submitted"])),
                fields=("difference",),
                name="one_correction_under_way",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="state_step",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), ''); _bad record;",
                    func="\n    IF EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN\n        RAISE EXCEPTION 'the key of a reconciliation.correction never changes'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_correction_kept';\n    END IF;\n    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state) THEN\n        RETURN NULL;\n    END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of reconciliation.correction changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_correction_needs_actor';\n    END IF;\n\n    SELECT n.id, o.state AS from_state, n.state AS to_state INTO _bad\n      FROM new_rows n JOIN old_rows o ON o.id = n.id\n     WHERE n.state <> o.state AND (o.state, _action, n.state) NOT IN (VALUES ('draft', 'submit', 'submitted'), ('submitted', 'sign', 'signed'), ('submitted', 'refuse', 'refused'), ('draft', 'withdraw', 'withdrawn'), ('submitted', 'withdraw', 'withdrawn')) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION 'reconciliation.correction % may not go from % to % by %',\n                        _bad.id, _bad.from_state, _bad.to_state, _action\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_correction_transition';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'reconciliation.correction', n.id, _action, o.state, n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state <> o.state ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="a05f554f43709eeddc8f282eaedaea5a77b0a858",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_state_step_931dd",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="reconciliation_correction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="state_start",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _role text := nullif(current_setting('shitu.role', true), ''); _user bigint := nullif(current_setting('shitu.user_id', true), '')::bigint; _person bigint := nullif(current_setting('shitu.person_id', true), '')::bigint; _action text := nullif(current_setting('shitu.action', true), ''); _reason text := coalesce(current_setting('shitu.reason', true), '');",
                    func="\n    IF NOT EXISTS (SELECT 1 FROM new_rows) THEN RETURN NULL; END IF;\n    \n    IF _role IS NULL OR _action IS NULL OR (_role <> 'system' AND (_user IS NULL OR _person IS NULL))\n       OR (_role = 'system' AND _reason = '') THEN\n        RAISE EXCEPTION 'a state of reconciliation.correction changes only with an actor, an action and a reason'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_correction_needs_actor';\n    END IF;\n\n    IF EXISTS (SELECT 1 FROM new_rows n WHERE n.state <> 'draft') THEN\n        RAISE EXCEPTION 'a reconciliation.correction begins as draft'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_correction_initial';\n    END IF;\n    \n    INSERT INTO casework_history\n        (subject_type, subject_id, action, from_state, to_state, user_id, person_id, role, reason,\n         district_code, content_version, at)\n    SELECT 'reconciliation.correction', n.id, 'create', '', n.state, _user, _person, _role, _reason,\n           n.district_id, n.version, clock_timestamp()\n\n      FROM new_rows n ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="151f931e6fb734a2cca197efc6ed42de4773c67f",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_state_start_984ef",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="reconciliation_correction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'a reconciliation.correction is never deleted: withdraw it'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_correction_kept';\n",
                    hash="fbce64a5f22b6ebb6b330f55299ed546ed6545a9",
                    operation="DELETE",
                    pgid="pgtrigger_keep_row_6e550",
                    table="reconciliation_correction",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="content_stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF (OLD.number, OLD.district_id, OLD.kind, OLD.difference_id, OLD.fund_id, OLD.amount_fen, OLD.line_id, OLD.order_id, OLD.transaction_id, OLD.item_id, OLD.recovery_id, OLD.paying_account_id, OLD.document, OLD.explanation, OLD.requested_by_id)\n       IS DISTINCT FROM (NEW.number, NEW.district_id, NEW.kind, NEW.difference_id, NEW.fund_id, NEW.amount_fen, NEW.line_id, NEW.order_id, NEW.transaction_id, NEW.item_id, NEW.recovery_id, NEW.paying_account_id, NEW.document, NEW.explanation, NEW.requested_by_id)\n       OR (OLD.posted_id IS NOT NULL AND NEW.posted_id IS DISTINCT FROM OLD.posted_id)\n       OR (OLD.cleared_by_id IS NOT NULL AND NEW.cleared_by_id IS DISTINCT FROM OLD.cleared_by_id) THEN\n        RAISE EXCEPTION 'a correction stays as it was written: withdraw it and write another one'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_correction_stands';\n    END IF;\n    RETURN NEW;\n",
                    hash="3aff79e75a1071077661d358b026c758dbad7078",
                    operation="UPDATE",
                    pgid="pgtrigger_content_stands_8b714",
                    table="reconciliation_correction",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "done"), ("finished_at", None), _connector="XOR"),
                name="run_ends_with_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="compared",
            index=models.Index(fields=["run", "district", "day"], name="compared_by_day"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="breakevent",
            trigger=pgtrigger.compiler.Trigger(
                name="rows_stay",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n",
                    hash="fb7f709650635f14df8ed42dc890e30bcd36a395",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_rows_stay_b57e9",
                    table="reconciliation_breakevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="breakevent",
            trigger=pgtrigger.compiler.Trigger(
                name="table_stays",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN\n        RETURN NULL;\n    END IF;\n    \n    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';\n\n",
                    hash="31d904f282ece8c0ce2bff7be998cde45ed8dc09",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_table_stays_d8e1b",
                    table="reconciliation_breakevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="break",
            index=models.Index(fields=["state", "day", "id"], name="break_by_age"),
        ),
        migrations.AddIndex(
            model_name="break",
            index=models.Index(fields=["state", "-size_fen", "-id"], name="break_by_size"),
        ),
        migrations.AddIndex(
            model_name="break",
            index=models.Index(fields=["district", "state", "day"], name="break_by_district"),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "order_unseen",
                            "result_unseen",
                            "line_out",
                            "line_in",
                            "charge",
                            "interest",
                            "line_amount",
                            "match_amount",
                            "day_differs",
                            "receipt_unseen",
                            "posting_unseen",
                            "balance",
                            "suspense",
                            "result_amount",
                            "result_state",
                            "batch_total",
                            "claim_paid",
                            "ledger_missing",
                            "ledger_unfounded",
                            "ledger_amount",
                            "fund_split",
                            "receipt_ledger",
                        ],
                    )
                ),
                name="break_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_fen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("theirs_fen"), "-", models.F("ours_fen")
                        ),
                    )
                ),
                name="break_is_the_difference",
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on", None), ("rule", ""), ("state", "open")),
                    models.Q(
                        ("closed_on", None), ("state", "explained"), models.Q(("rule", ""), _negated=True)
                    ),
                    models.Q(("closed_on__isnull", False), ("state__in", ["corrected", "gone"])),
                    _connector="OR",
                ),
                name="break_closed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_by", None), ("taken_on", None)),
                    models.Q(("taken_by__isnull", False), ("taken_on__isnull", False)),
                    _connector="OR",
                ),
                name="break_taken_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="break",
            trigger=pgtrigger.compiler.Trigger(
                name="stands",
                sql=apps.core.triggers.GuardSql(
                    func="\n    IF (OLD.key, OLD.kind, OLD.first_seen, OLD.first_run_id)\n       IS DISTINCT FROM (NEW.key, NEW.kind, NEW.first_seen, NEW.first_run_id) THEN\n        RAISE EXCEPTION 'a difference stays what it is and began when it began'\n            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_break_stands';\n    END IF;\n    RETURN NEW;\n",
                    hash="4102e4e3e9f1e91becf8307125491aaccda2cee4",
                    operation="UPDATE",
                    pgid="pgtrigger_stands_e4691",
                    table="reconciliation_break",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="break",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=apps.core.triggers.GuardSql(
                    func="\n    RAISE EXCEPTION 'a difference is closed, never removed'\n        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_break_stands';\n",
                    hash="db4bbfbbb154bbf4a8ddf00baa8e8b03ab750e1b",
                    operation="DELETE",
                    pgid="pgtrigger_kept_15ed4",
                    table="reconciliation_break",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="break",
            trigger=pgtrigger.compiler.Trigger(
                name="began",
                sql=apps.core.triggers.GuardSql(
                    func="\n    INSERT INTO public.reconciliation_breakevent\n        (difference_id, state, rule, amount_fen, run_id, person_id, note, at)\n    SELECT n.id, n.state, n.rule, n.amount_fen, n.last_run_id,\n           nullif(current_setting('shitu.person_id', true), '')::bigint,\n           coalesce(current_setting('shitu.reason', true), ''), clock_timestamp()\n      FROM new_rows n \n     WHERE true\n     ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="df05efed8c12971810d9533730a92f4bb3729435",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_began_a4ad8",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="reconciliation_break",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="break",
            trigger=pgtrigger.compiler.Trigger(
                name="moved",
                sql=apps.core.triggers.GuardSql(
                    func="\n    INSERT INTO public.reconciliation_breakevent\n        (difference_id, state, rule, amount_fen, run_id, person_id, note, at)\n    SELECT n.id, n.state, n.rule, n.amount_fen, n.last_run_id,\n           nullif(current_setting('shitu.person_id', true), '')::bigint,\n           coalesce(current_setting('shitu.reason', true), ''), clock_timestamp()\n      FROM new_rows n JOIN old_rows o ON o.id = n.id\n     WHERE (n.state, n.rule, n.amount_fen, n.taken_by_id) IS DISTINCT FROM (o.state, o.rule, o.amount_fen, o.taken_by_id)\n     ORDER BY n.id;\n    RETURN NULL;\n",
                    hash="5328733f9fe948b868a1212c8a17e23b3fe63dcb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_moved_1b24b",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="reconciliation_break",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="accountbalance",
            constraint=models.UniqueConstraint(fields=("run", "paying_account"), name="balance_once_a_run"),
        ),
    ]
