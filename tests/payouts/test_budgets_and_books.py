"""Budgets and books say the same per fund, district and year; what only one of them did is found at night."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError

from apps.accounts.roles import Role
from apps.claims.enums import ClaimKind
from apps.core.invariants import audit
from apps.ledger import services as ledger
from apps.ledger.models import Reservation
from apps.ledger.services import credit, debit
from apps.payouts.services.request_budget import Wanted, request_budget, sign_request
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.claims import EMPLOYMENT, SPECIAL
from tests.factories.recoveries import LATER, owed, received, signed_later
from tests.ground import stands
from tests.ledger.conftest import run
from tests.payouts.test_set_off import release
from tests.payouts.test_write_off import written_off

pytestmark = pytest.mark.django_db
OTHER = "110108"
NEXT_YEAR = date(2024, 2, 5)
NUMBERS = ["I7", "I7b", "I7e", "I7f"]


def broken(*numbers: str) -> set[str]:
    return {found.invariant.number for found in audit(numbers or NUMBERS) if found.violations}


def changed(kind: str, fen: int, *, fund: str = SPECIAL, on: date = LATER, **more) -> None:
    """A budget changed by a request of two persons."""
    wanted = Wanted(
        kind=kind,
        fund=fund,
        district="110105",
        year=2023,
        amount_fen=fen,
        document="京财社〔2023〕9号",
        **more,
    )
    paper = SimpleUploadedFile("文件.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    request = request_budget(accounts.actor(Role.FINANCE_OFFICER), wanted, upload=paper, on=on)
    sign_request(accounts.actor(Role.CITY_OFFICER), request, on=on)


@pytest.fixture
@stands
def story():
    """Budgets changed in every way; advances paid, recovered, set off, written off, repaid late."""
    of, lost = make.money(people=3), make.money(people=1)
    accounts.district(OTHER)
    changed("appropriate", 9_000)
    changed("cut", 500)
    changed("move", 700, to_fund=EMPLOYMENT)
    changed("move", 800, to_district=OTHER)
    changed("move", 900, to_year=2024)
    changed("move", 300, to_year=2024, to_district=OTHER)
    owed(of)
    release(of, signed_later(of))
    given_up = owed(lost)
    received(lost, given_up, 100, "S1")
    written_off(lost, given_up, given_up.amount_fen - 100)
    received(lost, given_up, 50, "S2", on=NEXT_YEAR)
    waits = make.money(people=2)
    make.signed(waits)
    return waits


def test_whatever_happens_both_say_the_same(story):
    assert broken() == set()


def test_a_remainder_of_the_next_year_counts_in_the_year_that_promised_it():
    of = make.money(people=2)
    make.paid(of)
    make.evidence(of)
    for enrolment in of.enrolments():
        make.result(of, enrolment, "passed", on=LATER)
    make.paid(of, ClaimKind.REMAINDER, on=NEXT_YEAR)
    assert broken() == set()
    assert {row.year for row in Reservation.objects.all()} == {2023}


def test_a_budget_without_its_posting_is_found(story):
    ledger.appropriate("x", fund=SPECIAL, district=OTHER, year=2023, amount_fen=1, on=LATER)
    assert broken() == {"I7e"}


def test_a_posting_without_its_budget_is_found(story):
    where = {"fund": SPECIAL, "district": "110105"}
    legs = [debit("cash", 1, **where), credit("appropriations", 1, **where)]
    ledger.post("x", LATER, "appropriation", "拨款", legs)
    assert broken() == {"I7e"}


def test_money_that_was_used_and_never_owed_is_found(story):
    row = Reservation.objects.latest("id")
    ledger.use("x", reservation=row.key, splits=[(row.fund_id, 1)], on=LATER)
    assert broken() == {"I7e", "I7f"}


def test_a_promise_that_was_let_go_is_found(story):
    row = Reservation.objects.latest("id")
    ledger.release("x", reservation=row.key, splits=[(row.fund_id, 1)], on=LATER)
    assert broken() == {"I7f"}


def test_a_promise_of_nobody_is_found(story):
    ledger.reserve("x", district="110105", year=2023, splits=[(EMPLOYMENT, 1)], on=LATER)
    assert broken() == {"I7f"}


ATTACKS = {
    "a_budget_that_grew": (
        "ledger_budget",
        "UPDATE ledger_budget SET appropriated_fen = appropriated_fen + 1 WHERE year = 2024",
        {"I7", "I7e"},
    ),
    "money_of_another_year": (
        "ledger_budgetmovement",
        "UPDATE ledger_budgetmovement SET year = 2025 WHERE key ~ '^budget-req' AND kind = 'appropriate'",
        {"I7", "I7e"},
    ),
    "legs_of_another_district": (
        "ledger_leg",
        f"UPDATE ledger_leg SET district_code = '{OTHER}' WHERE account_code IN ('advances', 'payables')",
        {"I7e"},
    ),
    "legs_of_another_fund": (
        "ledger_leg",
        f"UPDATE ledger_leg SET fund_code = '{EMPLOYMENT}' WHERE account_code = 'appropriations'",
        {"I7e"},
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_guard_refuses_it_and_without_the_guard_the_night_finds_it(name, story, owner):
    table, sql, found = ATTACKS[name]
    with pytest.raises(DatabaseError):
        run(sql)
    assert broken() == set()
    with owner():
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        assert run(sql) >= 1
        assert broken() == found
