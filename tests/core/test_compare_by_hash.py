"""Triggers that compare rows before a statement with rows after it are quick for one and for thousands."""

from django.db import connection

from apps.core.db import compare_by_hash, nested_comparisons

FUNCTION = """
    CREATE FUNCTION public.probe_of_comparing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM new_rows n JOIN old_rows o ON o.id = n.id;
        RETURN NULL;
    END $$
"""


def set_to_hash() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE 'enable_nestloop=off' = ANY (proconfig)")
        return [name for (name,) in cursor.fetchall()]


def test_no_trigger_keeps_a_plan_that_takes_the_square_of_its_rows():
    assert nested_comparisons(connection) == []
    cases = [name for name in set_to_hash() if name.startswith("pgtrigger_state_step")]
    assert len(cases) >= 9


def test_a_trigger_that_a_later_migration_adds_is_told_as_well():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(FUNCTION)
    assert nested_comparisons(connection) == ["probe_of_comparing()"]
    compare_by_hash(connection)
    assert nested_comparisons(connection) == []
    assert "probe_of_comparing" in set_to_hash()
