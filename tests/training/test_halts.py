"""An institution that is suspended teaches and assesses nobody on those days; what it did before stays."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.urls import reverse

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.apprentices.checks import missing_for_approve
from apps.claims.checks import lessons_while_halted, missing_for_approval
from apps.claims.enums import ClaimKind
from apps.core.db import as_owner
from apps.core.errors import InvalidInput, Refused
from apps.institutions import services as directory
from apps.institutions.halts import halt_on, halts_of
from apps.training.enums import SessionSide
from apps.training.halts import affected, lessons_in
from apps.training.services.record_result import ResultFacts, record_result
from apps.training.services.record_results import record_results
from apps.training.services.record_sessions import record_sessions
from apps.training.services.storing import store_many
from apps.training.tables import record_sessions_from_table
from tests.api.conftest import caller
from tests.apprentices.test_guards import switched_off, without
from tests.factories import accounts, apprentices, claims, training
from tests.factories.accounts import client_of
from tests.factories.apprentices import ON
from tests.factories.training import LATER

LESSON = SessionSide.INSTITUTION
DAY = timedelta(days=1)
FIRST = ON + 10 * DAY


@pytest.fixture
def of() -> claims.Money:
    return training.training(people=2)


@pytest.fixture
def city():
    return actor_of(accounts.member(Role.CITY_OFFICER))


def suspended(of, city, *, since: date = FIRST, until: date | None = None, on: date = FIRST):
    institution = of.training_class.institution
    return directory.suspend(city, institution, "师资不足", on=on, since=since, until=until)


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


@pytest.mark.django_db
def test_the_spans_of_an_institution_are_kept_when_it_is_put_back(of, city):
    institution = of.training_class.institution
    suspended(of, city)
    directory.evaluate(city, institution, year=2022, grade="B", on=FIRST)
    directory.reinstate(city, institution, "已整改", on=FIRST + 5 * DAY)
    suspended(of, city, since=FIRST + 20 * DAY, until=FIRST + 21 * DAY, on=FIRST + 20 * DAY)
    spans = [(halt.first, halt.last) for halt in halts_of(institution.pk)]
    assert spans == [
        (FIRST, FIRST + 4 * DAY),
        (FIRST + 20 * DAY, FIRST + 21 * DAY),
    ]
    days = [FIRST - DAY, FIRST, FIRST + 4 * DAY, FIRST + 5 * DAY, FIRST + 21 * DAY, FIRST + 22 * DAY]
    assert [bool(halt_on(halts_of(institution.pk), day)) for day in days] == [
        False,
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.django_db
def test_a_suspension_that_should_not_have_been_is_taken_back_from_its_first_day(of, city):
    suspended(of, city)
    institution = of.training_class.institution
    with pytest.raises(InvalidInput):
        directory.reinstate(city, institution, "误录", on=FIRST + DAY, since=FIRST + 2 * DAY)
    directory.reinstate(city, institution, "误录", on=FIRST + DAY, since=FIRST)
    assert halts_of(institution.pk) == ()
    assert training.hold(of, LESSON, day=10).pk


@pytest.mark.django_db
def test_a_lesson_of_a_day_of_suspension_is_refused_with_reason_and_day(of, city):
    suspended(of, city, until=FIRST + 2 * DAY)
    with pytest.raises(InvalidInput) as refused:
        training.hold(of, LESSON, day=11)
    problem = refused.value.problems[0]
    assert (problem.code, problem.article) == ("institution_halted", "六（四）")
    assert str(FIRST + DAY) in str(problem.message)
    assert "师资不足" in str(problem.message)
    assert training.hold(of, LESSON, day=9).pk
    assert training.hold(of, LESSON, day=13).pk


@pytest.mark.django_db
def test_hours_on_the_job_go_on(of, city):
    suspended(of, city)
    assert training.hold(of, SessionSide.ENTERPRISE, day=11).pk


@pytest.mark.django_db
def test_it_is_refused_after_the_institution_was_put_back_too(of, city):
    suspended(of, city)
    directory.reinstate(city, of.training_class.institution, "已整改", on=FIRST + 5 * DAY)
    with pytest.raises(InvalidInput):
        training.hold(of, LESSON, day=12)
    assert training.hold(of, LESSON, day=15).pk


@pytest.mark.django_db
def test_a_list_is_refused_row_by_row_and_a_file_gives_the_row_back(of, city):
    suspended(of, city)
    reports = [training.facts(of, LESSON, day=day) for day in (9, 11)]
    with pytest.raises(InvalidInput) as refused:
        record_sessions(of.operator_of_institution, of.training_class, reports, on=LATER)
    assert [(p.code, p.row) for p in refused.value.problems] == [("institution_halted", 2)]
    course, mentor = reports[0].course.name, reports[0].mentor.name
    head = "日期,开始时间,结束时间,课程,教师或导师,出席\r\n"
    rows = "".join(
        f"{(ON + day * DAY).isoformat()},08:30,10:30,{course},{mentor},全部\r\n" for day in (9, 11)
    )
    upload = SimpleUploadedFile("lessons.csv", (head + rows).encode())
    outcome = record_sessions_from_table(of.operator_of_institution, of.training_class, upload, on=LATER)
    assert (outcome.taken, [[p.code for p in bad[2]] for bad in outcome.bad]) == (1, [["institution_halted"]])


@pytest.mark.django_db
def test_nobody_is_assessed_on_a_day_of_suspension(of, city):
    suspended(of, city, since=LATER, on=LATER)
    one, two = of.enrolments()
    with pytest.raises(InvalidInput) as refused:
        record_result(of.clerk, one, ResultFacts("failed", LATER), on=LATER)
    assert codes(refused) == ["institution_halted"]
    found = record_results(of.clerk, of.training_class, {two.pk: ResultFacts("failed", LATER)}, on=LATER)
    assert [problem.code for problem in found[two.pk].problems] == ["institution_halted"]
    assert record_result(of.clerk, one, ResultFacts("failed", LATER - DAY), on=LATER).pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["lesson", "result"])
def test_the_database_takes_no_such_lesson_and_no_such_result(of, city, what):
    suspended(of, city)
    report = training.facts(of, LESSON, day=11)
    one = of.enrolments()[0]

    def attack() -> None:
        if what == "lesson":
            store_many(of.operator_of_institution, of.training_class, LESSON, [report])
        else:
            claims.result(of, one, "failed", on=FIRST)

    table = "training_trainingsession" if what == "lesson" else "training_assessment"
    with pytest.raises(IntegrityError, match="may not train on that day"):
        attack()
    with without(*switched_off(table, "institution_trains_then")):
        attack()
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for emptied in ("training_attendance", "training_assessment", "training_trainingsession"):
                cursor.execute(f"DELETE FROM {emptied}")
            cursor.execute("SET session_replication_role = origin")


@pytest.mark.django_db
def test_a_suspension_entered_backward_voids_nothing_and_shows_what_it_concerns(of, city):
    before, within = training.hold(of, LESSON, day=9), training.hold(of, LESSON, day=11)
    training.hold(of, SessionSide.ENTERPRISE, day=12)
    suspended(of, city, on=FIRST + 30 * DAY)
    halts = halts_of(of.training_class.institution_id)
    assert list(lessons_in(halts)) == [within]
    found = affected(of.training_class, FIRST + 30 * DAY)
    assert (found.lessons, found.first, bool(found.now)) == (1, FIRST + DAY, True)
    assert before.attendances.filter(voided_at=None).exists()
    assert within.attendances.filter(voided_at=None).exists()


@pytest.mark.django_db
def test_the_pages_say_what_it_means_and_list_the_lessons(of, city):
    training.hold(of, LESSON, day=11)
    other = training.hold(of, LESSON, day=9)
    suspended(of, city, on=FIRST + 30 * DAY)
    pk = of.training_class.pk
    desk, clerk = client_of(of.shop.reviewer), client_of(of.shop.operator)
    institution = reverse("desk:institution", args=[of.training_class.institution_id])
    for browser, address in (
        (desk, reverse("desk:class_training", args=[pk])),
        (desk, reverse("desk:class_review", args=[pk])),
        (clerk, reverse("portal:training_class", args=[pk])),
        (clerk, reverse("portal:class_detail", args=[pk])),
    ):
        page = browser.get(address).content.decode()
        assert "师资不足" in page, address
        assert "停学" in page, address
    register = client_of(accounts.member(Role.CITY_OFFICER)).get(institution).content.decode()
    assert f"{reverse('desk:class_training', args=[pk])}?halted=yes" in register
    listed = desk.get(reverse("desk:class_training", args=[pk]), {"halted": "yes"})
    assert [row["session"].pk for row in listed.context["sessions"]] != [other.pk]
    assert len(listed.context["sessions"]) == 1


@pytest.mark.django_db
def test_the_review_of_a_remainder_names_such_lessons_and_refuses_nothing_for_them(of, city):
    claims.paid(of)
    training.hold(of, LESSON, day=11)
    for enrolment in of.enrolments():
        claims.result(of, enrolment, "passed")
    claims.evidence(of)
    suspended(of, city, on=FIRST + 30 * DAY, until=FIRST + 2 * DAY)
    claim = claims.computed(of, ClaimKind.REMAINDER)
    assert [problem.code for problem in lessons_while_halted(claim)] == ["lessons_while_halted"]
    assert "lessons_while_halted" not in [p.code for p in missing_for_approval(claim, LATER)]


@pytest.mark.django_db
def test_over_rest_the_lesson_is_refused_as_well(of, city):
    suspended(of, city)
    report = training.facts(of, LESSON, day=11)
    organisation = of.training_class.institution.organisation
    call = caller(accounts.member(Role.INSTITUTION_OPERATOR, organisation=organisation))
    body = {
        "training_class": of.training_class.pk,
        "sessions": [
            {
                "course": report.course.pk,
                "mentor": report.mentor.pk,
                "mode": report.mode,
                "starts_at": report.starts_at.isoformat(),
                "ends_at": report.ends_at.isoformat(),
            }
        ],
    }
    answer = call("post", "/api/v1/sessions/", body, key="one")
    assert "institution_halted" in answer.content.decode(), answer.content.decode()


@pytest.mark.django_db
def test_no_class_is_opened_or_enrolled_with_a_suspended_institution(city):
    shop = apprentices.workshop()
    roster = apprentices.submitted_class(shop)
    directory.suspend(city, shop.institution, "师资不足", on=ON)
    with pytest.raises(Refused) as refused:
        apprentices.open_class(shop)
    assert codes(refused) == ["institution_standing"]
    roster.refresh_from_db()
    assert [p.code for p in missing_for_approve(roster, shop.officer, ON)] == ["institution_standing"]
