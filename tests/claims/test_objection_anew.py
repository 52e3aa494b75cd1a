"""An objection that was decided by mistake is examined anew (重新受理), until its line is signed for."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.casework import subjects, wording
from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.casework.models import Decision, History
from apps.casework.models import Notice as Message
from apps.claims.enums import ClaimKind, ClaimState, ObjectionState
from apps.claims.models import Objection
from apps.claims.notice_selectors import receipt
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.reopen_objection import reopen_objection
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.core.workdays import add_working_days
from apps.policy.selectors import parameter
from tests.claims.conftest import owner, without
from tests.factories import accounts, notices
from tests.factories.apprentices import ON
from tests.ledger.conftest import refused_by, run

__all__ = ["owner", "without"]
pytestmark = pytest.mark.django_db
WHY = Opinion(reason="核查时漏看了社保缴费记录。")
DECISIONS = [notices.upheld, notices.dismissed]


def supervisor(of):
    """A supervisor of the district who had no part in the claim or the decision."""
    return actor_of(accounts.member(Role.DISTRICT_SUPERVISOR, district=of.training_class.district))


def reopened(of, objection, *, on=ON):
    return reopen_objection(supervisor(of), objection, on=on, opinion=WHY)


def codes(refusal) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


def offered(objection) -> bool:
    """Whether a supervisor would be offered the step, alone and as one of a list."""
    step = next(iter(subjects.get("claims.objection").table.named("reopen")))
    offers = subjects.get("claims.objection").offers
    fresh = Objection.objects.get(pk=objection.pk)
    listed = Objection.objects.with_reopenable().get(pk=objection.pk)
    assert offers(fresh, step) == offers(listed, step)
    return offers(fresh, step)


@pytest.mark.parametrize("decide", DECISIONS)
def test_a_decided_objection_is_taken_up_again_and_holds_its_line(decide):
    of = notices.published()
    claim = notices.of_notice(of)
    objection = decide(of, notices.objected(claim, 2))
    on = notices.day_after(claim)
    objection = reopened(of, objection, on=on)
    days = parameter(claim.policy_document, "deadline_review_days", ON)
    assert (objection.state, objection.deadline_on) == (ObjectionState.OPEN, add_working_days(on, days))
    with pytest.raises(Refused) as refusal:
        sign_claim(of.supervisor, claim, on=on)
    assert codes(refusal) == {"line_objected"}
    notices.dismissed(of, objection, on=on)
    assert sign_claim(of.supervisor, claim, on=on).line_count == 3


def test_history_and_decisions_keep_both_examinations_with_their_reasons():
    of = notices.published()
    objection = notices.upheld(of, notices.objected(notices.of_notice(of)))
    objection = notices.dismissed(of, reopened(of, objection))
    actions = ["create", "uphold", "reopen", "dismiss"]
    assert list(History.objects.of(objection).values_list("action", flat=True)) == actions
    decisions = Decision.objects.of(objection)
    assert list(decisions.values_list("action", flat=True)) == actions[1:]
    assert decisions[1].opinion == WHY.reason


def test_the_office_is_told_and_the_enterprise_that_its_line_is_held_again():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = reopened(of, notices.dismissed(of, notices.objected(claim, 2)))
    roles = set(Message.objects.filter(code="claims.objection.reopen").values_list("role", flat=True))
    assert roles == {"district_reviewer", "district_supervisor"}
    told = Message.objects.get(code="claims.objection.reopened")
    assert told.organisation_id == claim.enterprise_id
    sentence = wording.sentence(told)
    assert claim.number in sentence
    assert objection.number not in sentence


def test_the_receipt_says_that_it_is_examined_anew_and_why():
    of = notices.published()
    objection = reopened(of, notices.dismissed(of, notices.objected(notices.of_notice(of))))
    shown = receipt(objection.number)
    assert (shown.state, shown.anew, shown.answer) == ("open", True, WHY.reason)


@pytest.mark.parametrize("decide", DECISIONS)
def test_whoever_decided_does_not_take_it_up_again(decide):
    of = notices.published()
    objection = notices.objected(notices.of_notice(of))
    decider = supervisor(of)
    name = {notices.upheld: "uphold", notices.dismissed: "dismiss"}[decide]
    service = subjects.get("claims.objection").services[name]
    objection = service(decider, objection, on=ON, opinion=WHY)
    with pytest.raises(Refused) as refusal:
        reopen_objection(decider, objection, on=ON, opinion=WHY)
    assert refusal.value.code == "segregation"


def test_whoever_took_it_up_again_does_not_decide_it():
    of = notices.published()
    objection = notices.dismissed(of, notices.objected(notices.of_notice(of)))
    chief = supervisor(of)
    objection = reopen_objection(chief, objection, on=ON, opinion=WHY)
    uphold = subjects.get("claims.objection").services["uphold"]
    with pytest.raises(Refused) as refusal:
        uphold(chief, objection, on=ON, opinion=WHY)
    assert refusal.value.code == "segregation"


def test_only_a_supervisor_of_the_district_takes_it_up_again_and_with_a_reason():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.dismissed(of, notices.objected(claim))
    foreign = accounts.actor("district_supervisor", district=accounts.district("110108"))
    for actor, error in ((notices.examiner(of), Forbidden), (of.finance, Forbidden), (foreign, NotFound)):
        with pytest.raises(error):
            reopen_objection(actor, objection, on=ON, opinion=WHY)
    with pytest.raises(InvalidInput):
        reopen_objection(supervisor(of), objection, on=ON, opinion=Opinion(reason=" "))
    with pytest.raises(Conflict):
        reopen_objection(supervisor(of), reopened(of, objection), on=ON, opinion=WHY)


def test_whoever_had_a_part_in_the_claim_does_not_take_it_up_again():
    of = notices.published()
    objection = notices.dismissed(of, notices.objected(notices.of_notice(of)))
    # The reviewer of the claim has become supervisor since.
    reviewer = accounts.member(
        Role.DISTRICT_SUPERVISOR, district=of.training_class.district, user=of.shop.reviewer.user
    )
    with pytest.raises(Refused) as refusal:
        reopen_objection(actor_of(reviewer), objection, on=ON, opinion=WHY)
    assert codes(refusal) == {"segregation"}


def test_nothing_is_taken_up_again_once_its_line_is_signed():
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.dismissed(of, notices.objected(claim))
    assert offered(objection)
    on = notices.day_after(claim)
    assert sign_claim(of.supervisor, claim, on=on).state == ClaimState.APPROVED
    assert not offered(objection)
    with pytest.raises(Refused) as refusal:
        reopened(of, objection, on=on)
    assert codes(refusal) == {"claim_signed"}


def test_an_upheld_one_whose_line_left_the_claim_is_taken_up_again_and_claimed_for_once_dismissed():
    """The signature of the others does not rest on it: the apprentice is still to be paid for."""
    of = notices.published()
    claim = notices.of_notice(of)
    objection = notices.upheld(of, notices.objected(claim, 2))
    on = notices.day_after(claim)
    claim = approve_claim(of.reviewer, notices.sent_back(of, claim, on=on), on=on)
    sign_claim(of.supervisor, claim, on=on)
    objection = reopened(of, objection, on=on)
    with pytest.raises(Refused) as refusal:
        compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=on)
    assert "objection" in codes(refusal)
    notices.dismissed(of, objection, on=on)
    further = notices.of_notice(of, on=on)
    assert [row.enrolment_id for row in further.lines.all()] == [objection.enrolment_id]
    # Open once more, it holds the line of the further claim; signed, it can hold nothing any more.
    objection = reopened(of, Objection.objects.get(pk=objection.pk), on=on)
    later = notices.day_after(further)
    with pytest.raises(Refused):
        sign_claim(of.supervisor, further, on=later)
    notices.dismissed(of, objection, on=later)
    sign_claim(of.supervisor, further, on=later)
    with pytest.raises(Refused) as refusal:
        reopened(of, Objection.objects.get(pk=objection.pk), on=later)
    assert codes(refusal) == {"claim_signed"}
    assert broken() == set()


def by_hand(of, objection) -> int:
    """Past the services, as the trigger of the steps lets it through."""
    with transaction.atomic(), acting(supervisor(of), "reopen", "x"):
        return Objection.objects.filter(pk=objection.pk).update(state=ObjectionState.OPEN)


def broken() -> set[str]:
    return {finding.invariant.number for finding in invariants.audit(["I16e"]) if not finding.holds}


def signed_over(of):
    claim = notices.of_notice(of)
    objection = notices.dismissed(of, notices.objected(claim))
    sign_claim(of.supervisor, claim, on=notices.day_after(claim) + timedelta(days=1))
    return objection


def test_the_database_refuses_it_over_a_signature_by_itself():
    of = notices.published()
    objection = signed_over(of)
    with refused_by("claims_objection_signed_over"):
        by_hand(of, objection)


def test_without_the_guard_it_succeeds_and_the_night_finds_it(owner):
    of = notices.published()
    objection = signed_over(of)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_objection_stands_%'")
        (name,) = cursor.fetchone()
    with owner():
        run(f"ALTER TABLE claims_objection DISABLE TRIGGER {name}")
    assert by_hand(of, objection) == 1
    assert broken() == {"I16e"}
