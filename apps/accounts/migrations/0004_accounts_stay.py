"""An account is never deleted and keeps its key, so that others may name it without a foreign key."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_stay"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_row",
                sql=apps.core.triggers.GuardSql(
                    func="\n            IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN RETURN NEW; END IF;\n            RAISE EXCEPTION 'an account is closed and never deleted, and keeps the key'\n                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accounts_user_kept';\n        ",
                    hash="031daf17357034e622be1aa2650b8759f7e27fc5",
                    operation='DELETE OR UPDATE OF "id"',
                    pgid="pgtrigger_keep_row_9f831",
                    table="accounts_user",
                    when="BEFORE",
                ),
            ),
        ),
    ]
