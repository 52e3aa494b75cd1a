"""The nightly checks find what came in past the guards; each is tried on books that were spoiled for it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core import invariants
from apps.ledger import services
from tests.factories import ledger as make
from tests.ground import stands
from tests.ledger.conftest import run
from tests.ledger.test_budgets import movement
from tests.ledger.test_guards import HEADS_OFF, LEGS_OFF, ONE_SIDE_OFF, TRANSACTION, entry

POT = {"district": make.DISTRICT, "year": make.DAY.year}
NUMBERS = ["I1", "I1b", "I2a", "I2b", "I2c", "I6a", "I7", "I7b"]


@pytest.fixture
@stands
def life(books: None) -> None:
    """Books in which everything has happened once."""
    make.budget(100_00)
    services.reserve("claim:1", **POT, splits=[(make.SUBSIDY_FUND, 60_00)], on=make.DAY)
    services.use("paid:1", reservation="claim:1", splits=[(make.SUBSIDY_FUND, 50_00)], on=make.DAY)
    services.release("rest:1", reservation="claim:1", on=make.DAY)
    services.refund("back:1", reservation="claim:1", splits=[(make.SUBSIDY_FUND, 10_00)], on=make.DAY)
    posted = make.posted("claim:1", 50_00)
    services.reverse(posted, "claim:1:undone", make.DAY, "why")
    services.post_many([make.posting(f"line:{number}") for number in range(3)])
    services.fold_balances()
    make.posted("late", 7)


def broken(*numbers: str) -> set[str]:
    return {finding.invariant.number for finding in invariants.audit(numbers or NUMBERS) if not finding.holds}


def test_all_hold_in_books_that_only_services_wrote(life):
    assert broken() == set()


@pytest.mark.parametrize(
    ("removed", "sql", "number"),
    [
        (LEGS_OFF, entry((5, 0), (0, 4)), "I1"),
        (LEGS_OFF, entry((5, 0), (0, 4), number=3_000_000_000), "I1"),
        (HEADS_OFF, f"{TRANSACTION} (900, 'attack', '2023-03-01', 'x', '', '', NULL)", "I1b"),
        (LEGS_OFF, entry((5, 0)), "I1b"),
        (LEGS_OFF, entry((5, 0), (0, 5), day="2023-03-02"), "I1b"),
        (LEGS_OFF, entry((5, 0), (0, 5), account="gold"), "I1b"),
        (LEGS_OFF, entry((5, 0), (0, 5), fund="gold"), "I1b"),
        (ONE_SIDE_OFF, entry((5, 5), (5, 5)), "I1b"),
        (ONE_SIDE_OFF, entry((-5, 0), (0, -5)), "I1b"),
        (LEGS_OFF, entry((5, 0), (0, 5)), "I6a"),
    ],
)
def test_an_entry_past_the_guards_is_found(life, without, removed, sql, number):
    with without(removed):
        run(sql)
        assert number in broken()


def test_a_leg_moved_to_another_transaction_is_found_on_both_sides(life, owner):
    """The hole of a check that looks only at where the leg went."""
    with owner():
        run("ALTER TABLE ledger_leg DISABLE TRIGGER USER")
        run(
            "UPDATE ledger_leg SET transaction_id = other.id, position = 3 FROM ledger_transaction AS other"
            " WHERE other.key = 'line:1' AND position = 2"
            " AND transaction_id = (SELECT id FROM ledger_transaction WHERE key = 'line:2')"
        )
        run("ALTER TABLE ledger_leg ENABLE TRIGGER USER")
    (balanced,) = invariants.audit(["I1"])
    assert balanced.violations == 2
    assert broken() == {"I1", "I1b"}


def test_a_reversal_of_something_else_is_found(life, without):
    other = make.posted("other", 9)
    head = TRANSACTION + f" (900, 'attack', '2023-03-01', 'x', '', '', {other.pk})"
    sql = entry((5, 0), (0, 5)).split(" INSERT INTO ledger_leg", 1)[1]
    with without(HEADS_OFF):
        run(f"WITH head AS ({head}) INSERT INTO ledger_leg{sql}")
        assert broken() == {"I2c"}


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("UPDATE ledger_budget SET appropriated_fen = appropriated_fen + 1", "I7"),
        ("UPDATE ledger_budget SET used_fen = used_fen - 1", "I7"),
        ("DELETE FROM ledger_budget", "I7"),
        ("UPDATE ledger_reservation SET used_fen = used_fen - 1", "I7b"),
        ("DELETE FROM ledger_reservation", "I7b"),
    ],
)
def test_a_counter_that_was_changed_is_found(life, owner, sql, number):
    with owner():
        run(sql)
    assert broken() == {number}


def test_an_overdrawn_budget_is_found(life, without):
    with without("ALTER TABLE ledger_budget DROP CONSTRAINT ledger_budget_not_exceeded"):
        run(movement("reserve", 999_999))
        assert broken() == {"I7"}


def test_the_command_fails_and_names_the_invariant(life, owner, capsys):
    call_command("audit_invariants", "--only", "I7")
    with owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_budget SET used_fen = used_fen - 1")
    with pytest.raises((CommandError, SystemExit)):
        call_command("audit_invariants", "--only", "I7")
    assert "I7" in capsys.readouterr().out
