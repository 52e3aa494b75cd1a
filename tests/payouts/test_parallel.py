"""Many at once on the money of one claim, each on a connection of its own, all committing: one effect."""

from collections import Counter

import pytest

from apps.casework.models import Decision, History
from apps.claims.enums import ClaimState
from apps.claims.models import Claim, Entitlement
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import invariants
from apps.ledger.models import Budget, Transaction
from apps.payouts.models import PaymentLine, PaymentOrder
from apps.payouts.services.record_appropriation import record_appropriation
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from tests.claims.test_invariants import NUMBERS
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.ledger.test_concurrency import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50


def all_hold() -> bool:
    return all(found.holds for found in invariants.audit([*NUMBERS, "I1", "I1b", "I6a", "I7", "I7b"]))


def test_of_fifty_approvals_of_one_claim_one_is_taken():
    of = make.money()
    claim = submit_claim(of.clerk, make.computed(of), on=ON)
    outcomes = at_once(MANY, lambda _n: approve_claim(of.reviewer, claim, on=ON).state)
    assert kinds(outcomes) == Counter({"wrong_state": MANY - 1, "ClaimState": 1})
    assert Decision.objects.of(claim).filter(action="approve").count() == 1
    assert History.objects.of(claim).filter(action="approve").count() == 1


def test_of_fifty_releases_of_one_claim_one_makes_an_order():
    of = make.money()
    claim = make.signed(of)
    outcomes = at_once(MANY, lambda _n: release_payment(of.finance, claim, on=ON).state)
    assert kinds(outcomes) == Counter({"wrong_state": MANY - 1, "ClaimState": 1})
    assert PaymentOrder.objects.count() == 1
    assert PaymentLine.objects.count() == 2
    assert sum(budget.used_fen for budget in Budget.objects.all()) == claim.net_fen
    assert all_hold()


def test_fifty_recordings_of_one_payment_are_posted_once():
    of = make.money()
    claim = release_payment(of.finance, make.signed(of), on=ON)
    outcomes = at_once(
        MANY, lambda _n: record_payment(of.finance, claim, on=ON, paid_on=ON, bank_serial="S1").state
    )
    assert kinds(outcomes) == Counter({"wrong_state": MANY - 1, "ClaimState": 1})
    assert Transaction.objects.filter(kind="payment").count() == 1
    assert sum(Entitlement.objects.values_list("paid_fen", flat=True)) == claim.net_fen
    assert all_hold()


def test_at_the_end_of_the_budget_one_of_two_signatures_is_refused():
    """Each claim would fit alone; together they are one fen too many."""
    first, second = (make.money(people=1, special_fen=0, employment_fen=0) for _two in range(2))
    claims = [make.approved(of) for of in (first, second)]
    standard_fen = claims[0].lines.get().standard_fen
    record_appropriation(
        first.finance,
        key="appropriation",
        fund=make.SPECIAL,
        district=claims[0].district_id,
        year=ON.year,
        amount_fen=2 * standard_fen - 1,
        document="京财社〔2023〕1号",
        on=ON,
    )
    signers = [first.supervisor, second.supervisor]
    outcomes = at_once(2, lambda number: sign_claim(signers[number], claims[number], on=ON).state)
    assert kinds(outcomes) == Counter({"budget_exceeded": 1, "ClaimState": 1})
    states = sorted(Claim.objects.values_list("state", flat=True))
    assert states == [ClaimState.APPROVED, ClaimState.SECOND_SIGNATURE]
    assert Budget.objects.get(fund_id=make.SPECIAL).free_fen == standard_fen - 1
    assert all_hold()


def test_without_the_row_lock_the_key_of_live_orders_refuses_the_second(monkeypatch):
    """The control: with the row lock gone it is the unique key that refuses the second order."""
    from threading import Barrier

    of = make.money()
    claim = make.signed(of)
    everybody_has_read = Barrier(4)

    def read_without_lock(found, _actor):
        row = Claim.objects.get(pk=found.pk)
        everybody_has_read.wait(timeout=60)
        return row

    finance = [of.finance, *(accounts.actor(of.finance.role, district=claim.district) for _n in range(3))]
    monkeypatch.setattr("apps.casework.engine.lock", read_without_lock)
    monkeypatch.setattr(
        "apps.payouts.services.release_payment.lock", lambda found, _actor: Claim.objects.get(pk=found.pk)
    )
    outcomes = at_once(4, lambda number: release_payment(finance[number], claim, on=ON).state)
    assert kinds(outcomes)["ClaimState"] == 1
    assert kinds(outcomes)["IntegrityError"] == 3
    assert PaymentOrder.objects.count() == 1
