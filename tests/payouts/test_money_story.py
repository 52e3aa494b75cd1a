"""The money of a class from the first claim to the last fen, told as stories; the ledger balances."""

from datetime import date, timedelta

import pytest

from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Entitlement
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.errors import Conflict, Refused
from apps.ledger.selectors import trial_balance
from apps.payouts.models import PaymentOrder, Recovery
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_failure, record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery, sign_settled
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.factories.claims import EMPLOYMENT, SPECIAL

pytestmark = pytest.mark.django_db
LATER = ON + timedelta(days=30)


def balances() -> dict[tuple[str, str], int]:
    """Debit less credit by account and fund, the zeros left out."""
    return {
        (row.account.pk, row.fund.pk): row.debit_fen - row.credit_fen
        for row in trial_balance()
        if row.debit_fen != row.credit_fen
    }


def amounts(claim) -> list[int]:
    return list(claim.lines.order_by("id").values_list("amount_fen", flat=True))


def test_the_advance_is_half_the_standard_and_reserves_all_of_it():
    of = make.money(people=2)
    claim = make.signed(of)
    line = claim.lines.first()
    assert amounts(claim) == [line.standard_fen // 2] * 2
    _appropriated, reserved, used = make.budgets(of)[SPECIAL]
    assert (reserved, used) == (2 * line.standard_fen, 0)


def test_a_paid_advance_is_prepaid_in_the_ledger_and_used_in_the_budget():
    of = make.money(people=2)
    claim = make.paid(of)
    assert claim.state == ClaimState.PAID
    assert balances() == {
        ("advances", SPECIAL): claim.net_fen,
        ("cash", SPECIAL): 10_000_000_00 - claim.net_fen,
        ("cash", EMPLOYMENT): 10_000_000_00,
        ("appropriations", SPECIAL): -10_000_000_00,
        ("appropriations", EMPLOYMENT): -10_000_000_00,
    }
    assert make.budgets(of)[SPECIAL][2] == claim.net_fen
    assert {row.paid_fen for row in Entitlement.objects.all()} == {claim.net_fen // 2}


def test_what_the_first_fund_cannot_bear_comes_out_of_the_second():
    of = make.money(people=2, special_fen=10_000_00)
    claim = make.paid(of)
    order = PaymentOrder.objects.get(claim=claim)
    parts = dict(order.parts.values_list("fund_id", "amount_fen"))
    assert parts == {SPECIAL: 10_000_00, EMPLOYMENT: claim.net_fen - 10_000_00}


def test_nothing_is_signed_beyond_the_budget():
    of = make.money(people=2, special_fen=100_00, employment_fen=0)
    claim = make.approved(of)
    with pytest.raises(Refused, match=r"100\.00"):
        sign_claim(of.supervisor, claim, on=ON)
    claim.refresh_from_db()
    assert claim.state == ClaimState.SECOND_SIGNATURE
    assert not Entitlement.objects.exists()


def test_a_pass_without_certificate_brings_85_percent_less_the_advance():
    of = make.money(people=1)
    make.paid(of)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "passed", on=LATER)
    claim = make.paid(of, ClaimKind.REMAINDER, on=LATER)
    line = claim.lines.get()
    assert line.due_fen == line.standard_fen * 85 // 100
    assert line.amount_fen == line.due_fen - line.advance_fen
    found = balances()
    assert found[("subsidies", SPECIAL)] == line.due_fen
    assert ("advances", SPECIAL) not in found
    assert ("payables", SPECIAL) not in found
    assert make.budgets(of)[SPECIAL][1:] == (0, line.due_fen)


def test_who_withdraws_pays_the_advance_back_into_the_fund_it_came_from():
    of = make.money(people=1)
    advance = make.paid(of)
    withdraw_enrolment(of.clerk, of.enrolments()[0], on=LATER, opinion=Opinion(reason="离职"))
    claim = make.computed(of, ClaimKind.REMAINDER, on=LATER)
    assert claim.net_fen == -advance.net_fen
    with_evidence(of)
    claim = approve_claim(of.reviewer, submit_claim(of.clerk, claim, on=LATER), on=LATER)
    claim = sign_recovery(of.supervisor, claim, on=LATER)
    recovery = Recovery.objects.get(claim=claim)
    assert (claim.state, recovery.amount_fen) == (ClaimState.RECOVERING, advance.net_fen)
    assert balances()[("recoveries", SPECIAL)] == advance.net_fen

    part = recovery.amount_fen - 1
    receive(of, recovery, part, "S1")
    claim.refresh_from_db()
    assert claim.state == ClaimState.RECOVERING
    receive(of, recovery, 1, "S2")
    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED
    assert ("recoveries", SPECIAL) not in balances()
    assert make.budgets(of)[SPECIAL][1:] == (0, 0)
    kept = Entitlement.objects.get()
    assert (kept.paid_fen - kept.recovered_fen, kept.to_recover_fen) == (0, 0)


def with_evidence(of) -> None:
    """Photos of a session that nobody still enrolled attended."""
    make.evidence(of)


def receive(of, recovery, fen, serial, *, key=None):
    return receive_recovery(
        of.finance,
        recovery,
        amount_fen=fen,
        received_on=LATER,
        bank_serial=serial,
        key=key or f"receipt-{serial}",
        on=LATER,
    )


def test_in_one_remainder_claim_what_is_owed_is_set_off_against_what_is_due():
    of = make.money(people=3)
    make.paid(of)
    make.evidence(of)
    first, second, third = of.enrolments()
    make.result(of, first, "passed", certificate=True, on=LATER)
    make.result(of, second, "passed", certificate=True, on=LATER)
    make.result(of, third, "failed", on=LATER)
    claim = make.paid(of, ClaimKind.REMAINDER, on=LATER)
    half = claim.lines.first().standard_fen // 2
    assert amounts(claim) == [half, half, -half]
    assert (claim.pay_fen, claim.recover_fen, claim.net_fen) == (2 * half, half, half)
    assert balances()[("subsidies", SPECIAL)] == 4 * half
    assert make.budgets(of)[SPECIAL][1:] == (0, 4 * half)


def test_a_claim_that_comes_to_nothing_is_settled_by_the_signature():
    of = make.money(people=2)
    make.paid(of)
    make.evidence(of)
    first, second = of.enrolments()
    make.result(of, first, "passed", certificate=True, on=LATER)
    make.result(of, second, "failed", on=LATER)
    claim = sign_settled(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    assert claim.state == ClaimState.SETTLED
    found = balances()
    assert ("payables", SPECIAL) not in found
    assert ("advances", SPECIAL) not in found
    assert {(row.committed_fen, row.to_recover_fen) for row in Entitlement.objects.all()} == {(0, 0)}


def test_who_never_had_an_advance_and_is_due_nothing_is_settled_without_a_posting():
    of = make.money(people=1)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "failed", on=LATER)
    before = balances()
    claim = sign_settled(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    assert claim.state == ClaimState.SETTLED
    assert amounts(claim) == [0]
    assert balances() == before
    assert make.budgets(of)[SPECIAL][1:] == (0, 0)


def test_a_recovery_after_set_off_across_two_funds_leaves_no_payable():
    of = make.money(people=3, special_fen=24_000_00)
    make.paid(of)
    make.evidence(of)
    first, second, third = of.enrolments()
    make.result(of, first, "passed", certificate=True, on=LATER)
    make.result(of, second, "failed", on=LATER)
    make.result(of, third, "failed", on=LATER)
    claim = sign_recovery(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    recovery = Recovery.objects.get(claim=claim)
    assert recovery.amount_fen == -claim.net_fen
    receive(of, recovery, recovery.amount_fen, "S9")
    left = {account for account, _fund in balances()}
    assert left == {"cash", "appropriations", "subsidies"}


def test_a_failed_payment_is_released_again_and_pays_the_same_lines_once():
    of = make.money(people=2)
    claim = release_payment(of.finance, make.signed(of), on=ON)
    claim = record_failure(of.finance, claim, on=ON, opinion=Opinion(reason="账号户名不符"))
    claim = release_payment(of.finance, claim, on=ON)
    claim = record_payment(of.finance, claim, on=ON, paid_on=ON, bank_serial="S1")
    assert [row.state for row in claim.orders.order_by("attempt")] == ["failed", "paid"]
    assert make.budgets(of)[SPECIAL][2] == claim.net_fen
    assert balances()[("advances", SPECIAL)] == claim.net_fen


def test_nobody_can_claim_an_instalment_twice():
    of = make.money(people=1)
    make.computed(of)
    with pytest.raises(Refused):
        compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=ON)


def test_a_release_is_refused_when_the_payee_changed_after_the_signature():
    of = make.money(people=1)
    claim = make.signed(of)
    make.moved_account(claim)
    with pytest.raises(Refused):
        release_payment(of.finance, claim, on=ON)


def test_the_same_receipt_sent_twice_counts_once():
    of = make.money(people=1)
    make.paid(of)
    withdraw_enrolment(of.clerk, of.enrolments()[0], on=LATER, opinion=Opinion(reason="离职"))
    with_evidence(of)
    claim = sign_recovery(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    recovery = Recovery.objects.get(claim=claim)
    first = receive(of, recovery, 100, "S1", key="k")
    assert receive(of, recovery, 100, "S1", key="k").pk == first.pk
    recovery.refresh_from_db()
    assert recovery.received_fen == 100
    with pytest.raises(Refused):
        receive(of, recovery, 100, "S1", key="other")


def test_signing_twice_is_refused_the_second_time():
    of = make.money(people=1)
    claim = make.signed(of)
    with pytest.raises(Conflict):
        sign_claim(of.supervisor, claim, on=date(2023, 3, 2))
