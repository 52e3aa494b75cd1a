from datetime import timedelta

import pytest
from django.db import connection

from apps.core import clock
from apps.core.db import as_owner
from apps.core.ground_invariants import missing_guards_sql, unsealed_sql
from apps.core.invariants import Finding, Invariant, check, registered
from apps.core.models import Job
from tests.core.probes import LedgerProbe, OpenProbe, SealedProbe, standing

COLUMNS = [SealedProbe._meta.get_field(name) for name in ("number", "other")]


def found_by(sql: str) -> Finding:
    return check(Invariant("test", "", sql, ""))


def test_ground_keeps_its_own_rules():
    for rule in registered(["I2-guards", "I19", "I22"]):
        assert check(rule).sample == [], rule.number


@pytest.mark.django_db(transaction=True)
def test_a_guard_that_is_missing_or_off_is_found():
    with standing(LedgerProbe, OpenProbe):
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute("REVOKE ALL ON probes_ledgerprobe FROM shitu_app")
        assert found_by(missing_guards_sql(["probes_ledgerprobe"])).holds
        assert found_by(missing_guards_sql(["probes_openprobe"])).sample == [
            {"table_name": "probes_openprobe", "guards": 0}
        ]
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE probes_ledgerprobe DISABLE TRIGGER ALL")
        assert found_by(missing_guards_sql(["probes_ledgerprobe"])).sample[0]["guards"] == 0
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE probes_ledgerprobe ENABLE TRIGGER ALL")
            cursor.execute("GRANT UPDATE ON probes_ledgerprobe TO shitu_app")
        assert found_by(missing_guards_sql(["probes_ledgerprobe"])).sample[0]["guards"] == 2


@pytest.mark.django_db(transaction=True)
def test_a_number_written_past_the_field_is_found():
    with standing(SealedProbe):
        SealedProbe.objects.create(number="11010519491231002X", other="")
        assert found_by(unsealed_sql(COLUMNS)).holds
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE probes_sealedprobe SET other = convert_to('id 11010519491231002X', 'UTF8')"
            )
        assert found_by(unsealed_sql(COLUMNS)).sample == [
            {"column_name": "probes_sealedprobe.other", "id": "1"}
        ]


def test_a_job_that_nobody_takes_up_is_found():
    Job.objects.create(kind="x", send_after=clock.now())
    Job.objects.create(kind="y", send_after=clock.now() - timedelta(hours=1))
    (rule,) = registered(["I19"])
    assert [row["kind"] for row in check(rule).sample] == ["y"]
