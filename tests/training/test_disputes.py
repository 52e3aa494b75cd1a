"""An apprentice confirms or disputes; the side that recorded it answers; claims wait until then."""

import pytest

from apps.accounts.middleware import actor_of
from apps.claims.facts import held, remainder_candidates
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from apps.training.credits import credits_of
from apps.training.enums import DisputeState, SessionSide
from apps.training.services.disputes import answer_dispute, confirm_attendance, raise_dispute
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
