"""A promise is made out of the budget of the year in which it is signed."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.core import invariants
from apps.core.errors import Refused
from apps.ledger.models import Budget, Reservation
from apps.ledger.selectors import carried_over
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_appropriation import record_appropriation
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.accounts import client_of
from tests.ledger.conftest import without as without_guard
from tests.triggers import switch_off

__all__ = ["without_guard"]

pytestmark = pytest.mark.django_db
TURN = (date(2023, 12, 28), date(2024, 1, 4))


def budget_of(of: make.Money, year: int) -> None:
    for fund in (make.SPECIAL, make.EMPLOYMENT):
        record_appropriation(
            of.finance,
            key=f"next:{year}:{fund}",
            fund=fund,
            district=of.training_class.district_id,
            year=year,
            amount_fen=10_000_000_00,
            document="京财社〔2024〕1号",
            on=date(year, 1, 2),
        )


def test_a_claim_handed_in_in_december_and_signed_in_january_takes_the_budget_of_january():
    asked, day = TURN
    of = make.money(people=1)
    budget_of(of, 2024)
    claim = make.approved(of, on=asked)
    assert claim.year == 2023
    signed = make.sign_claim(of.supervisor, claim, on=day)
    assert signed.year == 2024
    assert set(Reservation.objects.values_list("year", flat=True)) == {2024}
    assert Budget.objects.get(year=2023, fund=make.SPECIAL).reserved_fen == 0
    order = PaymentOrder.objects.get(claim=release_payment(of.finance, signed, on=day))
    assert order.year == 2024
    assert all(found.holds for found in invariants.audit(["I7", "I7b", "I7c", "I7d", "I5b"]))


def test_without_a_budget_of_the_new_year_it_is_not_signed():
    asked, day = TURN
    of = make.money(people=1)
    claim = make.approved(of, on=asked)
    with pytest.raises(Refused) as refusal:
        make.sign_claim(of.supervisor, claim, on=day)
    assert refusal.value.code == "budget_exceeded"
    assert not Reservation.objects.exists()


def test_what_was_signed_in_december_and_paid_in_january_stays_with_december_and_is_shown(monkeypatch):
    asked, day = TURN
    of = make.money(people=1)
    signed = make.signed(of, on=asked)
    assert (signed.year, carried_over(2023), carried_over(2024)) == (
        2023,
        [],
        [(2023, Budget.objects.get(fund=make.SPECIAL).reserved_fen)],
    )
    monkeypatch.setattr("apps.desk.views.ledger.budgets.today", lambda: day)
    member = accounts.member(Role.FINANCE_OFFICER, district=of.training_class.district)
    page = client_of(member).get(reverse("desk:budgets")).content.decode()
    assert "以前年度" in page
    release_payment(of.finance, signed, on=day)
    assert set(Reservation.objects.values_list("year", flat=True)) == {2023}


def test_the_database_keeps_the_year_of_a_signed_claim():
    of = make.money(people=1)
    claim = make.signed(of)
    with pytest.raises(IntegrityError, match="keeps its figures"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(year=2024)
    waiting = make.approved(make.money(people=1, district="110108"))
    with (
        pytest.raises(IntegrityError, match="keeps its figures"),
        transaction.atomic(),
        acting(of.supervisor, "sign"),
    ):
        Claim.objects.filter(pk=waiting.pk).update(
            state=ClaimState.APPROVED, year=2022, approved_on=make.ON, payee_fingerprint="x"
        )


def sign_for_another_year(of: make.Money, claim: Claim) -> None:
    """Past the services: the budget of the year before shall pay."""
    with transaction.atomic(), acting(of.supervisor, "sign"):
        Claim.objects.filter(pk=claim.pk).update(
            state=ClaimState.APPROVED, year=make.ON.year - 1, approved_on=make.ON
        )


def violations() -> int:
    return invariants.audit(["I7d"])[0].violations


def test_without_the_guard_another_year_would_pay_and_is_found(without_guard):
    of = make.money(people=1)
    claim = make.approved(of)
    with without_guard(switch_off("claims_claim", "sums_stand")):
        sign_for_another_year(of, claim)
        assert violations() == 1


def test_a_reservation_in_another_year_than_its_claim_is_found(without_guard):
    claim = make.signed(make.money(people=1))
    assert violations() == 0
    with without_guard(
        "SET LOCAL session_replication_role = replica",
        f"UPDATE ledger_reservation SET year = year + 1 WHERE key = 'claim:{claim.pk}'",
    ):
        assert violations() == Reservation.objects.count()
