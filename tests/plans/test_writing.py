"""Writing a plan: part by part, kept while it is right, one version a hand-in, and only by its enterprise."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.services.people import id_index
from apps.casework.models import CaseDocument
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from apps.plans import services
from apps.plans.enums import PlanState
from apps.plans.inputs import CourseRow, LineRow, TextbookRow
from apps.plans.models import Course, Plan, PlanLine
from tests.factories import accounts, numbers, plans
from tests.factories.apprentices import OCCUPATION, occupation
from tests.factories.plans import ON, complete_plan, draft


def test_numbers_run_by_district_and_year():
    first, second = draft(), draft()
    other = draft(district="110108")
    next_year = services.create_plan(first.clerk, on=date(2024, 1, 2))
    assert [case.number for case in (first.plan, second.plan, other.plan, next_year)] == [
        "PX110105-2023-0001",
        "PX110105-2023-0002",
        "PX110108-2023-0001",
        "PX110105-2024-0001",
    ]


def test_a_draft_stands_under_the_document_of_its_day_and_takes_over_the_contact():
    found = plans.parties()
    found["enterprise"].contact_name, found["enterprise"].contact_phone = "王敏", "010-1"
    found["enterprise"].save()
    plan = services.create_plan(accounts.actor_of(found["clerk_member"]), on=ON)
    assert plan.policy_document.key == "beijing-2022-11"
    assert (plan.contact_name, plan.contact_phone, plan.state) == ("王敏", "010-1", PlanState.DRAFT)


def test_only_an_enterprise_begins_a_plan():
    case = draft()
    for actor in (case.teacher, case.reviewer, case.officer):
        with pytest.raises(Forbidden):
            services.create_plan(actor, on=ON)


def test_the_same_content_saved_again_changes_nothing():
    case = complete_plan()
    before = Plan.objects.get(pk=case.plan.pk).edited_at
    rows = list(PlanLine.objects.values_list("pk", flat=True))
    services.save_lines(case.clerk, case.plan, plans.lines(), on=ON)
    services.save_courses(case.clerk, case.plan, plans.courses(), on=ON)
    services.save_basics(case.clerk, case.plan, plans.basics(case), on=ON)
    assert Plan.objects.get(pk=case.plan.pk).edited_at == before
    assert list(PlanLine.objects.values_list("pk", flat=True)) == rows


def test_a_row_that_is_sent_twice_under_its_key_stands_once():
    case = draft()
    row = CourseRow("安全生产", "general", "institution", 20, row_key="k1")
    services.save_courses(case.clerk, case.plan, [row], on=ON)
    services.save_courses(case.clerk, case.plan, [replace(row, hours=30)], on=ON)
    assert list(Course.objects.values_list("row_key", "hours")) == [("k1", 30)]


def test_rows_that_are_not_named_go_unless_they_are_kept():
    case = draft()
    rows = [CourseRow(f"课程{n}", "general", "institution", 10, row_key=f"k{n}") for n in range(3)]
    services.save_courses(case.clerk, case.plan, rows, on=ON)
    services.save_courses(case.clerk, case.plan, rows[:1], on=ON, keep=["k2"])
    assert list(Course.objects.values_list("row_key", flat=True)) == ["k0", "k2"]


def test_two_lines_may_change_places():
    case = draft()
    other = occupation("6-18-01-02", "铣工", "milling machine operator")
    one = LineRow(OCCUPATION[0], "senior", 10, 24, row_key="a")
    two = LineRow(other.pk, "senior", 20, 24, row_key="b")
    services.save_lines(case.clerk, case.plan, [one, two], on=ON)
    swapped = [replace(one, occupation=two.occupation), replace(two, occupation=one.occupation)]
    services.save_lines(case.clerk, case.plan, swapped, on=ON)
    stored = PlanLine.objects.order_by("row_key").values_list("occupation_id", "headcount")
    assert list(stored) == [(other.pk, 10), (OCCUPATION[0], 20)]


def test_courses_of_a_line_that_goes_become_courses_for_all():
    case = complete_plan()
    key = case.plan.lines.get().row_key
    rows = [replace(row, line_key=key) for row in plans.courses()]
    services.save_courses(case.clerk, case.plan, rows, on=ON)
    services.save_lines(case.clerk, case.plan, plans.lines(level="technician", row_key="new"), on=ON)
    assert set(Course.objects.values_list("line", flat=True)) == {None}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"occupation": "9-99"}, "occupation"),
        ({"level": "master"}, "level"),
        ({"headcount": 0}, "headcount"),
        ({"headcount": 100_001}, "headcount"),
        ({"term_months": 0}, "term_months"),
        ({"term_months": 37}, "term_months"),
    ],
)
def test_an_impossible_line_is_refused_with_its_row_and_nothing_is_lost(wrong, field):
    case = complete_plan()
    with pytest.raises(InvalidInput) as refusal:
        services.save_lines(case.clerk, case.plan, [*plans.lines(), *plans.lines(**wrong)], on=ON)
    assert (field, 2) in {(problem.field, problem.row) for problem in refusal.value.problems}
    assert case.plan.lines.count() == 1


def test_one_occupation_and_level_stands_once_in_a_plan():
    case = draft()
    with pytest.raises(InvalidInput) as refusal:
        services.save_lines(case.clerk, case.plan, plans.lines() * 2, on=ON)
    assert [(problem.code, problem.row) for problem in refusal.value.problems] == [("twice", 2)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "lunch"}, "kind"),
        ({"place": "moon"}, "place"),
        ({"hours": 0}, "hours"),
        ({"line_key": "nobody"}, "line_key"),
        ({"name": "课" * 121}, "name"),
        ({"name": "课\x00程"}, "name"),
    ],
)
def test_an_impossible_course_is_refused_with_its_row(wrong, field):
    case = draft()
    good = plans.courses()[0]
    with pytest.raises(InvalidInput) as refusal:
        services.save_courses(case.clerk, case.plan, [good, replace(good, **wrong)], on=ON)
    assert {(problem.field, problem.row) for problem in refusal.value.problems} == {(field, 2)}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"side": "both"}, "side"),
        ({"name": "A1"}, "name"),
        ({"qualification": "charm"}, "qualification"),
        ({"years": 61}, "years"),
        ({"certificate_level": "master"}, "certificate_level"),
        ({"title_grade": "king"}, "title_grade"),
        ({"occupation": "9-99"}, "occupation"),
        ({"id_number": "110101199001011234"}, "id_number"),
    ],
)
def test_an_impossible_mentor_is_refused_with_the_row(wrong, field):
    case = draft()
    good = plans.mentors()[0]
    with pytest.raises(InvalidInput) as refusal:
        services.save_mentors(case.clerk, case.plan, [good, replace(good, **wrong)], on=ON)
    assert {(problem.field, problem.row) for problem in refusal.value.problems} == {(field, 2)}


def test_the_identity_of_a_teacher_is_kept_as_a_keyed_hash_and_not_forgotten():
    case = draft()
    number = numbers.id_number()
    row = replace(plans.mentors()[1], id_number=number, row_key="t")
    services.save_mentors(case.clerk, case.plan, [row], on=ON)
    services.save_mentors(case.clerk, case.plan, [replace(row, id_number="")], on=ON)
    assert bytes(case.plan.mentors.get().id_index) == id_index(number)


@pytest.mark.parametrize("isbn", ["978-7-5167-0000-0", "7516700000", "080442957X", "  7516700000 ", ""])
def test_an_isbn_has_ten_or_thirteen_digits(isbn):
    case = draft()
    services.save_textbooks(case.clerk, case.plan, [TextbookRow("车工", "national", isbn=isbn)], on=ON)
    with pytest.raises(InvalidInput):
        services.save_textbooks(
            case.clerk, case.plan, [TextbookRow("车工", "national", isbn=isbn + "1")], on=ON
        )


def test_an_institution_outside_the_directory_cannot_be_chosen():
    case = draft()
    case.institution.standing = "applied"
    case.institution.save()
    with pytest.raises(InvalidInput) as refusal:
        services.save_basics(case.clerk, case.plan, plans.basics(case), on=ON)
    assert [problem.field for problem in refusal.value.problems] == ["institution_id"]


def test_training_ends_after_it_starts():
    case = draft()
    with pytest.raises(InvalidInput) as refusal:
        services.save_basics(case.clerk, case.plan, plans.basics(case, ends_on=plans.STARTS), on=ON)
    assert [problem.field for problem in refusal.value.problems] == ["ends_on"]


WRITING = [
    lambda actor, case: services.save_basics(actor, case.plan, plans.basics(case, title="新"), on=ON),
    lambda actor, case: services.save_lines(actor, case.plan, plans.lines(headcount=31), on=ON),
    lambda actor, case: services.save_courses(actor, case.plan, plans.courses()[:1], on=ON),
    lambda actor, case: services.save_mentors(actor, case.plan, plans.mentors()[:1], on=ON),
    lambda actor, case: services.save_textbooks(actor, case.plan, [], on=ON),
    lambda actor, case: services.attach_document(actor, case.plan, kind="other", upload=plans.upload()),
    lambda actor, case: services.detach_document(
        actor, case.plan, CaseDocument.objects.of(case.plan).first().pk
    ),
]


@pytest.mark.parametrize("state", sorted(set(PlanState.values) - {PlanState.DRAFT, PlanState.RETURNED}))
def test_nothing_is_written_while_somebody_else_has_the_plan(state):
    case = complete_plan(state=state, superior=True)
    for write in WRITING:
        with pytest.raises(Conflict) as refusal:
            write(case.clerk, case)
        assert refusal.value.code == "wrong_state"


def test_nobody_but_its_enterprise_writes_a_plan():
    case = complete_plan(state=PlanState.RETURNED)
    stranger = draft().clerk
    for write in WRITING:
        with pytest.raises(NotFound):
            write(stranger, case)
        for actor in (case.teacher, case.reviewer, case.officer):
            with pytest.raises(Forbidden):
                write(actor, case)


def test_the_first_change_after_a_hand_in_makes_a_new_version_and_later_ones_do_not():
    case = complete_plan(state=PlanState.RETURNED)
    versions = [Plan.objects.get(pk=case.plan.pk).version]
    for headcount in (31, 32):
        services.save_lines(case.clerk, case.plan, plans.lines(headcount=headcount), on=ON)
        versions.append(Plan.objects.get(pk=case.plan.pk).version)
    assert versions == [1, 2, 2]


@pytest.mark.parametrize("place", range(len(WRITING)))
def test_every_part_counts_as_content(place):
    case = complete_plan(state=PlanState.RETURNED)
    WRITING[place](case.clerk, case)
    assert Plan.objects.get(pk=case.plan.pk).version == 2


def test_each_hand_in_is_frozen_with_its_digest():
    case = complete_plan(state=PlanState.RETURNED)
    services.save_lines(case.clerk, case.plan, plans.lines(headcount=31), on=ON)
    plans.advance(case, PlanState.DISTRICT_REVIEW)
    first, second = case.plan.submissions.order_by("version")
    assert [row.content["lines"][0]["headcount"] for row in (first, second)] == [30, 31]
    assert first.sha256 != second.sha256
    assert len(first.sha256) == 64
    assert {row["kind"] for row in second.content["documents"]} == {
        "cooperation_agreement",
        "management_rules",
    }


def test_the_same_content_handed_in_again_is_the_same_version():
    case = complete_plan(state=PlanState.RETURNED)
    plans.submit(case)
    assert case.plan.submissions.count() == 1


def test_a_frozen_hand_in_is_never_changed():
    case = complete_plan(state=PlanState.COUNTERSIGN)
    with pytest.raises(Exception, match=r"permission denied|never changed"), transaction.atomic():
        case.plan.submissions.update(sha256="0" * 64)


CONTENT = [
    "UPDATE plans_plan SET title = 'x'",
    "UPDATE plans_plan SET ends_on = ends_on + 1",
    "UPDATE plans_plan SET version = version + 1",
    "UPDATE plans_planline SET headcount = 500",
    "DELETE FROM plans_course",
    "UPDATE plans_mentor SET name = 'x'",
    "INSERT INTO plans_textbook (plan_id, row_key, title, publisher, isbn, kind)"
    " SELECT id, 'x', 'x', '', '', 'own' FROM plans_plan",
]


@pytest.mark.parametrize("statement", CONTENT)
def test_the_database_keeps_the_content_while_an_office_has_it(statement):
    complete_plan(state=PlanState.DISTRICT_REVIEW)
    from django.db import connection

    with pytest.raises(IntegrityError, match="as it was handed in"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize("statement", CONTENT)
def test_the_same_statements_succeed_while_the_applicant_has_it(statement):
    """The control: it is the state that refuses, not the statement."""
    complete_plan(state=PlanState.RETURNED)
    from django.db import connection

    connection.cursor().execute(statement)


@pytest.mark.parametrize("column", ["district_id", "enterprise_id", "created_by_id"])
def test_the_database_keeps_whose_plan_it_is(column):
    case, other = draft(), draft(district="110108")
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Plan.objects.filter(pk=case.plan.pk).update(**{column: getattr(other.plan, column)})
