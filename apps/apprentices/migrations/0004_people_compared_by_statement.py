"""The people of new enrolments are compared by the statement, no longer looked up one by one at the commit."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import apps.core.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_stay"),
        ("apprentices", "0003_case_looked_at_by_function"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="enrolment",
            name="as_its_class_new",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="enrolment",
            name="as_its_class_changed",
        ),
        migrations.AlterField(
            model_name="enrolment",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="enrolments",
                to="accounts.person",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="enrolment",
            trigger=pgtrigger.compiler.Trigger(
                name="as_its_class_new",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _unknown boolean;",
                    func="\n        EXECUTE 'SELECT EXISTS (SELECT FROM new_rows n WHERE'\n                ' (SELECT p.id FROM accounts_person p WHERE p.id = n.person_id) IS NULL)' INTO _unknown;\n        IF _unknown THEN\n            RAISE EXCEPTION 'an enrolment record is that of a person on record'\n                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_of_a_person';\n        END IF;\n\n        IF EXISTS (\n            SELECT 1 FROM (\n                SELECT DISTINCT training_class_id, roster_file_id, enterprise_id, institution_id,\n                       district_id, occupation_id, level_id\n                  FROM new_rows\n              ) n\n              LEFT JOIN apprentices_rosterfile f ON f.id = n.roster_file_id\n              LEFT JOIN apprentices_trainingclass c ON c.id = n.training_class_id\n              LEFT JOIN plans_planline l ON l.id = c.line_id\n             WHERE (n.enterprise_id, n.institution_id, n.district_id, n.occupation_id, n.level_id)\n                   IS DISTINCT FROM\n                   (c.enterprise_id, c.institution_id, c.district_id, l.occupation_id, l.level_id)\n                OR (n.roster_file_id IS NOT NULL AND f.training_class_id IS DISTINCT FROM c.id)\n        ) THEN\n            RAISE EXCEPTION 'an enrolment record says the same as its class'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolment_as_its_class';\n        END IF;\n    \n        IF EXISTS (\n            SELECT 1 FROM new_rows n JOIN apprentices_trainingclass c ON c.id = n.training_class_id\n             WHERE c.state NOT IN ('roster', 'returned')\n        ) THEN\n            RAISE EXCEPTION 'the roster of this class is closed'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolment_roster_closed';\n        END IF;\n     RETURN NULL;",
                    hash="8bebe860279685a79c08316695611ebd4251e0f6",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_as_its_class_new_a0bf7",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="apprentices_enrolment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="enrolment",
            trigger=pgtrigger.compiler.Trigger(
                name="as_its_class_changed",
                sql=apps.core.triggers.GuardSql(
                    declare="DECLARE _unknown boolean;",
                    func="\n        EXECUTE 'SELECT EXISTS (SELECT FROM new_rows n WHERE'\n                ' (SELECT p.id FROM accounts_person p WHERE p.id = n.person_id) IS NULL)' INTO _unknown;\n        IF _unknown THEN\n            RAISE EXCEPTION 'an enrolment record is that of a person on record'\n                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_of_a_person';\n        END IF;\n\n        IF EXISTS (\n            SELECT 1 FROM (\n                SELECT DISTINCT training_class_id, roster_file_id, enterprise_id, institution_id,\n                       district_id, occupation_id, level_id\n                  FROM new_rows\n              ) n\n              LEFT JOIN apprentices_rosterfile f ON f.id = n.roster_file_id\n              LEFT JOIN apprentices_trainingclass c ON c.id = n.training_class_id\n              LEFT JOIN plans_planline l ON l.id = c.line_id\n             WHERE (n.enterprise_id, n.institution_id, n.district_id, n.occupation_id, n.level_id)\n                   IS DISTINCT FROM\n                   (c.enterprise_id, c.institution_id, c.district_id, l.occupation_id, l.level_id)\n                OR (n.roster_file_id IS NOT NULL AND f.training_class_id IS DISTINCT FROM c.id)\n        ) THEN\n            RAISE EXCEPTION 'an enrolment record says the same as its class'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolment_as_its_class';\n        END IF;\n     RETURN NULL;",
                    hash="eca2cd787f0fe723466adfd59a6723ab50a32ea9",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_as_its_class_changed_4926d",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="apprentices_enrolment",
                    when="AFTER",
                ),
            ),
        ),
    ]
