"""A claim goes on only while its lines are what would be computed now."""

from datetime import date

import pytest

from apps.apprentices.services import resume_enrolment, suspend_enrolment, withdraw_enrolment
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.services.compute_claim import recompute_claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.errors import Refused
from apps.training.models import Assessment
from tests.factories import claims as make
from tests.factories.apprentices import ON

LATER = date(2025, 3, 10)
LEAVES = Opinion(reason="离职")


def refusal(step, *arguments) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        step(*arguments, on=LATER)
    return {problem.code: str(problem.message) for problem in refused.value.problems}


def test_a_result_that_was_corrected_is_computed_again_before_the_claim_is_handed_in():
    of = make.money(people=2)
    make.paid(of)
    make.evidence(of)
    first, second = of.enrolments()
    make.result(of, first, "passed", certificate=True, on=LATER)
    make.result(of, second, "passed", certificate=True, on=LATER)
    claim = make.computed(of, ClaimKind.REMAINDER, on=LATER)
    Assessment.objects.filter(enrolment=second).update(
        result="failed",
        certificate_kind="",
        certificate_number="",
        certificate_on=None,
        certificate_occupation=None,
        certificate_level=None,
    )
    said = refusal(submit_claim, of.clerk, claim)
    assert second.person.name in said["line_stale"]
    claim = submit_claim(of.clerk, recompute_claim(of.clerk, claim), on=LATER)
    assert claim.lines.get(enrolment=second).due_fen == 0


def test_nobody_is_claimed_for_who_left_after_the_claim_was_computed():
    of = make.money(people=2)
    claim = make.computed(of)
    withdraw_enrolment(of.clerk, of.enrolments()[1], on=LATER, opinion=LEAVES)
    assert "line_stale" in refusal(submit_claim, of.clerk, claim)
    claim = submit_claim(of.clerk, recompute_claim(of.clerk, claim), on=LATER)
    assert claim.line_count == 1


def test_the_office_approves_and_signs_nothing_for_who_left_meanwhile():
    of = make.money(people=2)
    submitted = submit_claim(of.clerk, make.computed(of), on=ON)
    first, second = of.enrolments()
    suspend_enrolment(of.clerk, first, on=ON, opinion=LEAVES)
    approved = approve_claim(of.reviewer, submitted, on=ON)
    resume_enrolment(of.clerk, first, on=ON, opinion=LEAVES)
    withdraw_enrolment(of.clerk, second, on=LATER, opinion=LEAVES)
    assert "line_stale" in refusal(sign_claim, of.supervisor, approved)


def test_an_advance_that_was_repaid_meanwhile_is_not_set_off_again():
    of = make.money(people=1)
    make.paid(of)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "failed", on=LATER)
    claim = make.computed(of, ClaimKind.REMAINDER, on=LATER)
    line = claim.lines.get()
    of.enrolments()[0].entitlement.__class__.objects.update(recovered_fen=line.advance_fen)
    assert "line_stale" in refusal(submit_claim, of.clerk, claim)
