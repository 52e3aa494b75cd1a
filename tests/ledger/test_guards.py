"""The database refuses what must never stand in the books (I1, I2), whoever asks; and each guard is needed.

Every attack is tried three times: as the application role, as the owner of the tables, and once more with its
guard removed. If the last did not succeed, the first two would prove nothing.
"""

from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection

from tests.factories import ledger as make
from tests.ground import stands
from tests.ledger.conftest import refused_by, run

TRANSACTION = (
    "INSERT INTO ledger_transaction (id, key, on_date, kind, memo, subject_type, reverses_id) VALUES"
)
LEG = (
    "INSERT INTO ledger_leg (transaction_id, position, on_date, account_code, fund_code, district_code,"
    " debit_fen, credit_fen, subject_type) VALUES"
)
FUND, OTHER_FUND = make.SUBSIDY_FUND, make.ACCOUNT_FUND


def entry(
    *legs: tuple[int, int],
    number: int = 900,
    day: str = "2023-03-01",
    fund: str = FUND,
    account: str = "cash",
) -> str:
    """One statement that inserts transaction `number` with legs of (debit, credit) fen."""
    rows = ", ".join(
        f"({number}, {position}, '{day}', '{account}', '{fund}', '110105', {debit}, {credit}, '')"
        for position, (debit, credit) in enumerate(legs, start=1)
    )
    return f"WITH head AS ({TRANSACTION} ({number}, 'attack', '2023-03-01', 'x', '', '', NULL)) {LEG} {rows}"


@dataclass(frozen=True)
class Attack:
    """SQL that must fail, the guard that its refusal names, and what removes that guard."""

    name: str
    sql: str
    refused_by: str
    without: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


LEGS_OFF = "ALTER TABLE ledger_leg DISABLE TRIGGER ledger_legs_whole"
HEADS_OFF = "ALTER TABLE ledger_transaction DISABLE TRIGGER ledger_transactions_whole"
ONE_SIDE_OFF = "ALTER TABLE ledger_leg DROP CONSTRAINT ledger_leg_one_side"
PRIMARY_KEY_OFF = "ALTER TABLE ledger_leg DROP CONSTRAINT ledger_leg_pkey"

INSERTIONS = [
    Attack("debits_and_credits_differ", entry((5, 0), (0, 4)), "ledger_transaction_balances", (LEGS_OFF,)),
    Attack(
        "they_differ_in_a_transaction_numbered_above_2_to_the_31",
        entry((5, 0), (0, 4), number=3_000_000_000),
        "ledger_transaction_balances",
        (LEGS_OFF,),
    ),
    Attack(
        "they_are_equal_in_total_and_differ_per_fund",
        entry((5, 0)) + f", (900, 2, '2023-03-01', 'cash', '{OTHER_FUND}', '110105', 0, 5, '')",
        "ledger_transaction_balances",
        (LEGS_OFF,),
    ),
    Attack("there_is_one_leg", entry((5, 0)), "ledger_transaction_whole", (LEGS_OFF,)),
    Attack(
        "there_are_no_legs",
        f"{TRANSACTION} (900, 'attack', '2023-03-01', 'x', '', '', NULL)",
        "ledger_transaction_has_legs",
        (HEADS_OFF,),
    ),
    Attack(
        "legs_have_no_transaction",
        f"{LEG} (901, 1, '2023-03-01', 'cash', '{FUND}', '110105', 5, 0, ''),"
        f" (901, 2, '2023-03-01', 'cash', '{FUND}', '110105', 0, 5, '')",
        "ledger_transaction_whole",
        (LEGS_OFF,),
    ),
    Attack("a_leg_moves_nothing", entry((5, 0), (0, 5), (0, 0)), "ledger_leg_one_side", (ONE_SIDE_OFF,)),
    Attack("a_leg_is_negative", entry((-5, 0), (0, -5)), "ledger_leg_one_side", (ONE_SIDE_OFF,)),
    Attack("a_leg_has_both_sides", entry((5, 5), (5, 5)), "ledger_leg_one_side", (ONE_SIDE_OFF,)),
    Attack(
        "legs_are_of_another_day",
        entry((5, 0), (0, 5), day="2023-03-02"),
        "ledger_transaction_whole",
        (LEGS_OFF,),
    ),
    Attack(
        "legs_count_from_zero_and_leave_one_out",
        entry((2, 0))
        + f", (900, 0, '2023-03-01', 'cash', '{FUND}', '110105', 3, 0, '')"
        + f", (900, 3, '2023-03-01', 'cash', '{FUND}', '110105', 0, 5, '')",
        "ledger_leg_position_from_one",
        ("ALTER TABLE ledger_leg DROP CONSTRAINT ledger_leg_position_from_one",),
    ),
    Attack(
        "one_of_several_in_a_statement_has_no_legs",
        f"WITH head AS ({TRANSACTION} (900, 'a', '2023-03-01', 'x', '', '', NULL),"
        " (901, 'b', '2023-03-01', 'x', '', '', NULL))"
        f" {LEG} (900, 1, '2023-03-01', 'cash', '{FUND}', '110105', 5, 0, ''),"
        f" (900, 2, '2023-03-01', 'cash', '{FUND}', '110105', 0, 5, '')",
        "ledger_transaction_has_legs",
        (HEADS_OFF,),
    ),
    Attack(
        "one_of_several_in_a_statement_has_no_transaction",
        entry((5, 0), (0, 5))
        + f", (901, 1, '2023-03-01', 'cash', '{FUND}', '110105', 5, 0, '')"
        + f", (901, 2, '2023-03-01', 'cash', '{FUND}', '110105', 0, 5, '')",
        "ledger_transaction_whole",
        (LEGS_OFF,),
    ),
    Attack("the_account_is_unknown", entry((5, 0), (0, 5), account="gold"), "account_code", (LEGS_OFF,)),
    Attack("the_fund_is_unknown", entry((5, 0), (0, 5), fund="gold"), "fund_code", (LEGS_OFF,)),
]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("attack", INSERTIONS, ids=str)
class TestAnEntryIsRefusedWhen:
    def test_the_application_writes_it(self, attack):
        with refused_by(attack.refused_by):
            run(attack.sql)

    def test_the_owner_writes_it(self, owner, attack):
        with owner(), refused_by(attack.refused_by):
            run(attack.sql)

    def test_and_would_stand_without_its_guard(self, without, attack):
        with without(*attack.without):
            assert run(attack.sql) >= 1


@pytest.mark.usefixtures("books")
class TestASecondStatement:
    """What was posted is whole: nothing is added to it later, not even what balances."""

    def addition(self, number: int, *positions: int) -> str:
        rows = ", ".join(
            f"({number}, {position}, '2023-03-01', 'cash', '{FUND}', '110105', {side}, {5 - side}, '')"
            for position, side in zip(positions, (5, 0), strict=True)
        )
        return f"{LEG} {rows}"

    def test_cannot_add_balanced_legs_behind_the_others(self):
        posted = make.posted()
        with refused_by("ledger_transaction_whole"):
            run(self.addition(posted.id, 3, 4))

    def test_cannot_add_balanced_legs_in_place_of_the_others(self):
        posted = make.posted()
        with refused_by("ledger_leg_pkey"):
            run(self.addition(posted.id, 1, 2))

    def test_could_add_them_without_the_guards(self, without):
        posted = make.posted()
        with without(LEGS_OFF):
            assert run(self.addition(posted.id, 3, 4)) == 2
        with without(PRIMARY_KEY_OFF):
            assert run(self.addition(posted.id, 1, 2)) == 2


@pytest.mark.usefixtures("books")
class TestAKey:
    def test_stands_once(self):
        make.posted(key="attack")
        with refused_by("ledger_transaction_key_once"):
            run(entry((5, 0), (0, 5)))

    def test_would_stand_twice_without_its_guard(self, without):
        make.posted(key="attack")
        with without("ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_key_once"):
            assert run(entry((5, 0), (0, 5))) == 2


@pytest.mark.usefixtures("books")
class TestAReversal:
    def mirror(self, number: int, original: int, debit: int = 800_000) -> str:
        return (
            f"WITH head AS ({TRANSACTION} ({number}, 'r{number}', '2023-03-01', 'x', '', '', {original}))"
            f" {LEG} ({number}, 1, '2023-03-01', 'subsidies', '{FUND}', '110105', 0, {debit}, ''),"
            f" ({number}, 2, '2023-03-01', 'payables', '{FUND}', '110105', {debit}, 0, '')"
        )

    def test_is_the_mirror_of_its_original(self, without):
        posted = make.posted()
        with refused_by("ledger_transaction_reversal_mirrors"):
            run(self.mirror(900, posted.id, debit=799_999))
        with without(HEADS_OFF):
            assert run(self.mirror(900, posted.id, debit=799_999)) == 2

    def test_happens_once(self, without):
        posted = make.posted()
        run(self.mirror(900, posted.id))
        with refused_by("ledger_transaction_reversed_once"):
            run(self.mirror(901, posted.id))
        with without("DROP INDEX ledger_transaction_reversed_once"):
            assert run(self.mirror(901, posted.id)) == 2


CHANGES = [
    "UPDATE ledger_leg SET debit_fen = debit_fen + 1 WHERE debit_fen > 0",
    "UPDATE ledger_leg SET transaction_id = transaction_id + 1",
    "UPDATE ledger_transaction SET memo = 'other'",
    "UPDATE ledger_transaction SET key = key || 'x'",
    "UPDATE ledger_budgetmovement SET amount_fen = amount_fen + 1",
    "DELETE FROM ledger_leg",
    "DELETE FROM ledger_transaction",
    "DELETE FROM ledger_budgetmovement",
    "TRUNCATE ledger_leg",
    "TRUNCATE ledger_transaction CASCADE",
    "TRUNCATE ledger_budgetmovement",
]


def reached(table: str) -> set[str]:
    """A table and those that are emptied with it."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [table])
        return {name for (name,) in cursor.fetchall()}


_REACHED = """
    WITH RECURSIVE reached AS (
        SELECT %s::regclass::oid AS oid
        UNION
        SELECT k.conrelid FROM reached JOIN pg_constraint k ON k.confrelid = reached.oid AND k.contype = 'f')
    SELECT oid::regclass::text FROM reached
"""


@pytest.fixture
@stands
def filled_books(books: None) -> None:
    make.posted()
    make.budget()


@pytest.mark.usefixtures("filled_books")
@pytest.mark.parametrize("change", CHANGES)
class TestWhatWasPostedStays:
    def test_against_the_application(self, change):
        with refused_by("permission denied"):
            run(change)

    def test_against_the_owner(self, owner, change):
        with owner(), refused_by("never changed"):
            run(change)

    def test_only_because_of_the_guards(self, without, owner, change):
        table = next(word for word in change.replace(",", " ").split() if word.startswith("ledger_"))
        tables = reached(table) if "CASCADE" in change else {table}
        with without(*(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in sorted(tables))), owner():
            run(change)


DOORS = [
    "ALTER TABLE ledger_leg DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_leg DISABLE TRIGGER ledger_legs_whole",
    "DROP TRIGGER ledger_legs_whole ON ledger_leg",
    "CREATE OR REPLACE FUNCTION ledger_check_legs() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER TABLE ledger_leg OWNER TO CURRENT_USER",
    "ALTER TABLE ledger_leg DROP CONSTRAINT ledger_leg_one_side",
    "SET session_replication_role = replica",
    "INSERT INTO ledger_transaction (key, on_date, kind, memo, subject_type)"
    " VALUES ('claim:1', '2023-03-01', 'x', '', '') ON CONFLICT (key) DO UPDATE SET memo = 'other'",
    "UPDATE ledger_balance SET debit_fen = 0",
    "DELETE FROM ledger_balancedelta",
    "INSERT INTO ledger_balancedelta (account_code, fund_code, district_code, on_date, debit_fen, credit_fen)"
    f" VALUES ('cash', '{FUND}', '110105', '2023-03-01', 5, 0)",
    "UPDATE ledger_daybalance SET debit_fen = 0",
    "UPDATE ledger_budget SET appropriated_fen = 999999999",
    "UPDATE ledger_reservation SET used_fen = 0",
    "INSERT INTO ledger_budget (fund_code, district_code, year, appropriated_fen, reserved_fen, used_fen)"
    f" VALUES ('{FUND}', '110101', 2023, 100, 0, 0)",
]


@pytest.mark.parametrize("door", DOORS)
def test_the_application_cannot_step_over_the_guards(filled_books, door):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner|must be able to SET ROLE"):
        run(door)


def test_the_application_cannot_forge_balances_by_a_table_of_its_own(filled_books):
    run("CREATE TEMPORARY TABLE forged (LIKE ledger_leg)")
    with refused_by("permission denied for function"):
        run(
            "CREATE TRIGGER forge AFTER INSERT ON forged REFERENCING NEW TABLE AS posted"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_legs()"
        )


def test_the_application_cannot_blind_the_guards_by_temporary_tables(filled_books):
    run("CREATE TEMPORARY TABLE ledger_transaction (id bigint, on_date date)")
    run("INSERT INTO pg_temp.ledger_transaction VALUES (901, '2023-03-01')")
    with refused_by("ledger_transaction_whole"):
        run(
            f"{LEG} (901, 1, '2023-03-01', 'cash', '{FUND}', '110105', 5, 0, ''),"
            f" (901, 2, '2023-03-01', 'cash', '{FUND}', '110105', 0, 5, '')"
        )


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM ledger_account WHERE code = 'cash'",
        "UPDATE ledger_account SET code = 'gold' WHERE code = 'cash'",
        f"DELETE FROM ledger_fund WHERE code = '{FUND}'",
        f"UPDATE ledger_fund SET code = 'gold' WHERE code = '{FUND}'",
    ],
)
def test_the_chart_keeps_its_codes(books, owner, without, change):
    table = change.split("ledger_", 1)[1].split()[0]
    stays = f"ledger_{table}_stays"
    with refused_by(stays):
        run(change)
    with owner(), refused_by(stays):
        run(change)
    with without(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER"):
        assert run(change) == 1


def test_a_number_above_2_to_the_31_is_as_good_as_any(books):
    assert run(entry((5, 0), (0, 5), number=3_000_000_000)) == 2
