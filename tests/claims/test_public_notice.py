"""A claim is published before it is signed; an objection holds its line and no other (公示)."""

from datetime import date, timedelta

import pytest

from apps.apprentices.services import withdraw_enrolment
from apps.casework import wording
from apps.casework.engine import Opinion
from apps.casework.models import Decision, History
from apps.casework.models import Notice as Message
from apps.claims.enums import ClaimKind, ClaimState, ObjectionState
from apps.claims.models import Entitlement, Objection, PublicNotice
from apps.claims.publicity import notice_days
from apps.claims.services.compute_claim import compute_claim, recompute_claim
from apps.claims.services.decide_objection import dismiss_objection
from apps.claims.services.raise_objection import raise_objection
from apps.claims.services.review_claim import approve_claim, reject_claim, return_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.claims.services.tell_ended import tell_ended
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.core.identifiers import mask_name
from apps.core.workdays import add_working_days
from apps.ledger.selectors import trial_balance
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery
from apps.policy.selectors import parameter
from tests.factories import accounts, notices
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.factories.notices import OBJECTOR, REASON

pytestmark = pytest.mark.django_db
BACK = Opinion(reason="材料不全", deficiencies=[{"code": "other", "article": "", "text": "补材料"}])


def codes(refusal: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


# The notice. -----------------------------------------------------------------------------------------


def test_an_approved_claim_is_published_for_the_working_days_of_its_document():
    of = notices.published(people=3)
    claim = notices.of_notice(of)
    notice = notices.notice_of(claim)
    days = parameter(claim.policy_document, "public_notice_days", ON)
    assert (notice.published_on, notice.ends_on) == (ON, add_working_days(ON, days))
    assert (notice.people, notice.amount_fen) == (3, claim.pay_fen)
    assert notice.article == claim.policy_document.rules.article("public_notice_required")
    people = {row.pk: row.person.name for row in of.enrolments()}
    assert [row.shown_name for row in notice.lines.order_by("position")] == [
        mask_name(people[row.enrolment_id]) for row in notice.lines.order_by("position")
    ]


def test_the_second_signature_waits_for_the_last_day_and_its_time_runs_from_there():
    of = notices.published()
    claim = notices.of_notice(of)
    ends_on = notices.notice_of(claim).ends_on
    days = parameter(claim.policy_document, "deadline_sign_days", ON)
    assert claim.deadline_on == add_working_days(ends_on, days)
    for on in (ON, ends_on):
        with pytest.raises(Refused) as refusal:
            sign_claim(of.supervisor, claim, on=on)
        assert codes(refusal) == {"notice_runs"}
    signed = sign_claim(of.supervisor, claim, on=ends_on + timedelta(days=1))
    assert signed.state == ClaimState.APPROVED


def test_the_supervisor_is_told_once_when_the_notice_is_over():
    of = notices.published()
    claim = notices.of_notice(of)
    assert tell_ended(notices.notice_of(claim).ends_on) == 0
    on = notices.day_after(claim)
    assert [tell_ended(on), tell_ended(on)] == [1, 0]
    told = Message.objects.get(code="claims.publicnotice.ended")
    assert (told.role, told.district_code) == ("district_supervisor", claim.district_id)
    assert claim.number in wording.sentence(told)


def test_the_enterprise_is_told_what_is_published_of_it():
    of = notices.published()
    claim = notices.of_notice(of)
    told = Message.objects.get(code="claims.publicnotice.published")
    assert told.organisation_id == claim.enterprise_id
    assert told.params["until"] == notices.notice_of(claim).ends_on.isoformat()


def test_a_document_that_asks_for_no_notice_publishes_nothing():
    of = make.money(people=1)
    assert notice_days(of.training_class) == 0
    claim = make.signed(of)
    assert claim.state == ClaimState.APPROVED
    assert not PublicNotice.objects.exists()


def test_a_recovery_is_not_published():
    of = notices.published(people=1)
    claim = paid(of, notices.of_notice(of))
    later = ON + timedelta(days=90)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "failed", on=later)
    owed = make.approved(of, ClaimKind.REMAINDER, on=later)
    assert owed.net_fen == -claim.net_fen
    assert not PublicNotice.objects.filter(claim=owed).exists()
    assert sign_recovery(of.supervisor, owed, on=later).state == ClaimState.RECOVERING


def test_a_claim_that_was_only_looked_at_again_keeps_its_notice():
    of = notices.published()
    claim = notices.of_notice(of)
    notice = notices.notice_of(claim)
    on = notice.ends_on
    again = approve_claim(of.reviewer, notices.sent_back(of, claim, on=on), on=on)
    assert notices.notice_of(again) == notice
    assert sign_claim(of.supervisor, again, on=on + timedelta(days=1)).state == ClaimState.APPROVED


@pytest.mark.parametrize("back", [return_claim, reject_claim])
def test_the_notice_of_a_claim_that_comes_back_is_taken_down(back):
    of = notices.published()
    claim = notices.sent_back(of, notices.of_notice(of), on=ON)
    back(of.reviewer, claim, on=ON, opinion=BACK)
    notice = PublicNotice.objects.get()
    assert notice.taken_down_on == ON
    assert notice.taken_down_why
    assert not PublicNotice.objects.running(ON).exists()


def test_a_returned_claim_is_published_anew_for_the_whole_time():
    of = notices.published()
    claim = notices.sent_back(of, notices.of_notice(of), on=ON)
    claim = return_claim(of.reviewer, claim, on=ON, opinion=BACK)
    later = ON + timedelta(days=20)
    claim = approve_claim(of.reviewer, submit_claim(of.clerk, claim, on=later), on=later)
    assert notices.notice_of(claim).published_on == later
    with pytest.raises(Refused) as refusal:
        sign_claim(of.supervisor, claim, on=later)
    assert codes(refusal) == {"notice_runs"}


# Objections. -----------------------------------------------------------------------------------------


def test_an_objection_is_sealed_and_the_office_and_the_enterprise_are_told():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.objected(claim, 2)
    assert (objection.state, objection.channel) == (ObjectionState.OPEN, "public")
    assert objection.deadline_on == add_working_days(
        ON, parameter(claim.policy_document, "deadline_review_days", ON)
    )
    kept = Objection.objects.get()
    assert (kept.objector_name, kept.objector_contact) == (OBJECTOR.name, OBJECTOR.contact)
    assert History.objects.of(kept).get().role == "system"
    roles = set(Message.objects.filter(code="claims.objection.raised").values_list("role", flat=True))
    assert roles == {"district_reviewer", "district_supervisor"}
    held = Message.objects.get(code="claims.objection.held")
    assert held.organisation_id == claim.enterprise_id
    assert OBJECTOR.name not in str(held.params)


def test_a_held_line_keeps_the_claim_from_being_signed_until_it_is_decided():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.objected(claim)
    on = notices.day_after(claim)
    with pytest.raises(Refused) as refusal:
        sign_claim(of.supervisor, claim, on=on)
    assert codes(refusal) == {"line_objected"}
    notices.dismissed(of, objection, on=on)
    assert sign_claim(of.supervisor, claim, on=on).line_count == 3


@pytest.mark.parametrize("decide", [None, notices.upheld])
def test_the_other_lines_are_signed_without_the_held_one(decide):
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.objected(claim, 2)
    if decide:
        decide(of, objection)
    on = notices.day_after(claim)
    before = claim.net_fen
    claim = notices.sent_back(of, claim, on=on)
    claim = approve_claim(of.reviewer, claim, on=on)
    assert (claim.line_count, claim.version) == (2, 2)
    assert claim.net_fen == claim.pay_fen == before * 2 // 3
    assert notices.line(claim, 2).left_out_on == on
    approvals = Decision.objects.of(claim).filter(action="approve").order_by("id")
    assert [row.content_version for row in approvals] == [1, 2]
    signed = sign_claim(of.supervisor, claim, on=on)
    assert signed.state == ClaimState.APPROVED
    assert Entitlement.objects.count() == 2
    assert audit() == set()


def test_who_was_left_out_is_claimed_for_in_a_further_claim_once_the_objection_is_dismissed():
    """Claim, notice, objection, hold, dismissal, further claim, payment, under a document that publishes."""
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.objected(claim, 2)
    on = notices.day_after(claim)
    claim = approve_claim(of.reviewer, notices.sent_back(of, claim, on=on), on=on)
    first = paid(of, claim)

    with pytest.raises(Refused) as refusal:
        compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=on)
    assert "objection" in codes(refusal)

    later = on + timedelta(days=5)
    notices.dismissed(of, objection, on=later)
    further = notices.of_notice(of, on=later)
    assert further.line_count == 1
    assert further.lines.get().enrolment_id == objection.enrolment_id
    second = paid(of, further)
    assert (first.state, second.state) == (ClaimState.PAID, ClaimState.PAID)
    assert {row.paid_fen for row in Entitlement.objects.all()} == {first.net_fen // 2}
    assert sum(row.debit_fen - row.credit_fen for row in trial_balance()) == 0
    assert audit() == set()


def test_nobody_is_claimed_for_whose_objection_was_upheld():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.upheld(of, notices.objected(claim, 2))
    on = notices.day_after(claim)
    paid(of, approve_claim(of.reviewer, notices.sent_back(of, claim, on=on), on=on))
    with pytest.raises(Refused) as refusal:
        compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=on)
    assert "objected" in codes(refusal)
    make.evidence(of)
    for enrolment in of.enrolments():
        make.result(of, enrolment, "passed", certificate=True, on=on)
    remainder = make.computed(of, ClaimKind.REMAINDER, on=on)
    assert objection.enrolment_id not in set(remainder.lines.values_list("enrolment_id", flat=True))
    assert remainder.line_count == 2


def test_what_was_paid_ahead_is_recovered_from_whoever_an_objection_holds():
    of = notices.published(people=2)
    paid(of, notices.of_notice(of))
    later = ON + timedelta(days=90)
    make.evidence(of)
    for enrolment in of.enrolments():
        make.result(of, enrolment, "passed", certificate=True, on=later)
    claim = notices.of_notice(of, ClaimKind.REMAINDER, on=later)
    objection = notices.upheld(of, notices.objected(claim, 1, on=later), on=later)
    claim = return_claim(of.reviewer, notices.sent_back(of, claim, on=later), on=later, opinion=BACK)
    withdraw_enrolment(of.clerk, objection.enrolment, on=later, opinion=Opinion(reason="核查属实"))
    claim = recompute_claim(of.clerk, claim)
    owed = claim.lines.get(enrolment=objection.enrolment_id)
    assert owed.amount_fen < 0
    assert claim.line_count == 2


def test_where_every_line_is_held_nothing_can_be_approved():
    of = notices.published(people=1)
    claim = notices.of_notice(of)
    notices.objected(claim)
    claim = notices.sent_back(of, claim, on=ON)
    with pytest.raises(Refused) as refusal:
        approve_claim(of.reviewer, claim, on=ON)
    assert codes(refusal) == {"all_objected"}
    claim.refresh_from_db()
    assert (claim.state, claim.line_count) == (ClaimState.DISTRICT_REVIEW, 1)


def test_an_opinion_on_the_version_with_the_line_is_not_taken_for_one_without():
    of = notices.published()
    claim = notices.of_notice(of)
    notices.objected(claim)
    claim = notices.sent_back(of, claim, on=ON)
    with pytest.raises(Conflict):
        approve_claim(of.reviewer, claim, on=ON, opinion=Opinion(version=claim.version + 1))


@pytest.mark.parametrize("who", ["reviewer", "supervisor_who_wrote_it_down"])
def test_who_decided_before_does_not_examine_the_objection(who):
    of = notices.published()
    claim = notices.of_notice(of)
    if who == "reviewer":
        actor, objection = of.reviewer, notices.objected(claim)
    else:
        actor = of.supervisor
        objection = raise_objection(actor, notices.line(claim), OBJECTOR, REASON, on=ON)
    with pytest.raises(Refused) as refusal:
        dismiss_objection(actor, objection, on=ON, opinion=Opinion(reason="不成立"))
    assert codes(refusal) == {"segregation"}


def test_the_supervisor_who_sent_the_claim_back_may_examine():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.objected(claim)
    notices.sent_back(of, claim, on=ON)
    done = dismiss_objection(of.supervisor, objection, on=ON, opinion=Opinion(reason="不成立"))
    assert done.state == ObjectionState.DISMISSED


def test_officers_of_the_district_take_an_objection_down_that_came_by_telephone():
    of = notices.published()
    claim = notices.of_notice(of)
    late = notices.notice_of(claim).ends_on + timedelta(days=1)
    objection = raise_objection(
        of.reviewer, notices.line(claim), OBJECTOR, REASON, on=late, received_on=late - timedelta(days=1)
    )
    assert (objection.channel, objection.entered_by_id) == ("office", of.reviewer.user_id)
    assert History.objects.of(objection).get().person_id == of.reviewer.person_id


def test_an_objection_is_not_taken_where_it_cannot_hold_anything():
    of = notices.published()
    claim = notices.of_notice(of)
    line, ends_on = notices.line(claim), notices.notice_of(claim).ends_on
    foreign = accounts.actor("district_reviewer", district=accounts.district("110108"))
    after = ends_on + timedelta(days=1)
    for actor, on, error in (
        (None, after, Refused),
        (None, ON - timedelta(days=1), Refused),
        (of.finance, ON, Forbidden),
        (foreign, ON, NotFound),
    ):
        with pytest.raises(error):
            raise_objection(actor, line, OBJECTOR, REASON, on=on)
    with pytest.raises(InvalidInput) as refusal:
        raise_objection(None, line, notices.Objector(" ", "x" * 200), "", on=ON)
    assert {problem.field for problem in refusal.value.problems} == {"name", "contact", "reason"}
    sign_claim(of.supervisor, claim, on=after)
    with pytest.raises(Refused):
        raise_objection(of.reviewer, line, OBJECTOR, REASON, on=after, received_on=ends_on)


def paid(of, claim, on: date | None = None):
    """Signed after its notice, released and paid."""
    on = on or notices.day_after(claim)
    claim = sign_claim(of.supervisor, claim, on=on)
    claim = release_payment(of.finance, claim, on=on)
    return record_payment(of.finance, claim, on=on, paid_on=on, bank_serial=f"B{claim.pk:012d}")


def audit() -> set[str]:
    """The invariants of claims and money that do not hold."""
    numbers = [
        "I2a",
        "I3a",
        "I3b",
        "I4a",
        "I5a",
        "I5b",
        "I12c",
        "I12d",
        "I13c",
        "I16a",
        "I16b",
        "I16d",
        "I16e",
    ]
    return {finding.invariant.number for finding in invariants.audit(numbers) if not finding.holds}
