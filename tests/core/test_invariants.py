import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from apps.core import invariants, tasks
from apps.core.models import InvariantCheck


@pytest.fixture(autouse=True)
def _rules(monkeypatch):
    monkeypatch.setattr(invariants, "_invariants", {})
    invariants.register("I2", "一直成立", "SELECT 1 AS id WHERE false", "不会出现")
    invariants.register(
        "I10",
        "不成立",
        "SELECT n AS id, '11010519491231002X' AS who FROM generate_series(1, 30) n;",
        "请检查",
    )


def test_each_rule_is_checked_with_its_own_statement():
    good, bad = invariants.audit()
    assert (good.invariant.number, good.holds, good.sample) == ("I2", True, [])
    assert (bad.invariant.number, bad.violations, len(bad.sample)) == ("I10", 30, 20)
    assert bad.sample[0]["id"] == 1


def test_the_command_prints_each_rule_and_fails_when_one_is_broken():
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("audit_invariants", stdout=out)
    assert error.value.returncode == 1
    assert "I2          0  一直成立" in out.getvalue()
    assert "I10        30  不成立" in out.getvalue()
    assert "请检查" in out.getvalue()


def test_the_command_takes_one_rule():
    out = io.StringIO()
    call_command("audit_invariants", "--only", "I2", stdout=out)
    assert "I10" not in out.getvalue()
    with pytest.raises(CommandError) as error:
        call_command("audit_invariants", "--only", "I99", stdout=out)
    assert error.value.returncode == 2


def test_the_nightly_run_keeps_what_it_found_and_raises_the_alarm(caplog):
    tasks.audit_invariants()
    assert list(InvariantCheck.objects.order_by("id").values_list("number", "violations")) == [
        ("I2", 0),
        ("I10", 30),
    ]
    assert "I10" in caplog.text
    assert InvariantCheck.objects.get(number="I10").sample[0] == {"id": 1, "who": "***"}


def test_what_was_found_stays_on_record():
    tasks.audit_invariants()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        InvariantCheck.objects.update(violations=0)


def test_a_number_belongs_to_one_rule():
    with pytest.raises(ValueError, match="two invariants"):
        invariants.register("I2", "另一条", "SELECT 2", "x")
