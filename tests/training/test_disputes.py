"""An apprentice confirms or disputes; the side that recorded it answers; claims wait until then."""

import pytest

from apps.accounts.middleware import actor_of
from apps.claims.enums import ClaimKind
from apps.claims.facts import held, remainder_candidates
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.training.credits import credits_of
from apps.training.enums import DisputeState, SessionSide
from apps.training.services.disputes import answer_dispute, confirm_attendance, raise_dispute
from apps.training.services.record_result import ResultFacts, record_result
from tests.factories import claims
from tests.factories import training as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    return make.training()


def apprentice_of(enrolment):
    return actor_of(make.apprentice(enrolment))


def test_an_apprentice_confirms_only_the_own_hours(of):
    session = make.hold(of)
    first, second = of.enrolments()
    rows = list(session.attendances.values_list("pk", flat=True))
    assert confirm_attendance(apprentice_of(first), first, rows) == 1
    assert session.attendances.filter(confirmed_at=None).get().enrolment == second


def test_nobody_disputes_for_somebody_else(of):
    first, second = of.enrolments()
    with pytest.raises(NotFound):
        raise_dispute(apprentice_of(first), second, text="不对")
    with pytest.raises(Forbidden):
        raise_dispute(of.clerk, first, text="不对")


def test_hours_are_disputed_once_and_with_a_text(of):
    person = of.enrolments()[0]
    attendance = make.hold(of).attendances.get(enrolment=person)
    actor = apprentice_of(person)
    with pytest.raises(InvalidInput):
        raise_dispute(actor, person, text=" ", attendance=attendance)
    raise_dispute(actor, person, text="我请假了", attendance=attendance)
    with pytest.raises(Conflict):
        raise_dispute(actor, person, text="我请假了", attendance=attendance)


def test_an_open_dispute_holds_the_claim_of_that_apprentice_only(of):
    first, second = of.enrolments()
    for person in (first, second):
        claims.result(of, person, "passed")
    assert set(remainder_candidates(of.training_class)) == {first, second}

    dispute = raise_dispute(apprentice_of(first), first, text="成绩不对")
    assert list(remainder_candidates(of.training_class)) == [second]
    assert list(held(of.training_class)["dispute"]) == [first]

    answer_dispute(of.clerk, dispute, upheld=False, answer="已核对，成绩无误")
    assert set(remainder_candidates(of.training_class)) == {first, second}


def test_upheld_hours_no_longer_count(of):
    person = of.enrolments()[0]
    attendance = make.hold(of, minutes=450).attendances.get(enrolment=person)
    dispute = raise_dispute(apprentice_of(person), person, text="我请假了", attendance=attendance)
    answer_dispute(of.clerk, dispute, upheld=True, answer="属实")
    assert credits_of(of.enrolments()[0]).total_tenths == 0
    assert credits_of(of.enrolments()[1]).total_tenths == 10


def test_the_side_that_recorded_answers_once_and_says_why(of):
    person = of.enrolments()[0]
    attendance = make.hold(of, SessionSide.INSTITUTION).attendances.get(enrolment=person)
    dispute = raise_dispute(apprentice_of(person), person, text="我没有上这节课", attendance=attendance)
    with pytest.raises(Forbidden):
        answer_dispute(of.clerk, dispute, upheld=True, answer="属实")
    with pytest.raises(InvalidInput):
        answer_dispute(of.operator_of_institution, dispute, upheld=False, answer="")
    done = answer_dispute(of.operator_of_institution, dispute, upheld=False, answer="有签到记录")
    assert done.state == DisputeState.DISMISSED
    with pytest.raises(Conflict):
        answer_dispute(of.operator_of_institution, dispute, upheld=True, answer="属实")


def taken_back(of, person):
    """The apprentice disputes a day of on-the-job training, and the enterprise upholds it."""
    attendance = person.attendances.filter(side=SessionSide.ENTERPRISE).earliest("starts_at")
    dispute = raise_dispute(apprentice_of(person), person, text="这天没有培训", attendance=attendance)
    answer_dispute(of.clerk, dispute, upheld=True, answer="属实")


@pytest.fixture
def passed(of):
    """Both apprentices passed with hardly more credits than their level asks for."""
    make.earn(of)
    claims.evidence(of, day=120)
    for person in of.enrolments():
        record_result(of.clerk, person, ResultFacts("passed", make.LATER), on=make.LATER)
    return of


def test_a_pass_whose_credits_were_taken_back_is_not_claimed_for(passed):
    first, second = passed.enrolments()
    assert set(remainder_candidates(passed.training_class)) == {first, second}
    taken_back(passed, first)
    assert list(remainder_candidates(passed.training_class)) == [second]
    assert list(held(passed.training_class)["credits"]) == [first]

    make.hold(passed, day=100, minutes=450, present=[first])
    assert set(remainder_candidates(passed.training_class)) == {first, second}


def test_who_lost_the_credits_can_be_reported_as_failed_and_is_settled(passed):
    first, _second = passed.enrolments()
    taken_back(passed, first)
    make.record_failure(passed, first)
    assert first in remainder_candidates(passed.training_class)
    assert not held(passed.training_class)["credits"]


@pytest.mark.parametrize("step", ["submit", "approve", "sign"])
def test_a_claim_with_a_pass_whose_credits_were_taken_back_goes_no_further(passed, step):
    first, _second = passed.enrolments()
    claim = claims.computed(passed, ClaimKind.REMAINDER, on=make.LATER)
    if step != "submit":
        claim = submit_claim(passed.clerk, claim, on=make.LATER)
    if step == "sign":
        claim = approve_claim(passed.reviewer, claim, on=make.LATER)
    taken_back(passed, first)
    take, actor = {
        "submit": (submit_claim, passed.clerk),
        "approve": (approve_claim, passed.reviewer),
        "sign": (sign_claim, passed.supervisor),
    }[step]
    with pytest.raises(Refused) as refused:
        take(actor, claim, on=make.LATER)
    problem = next(row for row in refused.value.problems if row.code == "credits_taken_back")
    assert first.person.name in problem.message
    assert problem.article == "三（三）1"
