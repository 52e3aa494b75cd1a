"""A movement is one of its statement, and what it was found to be is there and fits, without foreign keys.

The guards compare all rows of a statement as a set. Each test names what would get in without them.
"""

import pytest

from apps.core.invariants import audit
from tests.factories import banking, numbers
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ledger.conftest import owner, refused_by, run, without
from tests.reconciliation.test_differences import planting
from tests.triggers import switch_off

__all__ = ["owner", "without"]
NOBODY = 10**12
LINE = {
    "statement_id": "statement_id",
    "paying_account_id": "paying_account_id",
    "row": "row + 1000",
    "booked_on": "booked_on",
    "bank_serial": "bank_serial || '-x'",
    "amount_fen": "amount_fen",
    "counterparty_name": "''",
    "counterparty_account": "''",
    "reference": "''",
}
ANOTHER_ACCOUNT = "(SELECT max(id) FROM banking_payingaccount)"
WRONG_LINES = {
    "a_statement_that_is_not_there": {"statement_id": str(NOBODY)},
    "an_account_that_is_not_there": {"paying_account_id": str(NOBODY)},
    "another_account_than_its_statement": {"paying_account_id": ANOTHER_ACCOUNT},
}
PAYMENT = "(SELECT id FROM banking_statementline WHERE amount_fen < 0)"
RECEIPT = "(SELECT id FROM banking_statementline WHERE amount_fen = 12345)"
MATCH = {
    "line_id": PAYMENT,
    "entry_id": "(SELECT id FROM banking_batchentry)",
    "matched_by_id": "(SELECT min(id) FROM accounts_user)",
}
WRONG_MATCHES = {
    "a_movement_that_is_not_there": {"line_id": str(NOBODY)},
    "a_payment_that_is_not_there": {"entry_id": str(NOBODY)},
    "a_movement_of_another_amount": {"line_id": RECEIPT},
    "somebody_who_is_not_there": {"matched_by_id": str(NOBODY)},
}


@pytest.fixture
def stated():
    """A payment and its statement, with money that nothing explains, and another account beside it."""
    of = make.opened(banking.treasury())
    make.paid(of)
    of.bank.receive(of.account.account_number, 123_45, ON, payer="某公司", reference="往来款")
    make.stated(of)
    banking.another_account(of, numbers.account_number())
    return of


@pytest.fixture
def unmatched(stated):
    """The same before its payment was matched."""
    with planting("banking_statementmatch") as cursor:
        cursor.execute("DELETE FROM banking_statementmatch")
    return stated


def add_line(**instead: str) -> int:
    columns = {**LINE, **instead}
    return run(
        f"INSERT INTO banking_statementline ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
        f" FROM banking_statementline WHERE amount_fen < 0"
    )


def add_match(**instead: str) -> int:
    columns = {**MATCH, **instead}
    return run(
        f"INSERT INTO banking_statementmatch (kind, rule, matched_at, {', '.join(columns)})"
        f" VALUES ('payment', '', now(), {', '.join(columns.values())})"
    )


def violations() -> int:
    return next(found.violations for found in audit(only=["I10d"]))


@pytest.mark.usefixtures("stated")
class TestAMovement:
    def test_of_its_statement_is_taken(self):
        assert add_line() == 1
        assert violations() == 0

    @pytest.mark.parametrize("wrong", WRONG_LINES)
    def test_is_not_taken_with(self, wrong):
        with refused_by("banking_line_of_its_statement"):
            add_line(**WRONG_LINES[wrong])

    @pytest.mark.parametrize("wrong", WRONG_LINES)
    def test_would_be_without_the_guard_and_is_found(self, wrong, without):
        with without(switch_off("banking_statementline", "of_its_statement")):
            assert add_line(**WRONG_LINES[wrong]) == 1
            assert violations() == 1


@pytest.mark.usefixtures("unmatched")
class TestAMatch:
    def test_with_its_payment_is_taken(self):
        assert add_match() == 1
        assert violations() == 0

    @pytest.mark.parametrize("wrong", WRONG_MATCHES)
    def test_is_not_taken_with(self, wrong):
        with refused_by("banking_match_of_what_is_there"):
            add_match(**WRONG_MATCHES[wrong])

    @pytest.mark.parametrize("wrong", WRONG_MATCHES)
    def test_would_be_without_the_guard_and_is_found(self, wrong, without):
        with without(switch_off("banking_statementmatch", "of_what_is_there")):
            assert add_match(**WRONG_MATCHES[wrong]) == 1
            assert violations() == 1

    def test_with_a_payment_from_another_account_is_not_taken(self):
        with planting("banking_statementline") as cursor:
            cursor.execute(
                f"UPDATE banking_statementline SET paying_account_id = {ANOTHER_ACCOUNT} WHERE id = {PAYMENT}"
            )
        with refused_by("banking_match_of_what_is_there"):
            add_match()


@pytest.mark.usefixtures("stated")
@pytest.mark.parametrize(
    "attack", ["DELETE FROM accounts_user", "UPDATE accounts_user SET id = id + 1000000"]
)
class TestAnAccountOfAPerson:
    def test_stays_and_keeps_the_key(self, attack):
        with refused_by("accounts_user_kept"):
            run(attack)

    def test_also_for_the_owner(self, attack, owner):
        with owner(), refused_by("accounts_user_kept"):
            run(attack)


# Past all guards: what each detector of movements says.
SPOILED = {
    "another_amount": (
        f"UPDATE banking_statementline SET amount_fen = amount_fen - 1 WHERE id = {PAYMENT}",
        {"I10b", "I10c", "I10d"},
    ),
    "a_movement_that_is_gone": (
        "DELETE FROM banking_statementline WHERE amount_fen = 12345",
        {"I10c"},
    ),
    "another_balance": ("UPDATE banking_bankstatement SET closing_fen = closing_fen + 1", {"I10c"}),
    "a_payment_that_was_never_made": (
        "UPDATE banking_batchentry SET state = 'failed', reason = 'x', bank_serial = '', paid_on = NULL",
        {"I10b"},
    ),
}


@pytest.mark.usefixtures("stated")
@pytest.mark.parametrize("name", SPOILED)
def test_what_came_in_past_the_guards_is_found(name):
    statement, wanted = SPOILED[name]
    with planting(next(word for word in statement.split() if word.startswith("banking_"))) as cursor:
        cursor.execute(statement)
    assert {found.invariant.number for found in audit(["I10b", "I10c", "I10d"]) if not found.holds} == wanted
