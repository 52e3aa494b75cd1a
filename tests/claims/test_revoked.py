"""A signature taken back before the release: budget and apprentices are free again (六（四）)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.casework.models import Notice
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim, ClaimLine, Entitlement
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.revoke_claim import revoke_claim
from apps.core import clock, invariants
from apps.core.errors import Conflict, Forbidden, InvalidInput, Refused
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
# Results without hours, accounts without people.
OF_THE_FACTORIES = {"I13a", "I24d"}
WHY = Opinion(reason="学员重复，审核有误")


def broken() -> set[str]:
    return {found.invariant.number for found in invariants.audit() if found.violations} - OF_THE_FACTORIES


def test_the_budget_is_free_again_and_the_class_can_be_claimed_for_again():
    of = make.money(people=2)
    before = make.budgets(of)
    claim = revoke_claim(of.supervisor, make.signed(of), on=ON, opinion=WHY)
    assert claim.state == ClaimState.REJECTED
    assert make.budgets(of) == before
    assert set(Entitlement.objects.values_list("committed_fen", "to_recover_fen")) == {(0, 0)}
    again = make.paid(of)
    assert (again.state, again.line_count) == (ClaimState.PAID, 2)
    assert not broken()


def test_a_remainder_leaves_the_advance_as_it_was_and_its_result_can_be_corrected():
    of = make.money(people=1)
    make.paid(of)
    make.evidence(of)
    result = make.result(of, of.enrolments()[0], "passed", certificate=True)
    before = make.budgets(of)
    claim = make.signed(of, ClaimKind.REMAINDER)
    revoke_claim(of.supervisor, claim, on=ON, opinion=WHY)
    assert make.budgets(of) == before
    entitlement = Entitlement.objects.get()
    assert (entitlement.due_fen, entitlement.committed_fen) == (None, 0)
    result.refresh_from_db()
    assert result.locked_at is None
    assert make.paid(of, ClaimKind.REMAINDER).state == ClaimState.PAID
    assert not broken()


def test_everybody_who_counted_on_it_is_told_why():
    of = make.money(people=1)
    claim = revoke_claim(of.supervisor, make.signed(of), on=ON, opinion=WHY)
    told = Notice.objects.filter(code="claims.claim.revoke", subject_id=claim.pk)
    assert {row.role for row in told} == {
        Role.ENTERPRISE_OPERATOR,
        Role.DISTRICT_REVIEWER,
        Role.FINANCE_OFFICER,
    }
    assert {row.params["reason"] for row in told} == {WHY.reason}


def test_what_was_released_once_is_not_revoked():
    of = make.money(people=1)
    claim = release_payment(of.finance, make.signed(of), on=ON)
    with pytest.raises(Conflict):
        revoke_claim(of.supervisor, claim, on=ON, opinion=WHY)
    claim = record_failure(of.finance, claim, on=ON, opinion=Opinion(reason="户名不符"))
    with pytest.raises(Refused) as refusal:
        revoke_claim(of.supervisor, claim, on=ON, opinion=WHY)
    assert refusal.value.code == "released_once"


def revoke_past_the_service(of, claim) -> None:
    with transaction.atomic(), acting(of.supervisor, "revoke", "越过服务"):
        claim.lines.update(voided_at=clock.now())
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.REJECTED)


def test_the_database_does_not_take_it_back_either():
    of = make.money(people=1)
    claim = release_payment(of.finance, make.signed(of), on=ON)
    claim = record_failure(of.finance, claim, on=ON, opinion=Opinion(reason="户名不符"))
    with pytest.raises(IntegrityError, match="released is not revoked"):
        revoke_past_the_service(of, claim)


def test_an_approved_claim_whose_lines_were_freed_goes_nowhere():
    of = make.money(people=1)
    claim = make.signed(of)
    ClaimLine.objects.filter(claim=claim).update(voided_at=clock.now())
    with pytest.raises(IntegrityError, match="sums of a claim"), transaction.atomic():
        release_payment(of.finance, claim, on=ON)


def test_only_the_supervisor_with_a_reason():
    of = make.money(people=1)
    claim = make.signed(of)
    for actor in (of.finance, of.reviewer, of.clerk):
        with pytest.raises(Forbidden):
            revoke_claim(actor, claim, on=ON, opinion=WHY)
    with pytest.raises(InvalidInput):
        revoke_claim(of.supervisor, claim, on=ON, opinion=Opinion())
    other = accounts.actor(Role.DISTRICT_SUPERVISOR, district=of.training_class.district)
    assert revoke_claim(other, claim, on=ON, opinion=WHY).state == ClaimState.REJECTED


def test_the_page_names_the_step_that_needs_a_reason_and_ends_with_it():
    of = make.money(people=1)
    claim = make.signed(of)
    page = accounts.client_of(Membership.objects.get(pk=of.supervisor.membership_id))
    page.cookies["django_language"] = "en"
    url = reverse("desk:claim_review", args=[claim.pk])
    assert "Required for: Revoke the approval." in page.get(url).content.decode()
    revoke_claim(of.supervisor, claim, on=ON, opinion=WHY)
    shown = page.get(url).content.decode()
    assert 'aria-label="Done"' in shown
    assert "Nothing to do here" not in shown


def test_the_next_claim_has_the_figures_of_its_own_day():
    of = make.money(people=1)
    revoke_claim(of.supervisor, make.signed(of), on=ON, opinion=WHY)
    claim = compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=ON + timedelta(days=1))
    assert claim.line_count == 1
