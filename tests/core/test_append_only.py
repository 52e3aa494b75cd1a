import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core.append_only import AppendOnlyModel
from apps.core.db import as_owner
from tests.core.probes import LedgerProbe, OpenProbe, standing

NOT_ALLOWED = r"must be owner|permission denied"
ATTACKS = [
    "UPDATE {table} SET memo = 'changed'",
    "DELETE FROM {table}",
    "INSERT INTO {table} (id, memo) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET memo = 'changed'",
    "TRUNCATE {table}",
    "MERGE INTO {table} t USING (SELECT 1 AS id) s ON t.id = s.id"
    " WHEN MATCHED THEN UPDATE SET memo = 'changed'",
    "WITH gone AS (DELETE FROM {table} RETURNING id) SELECT * FROM gone",
]


@pytest.fixture(autouse=True)
def _tables(transactional_db):
    with standing(LedgerProbe, OpenProbe):
        LedgerProbe.objects.create(memo="first")
        OpenProbe.objects.create(memo="first")
        yield


def attack(sql: str, model: type) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table=model._meta.db_table))


@pytest.mark.parametrize("sql", ATTACKS)
def test_a_row_is_never_changed_or_removed(sql):
    with pytest.raises(IntegrityError, match="never changed"):
        attack(sql, LedgerProbe)
    assert list(LedgerProbe.objects.values_list("id", "memo")) == [(1, "first")]


@pytest.mark.parametrize("sql", ATTACKS)
def test_without_the_guard_the_same_attack_succeeds(sql):
    attack(sql, OpenProbe)
    assert list(OpenProbe.objects.values_list("id", "memo")) != [(1, "first")]


@pytest.mark.parametrize("sql", ATTACKS)
def test_the_owner_is_held_as_well(sql):
    with as_owner(connection), pytest.raises(IntegrityError, match="never changed"):
        attack(sql, LedgerProbe)


@pytest.mark.parametrize("sql", ATTACKS)
def test_no_setting_of_the_session_lets_anybody_past(sql):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(tgname::text)::text FROM pg_trigger"
            " WHERE tgrelid = 'probes_ledgerprobe'::regclass"
        )
        names = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [names])
    with pytest.raises(IntegrityError, match="never changed"):
        attack(sql, LedgerProbe)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE {table}",
        "ALTER TABLE {table} OWNER TO CURRENT_USER",
        "CREATE RULE r AS ON INSERT TO {table} DO INSTEAD NOTHING",
    ],
)
def test_the_application_role_cannot_take_the_guard_away(sql):
    with pytest.raises(DatabaseError, match=NOT_ALLOWED):
        attack(sql, LedgerProbe)


def test_the_application_role_cannot_drop_or_replace_the_triggers():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE tgrelid = 'probes_ledgerprobe'::regclass AND NOT tgisinternal"
        )
        found = cursor.fetchall()
    assert len(found) == 2
    for trigger, function in found:
        for sql in (
            f"DROP TRIGGER {trigger} ON {{table}}",
            f"CREATE OR REPLACE FUNCTION public.{function}() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'",
        ):
            with pytest.raises(DatabaseError, match=NOT_ALLOWED):
                attack(sql, LedgerProbe)


def test_a_flush_of_a_test_database_passes_and_only_when_it_says_so():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL shitu.test_flush = 'on'")
        cursor.execute("TRUNCATE probes_ledgerprobe")
    assert not LedgerProbe.objects.exists()
    with pytest.raises(IntegrityError):
        attack("TRUNCATE {table}", LedgerProbe)


def test_adding_and_reading_stay_open():
    LedgerProbe.objects.bulk_create([LedgerProbe(memo="second"), LedgerProbe(memo="third")])
    assert [row.memo for row in LedgerProbe.objects.all()] == ["first", "second", "third"]


def test_every_append_only_table_of_the_system_has_its_triggers():
    guarded = [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]
    with connection.cursor() as cursor:
        for model in guarded:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'"
                " AND (tgname LIKE 'pgtrigger_rows_stay%%' OR tgname LIKE 'pgtrigger_table_stays%%')",
                [connection.ops.quote_name(model._meta.db_table)],
            )
            assert cursor.fetchone() == (2,), model._meta.label
