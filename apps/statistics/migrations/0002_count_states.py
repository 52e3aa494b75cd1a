"""Count states as they change, and once for what is there already."""

from django.db import migrations

_COUNTED = {
    "plans.plan": "plans_plan",
    "apprentices.trainingclass": "apprentices_trainingclass",
    "apprentices.enrolment": "apprentices_enrolment",
    "claims.claim": "claims_claim",
}
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION statistics_count_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO statistics_statedelta (subject, district_code, state, count)
    SELECT TG_ARGV[0], district_id, state, count(*) FROM new_rows GROUP BY district_id, state;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION statistics_count_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO statistics_statedelta (subject, district_code, state, count)
    SELECT TG_ARGV[0], district_id, state, sum(n) FROM (
        SELECT n.district_id, n.state, 1 AS n FROM new_rows n JOIN old_rows o USING (id)
         WHERE (n.state, n.district_id) IS DISTINCT FROM (o.state, o.district_id)
        UNION ALL
        SELECT o.district_id, o.state, -1 FROM new_rows n JOIN old_rows o USING (id)
         WHERE (n.state, n.district_id) IS DISTINCT FROM (o.state, o.district_id)
    ) moved GROUP BY district_id, state;
    RETURN NULL;
END $$;
"""
_TRIGGERS = """
CREATE TRIGGER statistics_count_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION statistics_count_new('{subject}');
CREATE TRIGGER statistics_count_moved AFTER UPDATE ON {table}
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION statistics_count_moved('{subject}');
"""
_UNDO = """
DROP TRIGGER statistics_count_new ON {table};
DROP TRIGGER statistics_count_moved ON {table};
"""
INSTALL = _FUNCTIONS + "".join(_TRIGGERS.format(subject=s, table=t) for s, t in _COUNTED.items())
UNINSTALL = "".join(_UNDO.format(table=t) for t in _COUNTED.values()) + (
    "DROP FUNCTION statistics_count_new(); DROP FUNCTION statistics_count_moved();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0001_initial"),
        ("plans", "0001_initial"),
        ("apprentices", "0001_initial"),
        ("claims", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql=INSTALL, reverse_sql=UNINSTALL)]
