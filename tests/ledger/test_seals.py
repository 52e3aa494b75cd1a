"""Seals: whoever has the rights of the owner can change a row, and not unseen (I2)."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.core import invariants, seals
from apps.ledger import services
from apps.ledger.models import BalanceDelta
from apps.ledger.sealing import MOVEMENTS, TRANSACTIONS
from apps.ledger.tasks import seal_ledger
from tests.factories import ledger as make
from tests.ledger.conftest import refused_by, run
from tests.ledger.test_guards import entry


@pytest.fixture
def sealed(books: None, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Five transactions under three seals of two rows each; their numbers, with a gap after the first."""
    monkeypatch.setattr(seals, "ROWS_PER_SEAL", 2)
    ids = [make.posted("claim:0", 100).pk]
    make.posted("claim:0", 100)
    ids += [make.posted(f"claim:{number}", 100 + number).pk for number in range(1, 5)]
    assert seals.seal(TRANSACTIONS) == 5
    return ids


@pytest.fixture
def second_connection() -> Iterator[CursorWrapper]:
    """Another session with the database."""
    other = connection.copy()
    with other.cursor() as cursor:
        yield cursor
    other.close()


@pytest.fixture
def tamper(owner):
    """Change rows as an owner who switches the guards off."""

    def change(sql: str, *params: object) -> None:
        tables = ["ledger_transaction", "ledger_leg", "core_seal", "ledger_budgetmovement"]
        with owner(), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(sql, params)
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    return change


def found() -> list[tuple[int, int | None, str]]:
    return [(broken.seal_number, broken.row_id, broken.finding) for broken in seals.verify(TRANSACTIONS)]


def test_untouched_books_fit_their_seals(sealed):
    assert found() == []
    assert seals.head(TRANSACTIONS)[0] == 3


def test_sealing_goes_on_where_it_stopped(sealed):
    assert seals.seal(TRANSACTIONS) == 0
    make.posted("late")
    assert seals.seal(TRANSACTIONS) == 1
    assert seals.Seal.objects.filter(chain=TRANSACTIONS).last().from_id == sealed[-1] + 1
    assert found() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_leg SET debit_fen = debit_fen + 1 WHERE transaction_id = %s AND debit_fen > 0",
        "UPDATE ledger_leg SET subject_id = 99 WHERE transaction_id = %s",
        "UPDATE ledger_leg SET district_code = '110101' WHERE transaction_id = %s",
        "UPDATE ledger_transaction SET memo = 'other' WHERE id = %s",
        "UPDATE ledger_transaction SET posted_by_id = 99 WHERE id = %s",
        "UPDATE ledger_transaction SET created_at = created_at - interval '1 day' WHERE id = %s",
        "DELETE FROM ledger_leg WHERE transaction_id = %s AND position = 2",
    ],
)
def test_a_changed_row_is_named(sealed, tamper, sql):
    tamper(sql, sealed[2])
    assert found() == [(2, sealed[2], "changed")]


def test_the_first_of_several_comes_first(sealed, tamper):
    tamper("UPDATE ledger_transaction SET memo = 'other' WHERE id >= %s", sealed[1])
    assert found()[0] == (1, sealed[1], "changed")
    assert len(found()) == 4


def test_a_removed_row_is_named(sealed, tamper):
    tamper("DELETE FROM ledger_transaction WHERE id = %s", sealed[2])
    assert found() == [(2, sealed[2], "removed")]


def test_a_row_that_was_slipped_in_is_named(sealed):
    """Balanced and whole, so nothing refuses it; a retry left its number free."""
    number = sealed[0] + 1
    assert number not in sealed
    run(entry((5, 0), (0, 5), number=number))
    assert found() == [(1, number, "added after the seal")]


def test_a_seal_that_was_made_to_fit_is_named(sealed, tamper):
    tamper("UPDATE ledger_transaction SET memo = 'other' WHERE id = %s", sealed[2])
    sql = seals.verification_sql(TRANSACTIONS).split("), marked AS", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{sql}) SELECT ('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint FROM present"
            " WHERE id = %s",
            [sealed[2]],
        )
        (mark,) = cursor.fetchone()
    tamper("UPDATE core_seal SET marks[1] = %s WHERE number = 2", mark)
    assert found() == [(2, None, "the seal itself was changed")]


def test_a_missing_seal_is_named(sealed, tamper):
    tamper("DELETE FROM core_seal WHERE number = 2")
    assert found() == [(3, None, "a seal before it is missing")]


def test_a_chain_that_was_made_anew_lacks_the_hash_that_was_kept_elsewhere(sealed, tamper):
    _number, kept = seals.head(TRANSACTIONS)
    call_command("verify_seals", TRANSACTIONS, "--expect", kept)
    tamper("DELETE FROM core_seal")
    tamper("UPDATE ledger_transaction SET memo = 'other' WHERE id = %s", sealed[0])
    seals.seal(TRANSACTIONS)
    assert found() == []
    with pytest.raises(CommandError, match="cut or made anew"):
        call_command("verify_seals", TRANSACTIONS, "--expect", kept)


def test_the_command_names_the_row_and_fails(sealed, tamper, capsys):
    call_command("verify_seals")
    assert "3 seals" in capsys.readouterr().out
    tamper("UPDATE ledger_transaction SET memo = 'other' WHERE id = %s", sealed[2])
    with pytest.raises(CommandError, match="1 findings"):
        call_command("verify_seals")
    assert f"seal 2: row {sealed[2]} changed" in capsys.readouterr().out


def test_the_command_knows_its_chains(db):
    with pytest.raises(CommandError, match=r"ledger\.transaction"):
        call_command("verify_seals", "nonsense")


def test_the_nightly_check_finds_it_too(sealed, tamper):
    assert invariants.audit(["I2a", "I2b"])[0].holds
    tamper("UPDATE ledger_transaction SET memo = 'other' WHERE id = %s", sealed[2])
    assert invariants.audit(["I2a"])[0].sample == [
        {"seal_number": 2, "row_id": sealed[2], "finding": "changed"}
    ]


def test_movements_of_budgets_are_sealed_too(books, tamper):
    make.budget()
    assert seals.seal(MOVEMENTS) == 1
    tamper("UPDATE ledger_budgetmovement SET document = 'forged'")
    assert [broken.finding for broken in seals.verify(MOVEMENTS)] == ["changed"]


def test_the_task_folds_balances_and_seals_every_chain(books):
    make.posted()
    make.budget()
    sealed_rows = seal_ledger()
    assert (sealed_rows[TRANSACTIONS], sealed_rows[MOVEMENTS]) == (1, 1)
    assert not BalanceDelta.objects.exists()
    assert set(seal_ledger().values()) == {0}


@pytest.mark.parametrize("sql", ["UPDATE core_seal SET number = 9", "DELETE FROM core_seal"])
def test_seals_are_never_changed(sealed, owner, sql):
    with refused_by("permission denied"):
        run(sql)
    with owner(), refused_by("core_seal_append_only"):
        run(sql)


def test_a_transaction_under_way_puts_sealing_off(committed_books, second_connection):
    """It may have drawn an earlier number, and must not slip in below the seal when it commits."""
    second_connection.execute("BEGIN")
    second_connection.execute("SELECT pg_current_xact_id()")
    make.posted("later number")
    assert seals.seal(TRANSACTIONS, patience_seconds=0.1) == 0
    second_connection.execute("COMMIT")
    assert seals.seal(TRANSACTIONS) == 1


def test_a_long_ledger_is_sealed_in_links(books):
    services.post_many([make.posting(f"line:{number}") for number in range(2500)])
    assert seals.seal(TRANSACTIONS) == 2500
    assert seals.head(TRANSACTIONS)[0] == 3
    assert found() == []
