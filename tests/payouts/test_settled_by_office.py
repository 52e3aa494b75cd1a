"""A class that its enterprise does not settle: the district asks the advance back (四（三）, 六（四）)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.roles import Role
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.casework.models import Notice
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim
from apps.claims.services.review_claim import approve_claim, reject_claim, return_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import invariants
from apps.core.errors import Forbidden, InvalidInput, NotFound, Refused
from apps.payouts.models import Recovery
from apps.payouts.services.settle_by_office import settle_by_office
from apps.payouts.services.sign_recovery import sign_recovery
from apps.payouts.unsettled import settlement_due, unsettled
from tests.factories import accounts
from tests.factories import claims as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TO_CORRECT = Opinion(reason="材料", deficiencies=[{"code": "x", "text": "补正"}])
# Results without hours, accounts without people.
OF_THE_FACTORIES = {"I13a", "I24d"}
WHY = "培训期满已逾六十个工作日，企业未申请清算"


def broken() -> set[str]:
    return {found.invariant.number for found in invariants.audit() if found.violations} - OF_THE_FACTORIES


def refused(work) -> str:
    with pytest.raises(Refused) as refusal:
        work()
    return refusal.value.code


def late(of):
    """The first day on which the district may act."""
    return settlement_due(of.training_class, of.training_class.ends_on) + DAY


def another_reviewer(of):
    return accounts.actor(Role.DISTRICT_REVIEWER, district=of.training_class.district)


def asked_back(of, *, by=None, on=None):
    return settle_by_office(by or another_reviewer(of), of.training_class, reason=WHY, on=on or late(of))


def test_who_failed_left_or_has_no_result_gives_the_advance_back_and_who_passed_keeps_it():
    of = make.money(people=4)
    make.paid(of)
    failed, left, passed, silent = of.enrolments()
    make.result(of, failed, "failed")
    make.result(of, passed, "passed", certificate=True)
    withdraw_enrolment(of.clerk, left, on=of.training_class.starts_on + DAY, opinion=Opinion(reason="离职"))
    found = unsettled(of.training_class, late(of))
    assert (found.failed, found.left, found.without_result, found.late) == (1, 1, 1, True)
    claim = asked_back(of)
    assert claim.state == ClaimState.DISTRICT_REVIEW
    owing = set(claim.lines.values_list("enrolment_id", flat=True))
    assert owing == {failed.pk, left.pk, silent.pk}
    assert claim.net_fen == -found.advanced_fen
    assert unsettled(of.training_class, late(of)) is None


def test_signed_it_becomes_a_notice_and_the_records_without_a_result_end():
    of = make.money(people=2)
    advance = make.paid(of)
    on = late(of)
    claim = approve_claim(of.reviewer, asked_back(of), on=on)
    claim = sign_recovery(of.supervisor, claim, on=on)
    assert Recovery.objects.get(claim=claim).amount_fen == advance.net_fen
    rows = of.enrolments()
    assert {(row.state, row.left_on) for row in rows} == {(EnrolmentState.WITHDRAWN, on)}
    assert {row.status_records.get().change for row in rows} == {"end_unassessed"}
    people = {row.person_id for row in rows}
    told = Notice.objects.filter(code="apprentices.enrolment.end_unassessed")
    assert set(told.values_list("person_id", flat=True)) == people
    assert not broken()


def test_the_enterprise_and_the_institution_are_told_with_the_reason():
    of = make.money(people=1)
    make.paid(of)
    claim = asked_back(of)
    told = Notice.objects.filter(code="claims.claim.propose", subject_id=claim.pk)
    organisations = {of.shop.enterprise.organisation.pk, of.shop.institution.organisation.pk}
    assert set(told.values_list("organisation_id", flat=True)) == organisations
    assert {row.params["reason"] for row in told} == {WHY}


def test_not_before_the_enterprise_s_last_day():
    of = make.money(people=1)
    make.paid(of)
    assert refused(lambda: asked_back(of, on=late(of) - DAY)) == "settled_by_enterprise"
    assert refused(lambda: asked_back(of, on=of.training_class.ends_on)) == "nothing_to_settle"


def test_where_nothing_was_advanced_nothing_is_asked_back():
    of = make.money(people=1)
    assert refused(lambda: asked_back(of)) == "nothing_to_settle"


def test_what_the_enterprise_wrote_and_did_not_hand_in_lapses():
    of = make.money(people=2)
    make.paid(of)
    make.result(of, of.enrolments()[0], "failed")
    draft = make.computed(of, ClaimKind.REMAINDER, on=of.training_class.ends_on)
    claim = asked_back(of)
    draft.refresh_from_db()
    assert draft.state == ClaimState.WITHDRAWN
    assert claim.line_count == 2
    told = Notice.objects.filter(code="claims.claim.lapse", subject_id=draft.pk)
    assert told.get().organisation_id == of.shop.enterprise.organisation.pk


def test_a_claim_that_is_being_corrected_has_its_time():
    of = make.money(people=1)
    make.paid(of)
    make.result(of, of.enrolments()[0], "failed")
    on = late(of)
    claim = submit_claim(of.clerk, make.computed(of, ClaimKind.REMAINDER, on=on), on=on)
    assert refused(lambda: asked_back(of, on=on)) == "nothing_to_settle"
    claim = return_claim(
        of.reviewer,
        claim,
        on=on,
        opinion=Opinion(reason="材料", deficiencies=[{"code": "x", "text": "补正"}]),
    )
    assert refused(lambda: asked_back(of, on=claim.deadline_on)) == "being_corrected"
    assert asked_back(of, on=claim.deadline_on + DAY).by_office


def test_a_result_that_comes_in_meanwhile_stops_it_and_it_can_be_asked_back_anew():
    of = make.money(people=2)
    make.paid(of)
    on = late(of)
    claim = asked_back(of)
    make.result(of, of.enrolments()[0], "passed", certificate=True, on=on)
    with pytest.raises(Refused) as refusal:
        approve_claim(of.reviewer, claim, on=on)
    assert {problem.code for problem in refusal.value.problems} == {"line_stale"}
    reject_claim(of.reviewer, claim, on=on, opinion=Opinion(reason="结果已报"))
    assert asked_back(of).line_count == 1


def test_it_goes_back_to_nobody_for_correction():
    of = make.money(people=1)
    make.paid(of)
    assert (
        refused(lambda: return_claim(of.reviewer, asked_back(of), on=late(of), opinion=TO_CORRECT))
        == "made_by_office"
    )


def test_whoever_asked_it_back_does_not_approve_it():
    of = make.money(people=1)
    make.paid(of)
    reviewer = another_reviewer(of)
    claim = asked_back(of, by=reviewer)
    assert refused(lambda: approve_claim(reviewer, claim, on=late(of))) == "segregation"


def test_nobody_but_a_reviewer_of_the_district():
    of = make.money(people=1)
    make.paid(of)
    for actor in (of.supervisor, of.finance, of.clerk):
        with pytest.raises(Forbidden):
            asked_back(of, by=actor)
    with pytest.raises(NotFound):
        asked_back(of, by=accounts.actor(Role.DISTRICT_REVIEWER, district=accounts.district("110106")))


def test_a_reason_is_given():
    of = make.money(people=1)
    make.paid(of)
    with pytest.raises(InvalidInput):
        settle_by_office(another_reviewer(of), of.training_class, reason=" ", on=late(of))
    assert not Claim.objects.filter(by_office=True).exists()


def test_the_database_lets_no_claim_of_the_district_pay():
    of = make.money(people=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=make.computed(of).pk).update(by_office=True)


def test_the_database_keeps_who_made_a_claim_that_was_handed_in():
    of = make.money(people=1)
    make.paid(of)
    claim = asked_back(of)
    with pytest.raises(IntegrityError, match="keeps its figures"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(by_office=False)
