"""Recording what was taught: both sides, hours that do not overlap, taking back; guarded by the database."""

from datetime import time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from apps.accounts.roles import Role
from apps.apprentices.services import resume_enrolment, suspend_enrolment
from apps.casework.engine import Opinion
from apps.core.errors import Forbidden, InvalidInput, NotFound, Refused
from apps.policy.selectors import parameter
from apps.training.credits import credits_of
from apps.training.enums import Mode, SessionSide
from apps.training.models import Attendance, TrainingSession
from apps.training.services.record_session import cancel_session, problems_with, record_session
from apps.training.services.record_sessions import record_sessions
from tests.factories import accounts
from tests.factories import training as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
INSTITUTION, ENTERPRISE = SessionSide.INSTITUTION, SessionSide.ENTERPRISE


def copy_of(table: str, pk: int) -> None:
    """Write a row of a table once more by plain SQL, past every service."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND attname <> 'id' AND NOT attisdropped",
            [table],
        )
        columns = cursor.fetchone()[0]
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = %s", [pk])


def test_each_side_records_its_own_hours():
    of = make.training()
    job, lesson = make.hold(of, ENTERPRISE, day=1), make.hold(of, INSTITUTION, day=2)
    assert (job.side, lesson.side) == (ENTERPRISE, INSTITUTION)
    assert job.attendances.count() == lesson.attendances.count() == 2


def test_nobody_but_the_two_partners_records():
    of = make.training()
    with pytest.raises(Forbidden):
        record_session(of.reviewer, of.training_class, make.facts(of), on=make.LATER)


def test_another_enterprise_does_not_find_the_class():
    of = make.training()
    stranger = accounts.actor(Role.ENTERPRISE_OPERATOR)
    with pytest.raises(NotFound):
        record_session(stranger, of.training_class, make.facts(of), on=make.LATER)


def test_a_side_cannot_record_a_course_of_the_other():
    of = make.training()
    with pytest.raises(InvalidInput) as refusal:
        record_session(of.clerk, of.training_class, make.facts(of, INSTITUTION), on=make.LATER)
    assert {problem.code for problem in refusal.value.problems} == {"course", "mentor", "mode"}


def test_a_session_lies_in_the_term_and_in_the_past():
    of = make.training()
    with pytest.raises(InvalidInput) as refusal:
        make.hold(of, day=-1)
    assert [problem.code for problem in refusal.value.problems] == ["outside_term"]
    with pytest.raises(InvalidInput) as refusal:
        record_session(of.clerk, of.training_class, make.facts(of, day=5), on=ON)
    assert [problem.code for problem in refusal.value.problems] == ["in_future"]


@pytest.mark.parametrize(("hour", "is_over"), [(12, False), (13, True)])
def test_on_its_own_day_a_session_is_recorded_once_it_is_over(hour, is_over):
    of = make.training()
    facts = make.facts(of, day=5, start=time(9, 0), minutes=240)
    with time_machine.travel(facts.starts_at.replace(hour=hour), tick=False):
        found = problems_with(of.training_class, ENTERPRISE, facts, ON + timedelta(days=5))
    assert [problem.code for problem in found] == ([] if is_over else ["in_future"])
    assert is_over or "13:00" in found[0].message


def test_nobody_is_present_while_suspended_though_the_hours_are_recorded_after_the_return():
    of = make.training()
    away = of.enrolments()[0]
    for step, day in ((suspend_enrolment, 5), (resume_enrolment, 9)):
        extra = {"effective_on": (ON + timedelta(days=day)).isoformat()}
        step(of.clerk, away, on=make.LATER, opinion=Opinion(reason="病假", extra=extra))
        away.refresh_from_db()
    for day in (5, 8):
        with pytest.raises(InvalidInput) as refusal:
            make.hold(of, day=day)
        assert [problem.code for problem in refusal.value.problems] == ["suspended"]
        assert away.person.name in refusal.value.problems[0].message
        with pytest.raises(InvalidInput):
            record_sessions(of.clerk, of.training_class, [make.facts(of, day=day)], on=make.LATER)
    assert make.hold(of, day=8, present=of.enrolments()[1:]).attendances.count() == 1
    assert {make.hold(of, day=day).attendances.count() for day in (4, 9)} == {2}


def test_a_session_is_not_longer_than_the_policy_allows():
    of = make.training()
    with pytest.raises(InvalidInput) as refusal:
        make.hold(of, start=time(0, 0), minutes=23 * 60)
    assert [problem.code for problem in refusal.value.problems] == ["too_long"]


def test_the_same_key_again_is_the_same_session():
    of = make.training()
    assert make.hold(of, key="s-1").pk == make.hold(of, key="s-1").pk
    assert TrainingSession.objects.count() == 1


def test_one_session_may_follow_another_at_once():
    of = make.training()
    make.hold(of, start=time(8, 0), minutes=60)
    make.hold(of, start=time(9, 0), minutes=60)
    assert TrainingSession.objects.count() == 2


def test_a_teacher_is_not_in_two_places_says_the_service():
    of = make.training()
    first, second = of.enrolments()
    make.hold(of, present=[first])
    with pytest.raises(Refused) as refusal:
        make.hold(of, present=[second], start=time(9, 0))
    assert refusal.value.code == "teacher_overlap"


def test_an_apprentice_is_not_in_two_places_says_the_service():
    of = make.training()
    make.hold(of, ENTERPRISE)
    with pytest.raises(Refused) as refusal:
        make.hold(of, INSTITUTION, start=time(9, 0), minutes=60)
    assert refusal.value.code == "apprentice_overlap"


def test_the_database_refuses_a_teacher_in_two_places():
    of = make.training()
    session = make.hold(of)
    with pytest.raises(IntegrityError, match="teacher_in_one_place"), transaction.atomic():
        copy_of("training_trainingsession", session.pk)


def test_the_database_refuses_an_apprentice_in_two_places():
    of = make.training()
    attendance = make.hold(of).attendances.first()
    with (
        pytest.raises(IntegrityError, match=r"apprentice_in_one_place|attendance_once"),
        transaction.atomic(),
    ):
        copy_of("training_attendance", attendance.pk)


def test_without_the_guard_the_teacher_would_be_in_two_places():
    of = make.training()
    session = make.hold(of)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")
        cursor.execute("ALTER TABLE training_trainingsession DROP CONSTRAINT teacher_in_one_place")
        cursor.execute(f"SET LOCAL ROLE {settings.APP_DB_ROLE}")
    copy_of("training_trainingsession", session.pk)
    assert TrainingSession.objects.filter(mentor=session.mentor, starts_at=session.starts_at).count() == 2


def test_a_session_taken_back_counts_for_nobody_and_frees_the_time():
    of = make.training()
    session = make.hold(of, minutes=450)
    person = of.enrolments()[0]
    assert credits_of(person).total_tenths == 10
    cancel_session(of.clerk, session, reason="教师记错了日期")
    assert credits_of(of.enrolments()[0]).total_tenths == 0
    make.hold(of, minutes=450)
    assert Attendance.objects.filter(voided_at=None).count() == 2


def test_taking_back_needs_a_reason_and_the_own_side():
    of = make.training()
    session = make.hold(of)
    with pytest.raises(InvalidInput):
        cancel_session(of.clerk, session, reason=" ")
    with pytest.raises(Forbidden):
        cancel_session(of.operator_of_institution, session, reason="不是我们的课")


def test_online_hours_count_at_the_share_of_the_document():
    of = make.training()
    make.hold(of, INSTITUTION, day=1, minutes=450, mode=Mode.CLASSROOM)
    classroom = credits_of(of.enrolments()[0]).institution_tenths
    make.hold(of, INSTITUTION, day=2, minutes=450, mode=Mode.ONLINE)
    both = credits_of(of.enrolments()[0]).institution_tenths
    share = parameter(of.training_class.policy_document, "online_hours_share", ON)
    assert (classroom, both) == (10, 10 + int(10 * share))


def test_credits_are_whole_tenths_rounded_down_and_told_by_side():
    of = make.training()
    make.hold(of, ENTERPRISE, day=1, minutes=89)
    make.hold(of, INSTITUTION, day=2, minutes=45)
    earned = credits_of(of.enrolments()[0])
    assert (earned.enterprise_tenths, earned.institution_tenths, earned.total) == (1, 1, "0.2")
    assert not earned.enough
