"""The nightly checks of recoveries find what came in past the guards; without a guard, nothing refuses it."""

import pytest

from tests.factories import claims as make
from tests.factories.recoveries import owed, received, signed_later
from tests.ground import stands
from tests.ledger.conftest import run
from tests.payouts.test_set_off import broken, release
from tests.payouts.test_write_off import written_off

pytestmark = pytest.mark.django_db

SPOILED = {
    "a_receipt_that_was_raised": ("UPDATE payouts_recoveryreceipt SET amount_fen = amount_fen + 1", {"I5c"}),
    "a_counter_set_by_hand": (
        "UPDATE payouts_recovery SET received_fen = received_fen + 1 WHERE state = 'partly'",
        {"I5c", "I3c"},
    ),
    "a_part_that_lost_a_fen": (
        "UPDATE payouts_recoverypart SET offset_fen = offset_fen - 1 WHERE offset_fen > 0",
        {"I5c", "I5d"},
    ),
    "a_set_off_that_grew": (
        "UPDATE payouts_recoveryoffset SET amount_fen = amount_fen + 1",
        {"I5c", "I5e", "I6b"},
    ),
    "a_set_off_without_its_funds": ("DELETE FROM payouts_recoveryoffsetpart", {"I5e"}),
    "a_set_off_of_another_claim": (
        "UPDATE payouts_recoveryoffset SET claim_id = (SELECT min(id) FROM claims_claim)",
        {"I6b"},
    ),
    "a_write_off_of_one_person": (
        "UPDATE payouts_recoverywriteoff SET signed_by_id = requested_by_id WHERE state = 'signed'",
        {"I12e"},
    ),
    "a_write_off_without_paper": (
        "DELETE FROM casework_casedocument WHERE subject_type = 'payouts.recoverywriteoff'",
        {"I12e"},
    ),
    "an_order_that_pays_more": (
        "UPDATE payouts_paymentorder SET offset_fen = offset_fen - 1 WHERE offset_fen > 0",
        {"I6b", "I8"},
    ),
}


@pytest.fixture
@stands
def story():
    """One recovery set off in part, another one written off and paid in part after all."""
    of, lost = make.money(people=3), make.money(people=1)
    owed(of)
    release(of, signed_later(of))
    given_up = owed(lost)
    received(lost, given_up, 100, "S1")
    written_off(lost, given_up, given_up.amount_fen - 100)
    received(lost, given_up, 50, "S2")
    assert broken() == set()


@pytest.mark.parametrize("name", SPOILED)
def test_it_finds(name, story, owner):
    sql, found = SPOILED[name]
    table = next(word for word in sql.split() if "_" in word and word.islower())
    with owner():
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if name == "a_write_off_of_one_person":
            run(f"ALTER TABLE {table} DROP CONSTRAINT write_off_of_two_persons")
        assert run(sql) >= 1
        assert found & broken() == found - {"I8"}


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        (
            "payouts_recovery",
            "UPDATE payouts_recovery SET offset_fen = offset_fen - 1 WHERE state = 'partly'",
        ),
        ("payouts_recoveryreceipt", "UPDATE payouts_recoveryreceipt SET amount_fen = amount_fen + 1"),
        ("payouts_recoveryoffset", "DELETE FROM payouts_recoveryoffsetpart"),
        ("payouts_recoverywriteoff", "UPDATE payouts_recoverywriteoff SET amount_fen = amount_fen + 1"),
    ],
)
def test_only_the_guard_refuses_it(table, sql, story, owner):
    """The control of the tests of each guard: with its triggers off, the same statement goes through."""
    with owner():
        for name in {table, next(word for word in sql.split() if "_" in word and word.islower())}:
            run(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        assert run(sql) >= 1
