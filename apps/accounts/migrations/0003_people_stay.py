"""A person is never deleted and keeps the key: enrolments name it without a foreign key."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_no_search_by_mobile"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="person",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n            IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN RETURN NEW; END IF;\n            RAISE EXCEPTION 'a person is never deleted and keeps the key'\n                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accounts_person_kept';\n        ",
                    hash="156109fc29ca173182bb70ca60a18e8218bcc429",
                    operation='DELETE OR UPDATE OF "id"',
                    pgid="pgtrigger_keep_row_8f371",
                    table="accounts_person",
                    when="BEFORE",
                ),
            ),
        ),
    ]
