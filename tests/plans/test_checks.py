"""What a plan is checked for, one article at a time: a right plan passes, one wrong thing is named."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from apps.accounts.roles import Role
from apps.catalogue.models import Industry, ProhibitedIndustry
from apps.core.errors import Refused
from apps.enterprises.enums import Size, Standing
from apps.institutions.enums import Standing as Listing
from apps.institutions.models import LicenceScope
from apps.plans import services
from apps.plans.checks import missing_for_decision, missing_for_submission, warnings_for
from apps.plans.checks.basics import last_day
from apps.plans.enums import PlanState
from apps.plans.inputs import CourseRow, MentorRow
from apps.plans.models import Plan
from apps.policy.models import PolicyDocument
from apps.policy.rules import digest
from apps.policy.services.record_minimum_wage import record_minimum_wage
from tests.factories import accounts, plans
from tests.factories.apprentices import OCCUPATION
from tests.factories.plans import ON, PlanCase, complete_plan


def codes(case: PlanCase, on: date = ON) -> set[str]:
    return {problem.code for problem in missing_for_submission(fresh(case), on=on)}


def warned(case: PlanCase) -> set[str]:
    return {problem.code for problem in warnings_for(fresh(case), on=ON)}


def fresh(case: PlanCase) -> Plan:
    return Plan.objects.select_related("enterprise__organisation", "institution__organisation").get(
        pk=case.plan.pk
    )


def basics(case: PlanCase, **values) -> None:
    services.save_basics(case.clerk, case.plan, plans.basics(case, **values), on=ON)


def successor(name: str, value, **more) -> PolicyDocument:
    """A document of today that differs from Beijing's in one parameter."""
    base = PolicyDocument.objects.get(key="beijing-2022-11")
    content = deepcopy(base.content)
    content["document"] |= {"key": "successor", "in_force_from": "2023-01-01"}
    parameters = content["parameters"]
    parameters[name] = {**parameters.get(name, parameters["term_months_max"]), **more}
    parameters[name]["values"] = {"2023-01-01": value}
    return PolicyDocument.objects.create(
        key="successor",
        number="京人社能发〔2099〕1号",
        title="后继",
        title_en="Successor",
        jurisdiction=base.jurisdiction,
        programme=base.programme,
        issued_on=date(2023, 1, 1),
        in_force_from=date(2023, 1, 1),
        content=content,
        sha256=digest(content),
    )


@pytest.fixture
def case() -> PlanCase:
    return complete_plan()


def test_a_complete_plan_lacks_nothing_and_raises_no_warning(case):
    assert codes(case) == set()
    assert warned(case) == set()


def test_an_empty_draft_is_told_everything_at_once_with_articles():
    empty = plans.draft()
    problems = missing_for_submission(fresh(empty), on=ON)
    assert {problem.code for problem in problems} == {
        "basics.contact",
        "basics.no_institution",
        "basics.no_dates",
        "lines.none",
        "teaching.none",
        "mentors.no_mentor",
        "mentors.no_teacher",
        "textbooks.none",
        "documents.cooperation_agreement",
        "documents.management_rules",
    }
    assert all(problem.article for problem in problems)
    with pytest.raises(Refused) as refusal:
        plans.submit(empty)
    assert refusal.value.code == "incomplete"
    assert {problem.code for problem in refusal.value.problems} == {problem.code for problem in problems}


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REMOVED])
def test_an_enterprise_that_is_not_in_good_standing_cannot_apply(case, standing):
    enterprise = case.enterprise
    enterprise.standing, enterprise.standing_from, enterprise.standing_reason = standing, ON, "骗取补贴"
    enterprise.save()
    assert codes(case) == {"basics.enterprise_standing"}


def test_a_prohibited_industry_cannot_apply(case):
    industry = Industry.objects.create(code="65", name="软件业", name_en="software")
    ProhibitedIndustry.objects.create(industry=industry, valid_from=ON, document="禁限目录")
    assert codes(case) == {"basics.prohibited_industry"}


def test_an_institution_off_the_directory_cannot_train(case):
    institution = case.institution
    institution.standing, institution.standing_from = Listing.SUSPENDED, ON
    institution.standing_reason = "整改"
    institution.save()
    assert codes(case) == {"basics.institution_standing"}


def test_an_institution_whose_licence_ended_cannot_train(case):
    case.institution.licence_valid_to = date(2023, 2, 28)
    case.institution.save()
    assert codes(case) == {"basics.institution_licence"}


def test_the_licence_covers_each_occupation_at_its_level(case):
    LicenceScope.objects.filter(institution=case.institution).update(level_code="intermediate")
    assert codes(case) == {"lines.not_licensed"}


def test_a_scope_that_ended_covers_nothing(case):
    LicenceScope.objects.filter(institution=case.institution).update(valid_to=date(2023, 2, 28))
    assert codes(case) == {"lines.not_licensed"}


def test_a_level_without_a_rate_is_not_trained(case):
    services.save_lines(case.clerk, case.plan, plans.lines(level="primary", term_months=12), on=ON)
    LicenceScope.objects.filter(institution=case.institution).update(level_code="primary")
    assert "lines.no_rate" in codes(case)


def test_another_term_needs_its_reason(case):
    services.save_lines(case.clerk, case.plan, plans.lines(term_months=18), on=ON)
    assert codes(case) == {"lines.term_reason"}
    services.save_lines(case.clerk, case.plan, plans.lines(term_months=18, term_reason="在岗时间较长"), on=ON)
    assert codes(case) == set()


def test_no_reason_makes_a_term_longer_than_the_longest(case):
    case.plan.lines.update(term_months=37, term_reason="特殊情况")
    basics(case, ends_on=date(2026, 12, 31))
    assert codes(case) == {"lines.term_too_long"}


def test_the_hours_carry_the_credits(case):
    rows = plans.courses()
    services.save_courses(case.clerk, case.plan, [*rows[:2], replace(rows[2], hours=479)], on=ON)
    assert codes(case) == {"teaching.too_few_hours"}


def test_each_line_counts_its_own_courses_and_those_for_all(case):
    key = case.plan.lines.get().row_key
    rows = plans.courses()
    services.save_courses(case.clerk, case.plan, [*rows[:2], replace(rows[2], line_key=key)], on=ON)
    assert codes(case) == set()


@pytest.mark.parametrize("place", ["institution", "enterprise"])
def test_both_sides_train(case, place):
    rows = [replace(row, place=place) for row in plans.courses()]
    services.save_courses(case.clerk, case.plan, rows, on=ON)
    assert codes(case) == {"teaching.one_sided"}


def test_an_unusual_proportion_is_a_warning_and_stops_nothing(case):
    rows = [
        CourseRow("通用", "general", "institution", 400),
        CourseRow("实训", "practice", "enterprise", 400),
    ]
    services.save_courses(case.clerk, case.plan, rows, on=ON)
    assert codes(case) == set()
    assert warned(case) == {"teaching.proportion"}


@pytest.mark.parametrize(("general", "is_off"), [(40, False), (39, True), (120, False), (121, True)])
def test_half_of_a_share_more_or_less_is_still_the_proportion(case, general, is_off):
    theory = 240
    rows = [
        CourseRow("通用", "general", "institution", general),
        CourseRow("理论", "theory", "institution", theory),
        CourseRow("实训", "practice", "enterprise", 800 - theory - general),
    ]
    services.save_courses(case.clerk, case.plan, rows, on=ON)
    assert warned(case) == ({"teaching.proportion"} if is_off else set())


def test_the_tolerance_is_the_documents_and_not_the_codes(case):
    successor("teaching_plan_tolerance", 10)
    rows = [
        CourseRow("通用", "general", "institution", 60),
        CourseRow("理论", "theory", "institution", 260),
        CourseRow("实训", "practice", "enterprise", 480),
    ]
    services.save_courses(case.clerk, case.plan, rows, on=ON)
    assert warned(case) == {"teaching.proportion"}


GOOD_MENTORS = [
    MentorRow("enterprise", "赵一", "practice_years", years=1),
    MentorRow("enterprise", "赵一", "skill_certificate", certificate_level="senior", certificate_no="A1"),
    MentorRow("enterprise", "赵一", "title", title_grade="intermediate"),
    MentorRow("enterprise", "赵一", "backbone"),
    MentorRow("institution", "钱一", "dual_qualified"),
    MentorRow("institution", "钱一", "teaching_years", years=2),
    MentorRow("institution", "钱一", "skill_certificate", certificate_level="technician", certificate_no="B"),
    MentorRow("institution", "钱一", "title", title_grade="senior"),
]
BAD_MENTORS = [
    MentorRow("enterprise", "赵一", "practice_years", years=0),
    MentorRow("enterprise", "赵一", "practice_years"),
    MentorRow(
        "enterprise", "赵一", "skill_certificate", certificate_level="intermediate", certificate_no="A"
    ),
    MentorRow("enterprise", "赵一", "skill_certificate", certificate_level="senior"),
    MentorRow("enterprise", "赵一", "skill_certificate", certificate_no="A"),
    MentorRow("enterprise", "赵一", "title", title_grade="assistant"),
    MentorRow("enterprise", "赵一", "title"),
    MentorRow("enterprise", "赵一", "dual_qualified"),
    MentorRow("enterprise", "赵一", "teaching_years", years=9),
    MentorRow("institution", "钱一", "teaching_years", years=1),
    MentorRow("institution", "钱一", "practice_years", years=9),
    MentorRow("institution", "钱一", "backbone"),
]


def test_each_way_of_qualifying_is_enough_on_its_own_side(case):
    people = [replace(row, fit_and_of_good_conduct=True) for row in GOOD_MENTORS]
    named = [replace(row, name=f"{row.name[0]}甲乙丙丁戊己庚辛"[: 2 + n % 8]) for n, row in enumerate(people)]
    services.save_mentors(case.clerk, case.plan, named, on=ON)
    assert codes(case) == set()


def test_whoever_lacks_what_a_way_asks_for_does_not_qualify(case):
    for row in BAD_MENTORS:
        people = [*plans.mentors(), replace(row, fit_and_of_good_conduct=True)]
        services.save_mentors(case.clerk, case.plan, people, on=ON)
        side = "mentor" if row.side == "enterprise" else "teacher"
        assert codes(case) == {f"mentors.{side}_not_qualified"}, row


def test_the_years_asked_for_are_the_documents(case):
    services.save_mentors(
        case.clerk,
        case.plan,
        [replace(plans.mentors()[0], years=3), plans.mentors()[1]],
        on=ON,
    )
    assert codes(case) == set()
    successor("mentor_experience_years_min", 5)
    assert codes(case) == {"mentors.mentor_not_qualified"}


@pytest.mark.parametrize(("gone", "code"), [(0, "mentors.no_mentor"), (1, "mentors.no_teacher")])
def test_each_side_names_somebody(case, gone, code):
    rows = plans.mentors()
    del rows[gone]
    services.save_mentors(case.clerk, case.plan, rows, on=ON)
    assert codes(case) == {code}


def test_mentors_and_teachers_are_fit_and_of_good_conduct(case):
    rows = [replace(row, fit_and_of_good_conduct=False) for row in plans.mentors()]
    services.save_mentors(case.clerk, case.plan, rows, on=ON)
    assert codes(case) == {"mentors.conduct"}


def test_an_occupation_for_which_nobody_is_named_is_a_warning(case):
    from tests.factories.apprentices import occupation

    other = occupation("6-18-01-02", "铣工", "milling machine operator")
    rows = [replace(row, occupation=other.pk) for row in plans.mentors()]
    services.save_mentors(case.clerk, case.plan, rows, on=ON)
    assert codes(case) == set()
    assert warned(case) == {"mentors.not_covered"}
    services.save_mentors(
        case.clerk, case.plan, [replace(row, occupation=OCCUPATION[0]) for row in plans.mentors()], on=ON
    )
    assert warned(case) == set()


def test_textbooks_are_named(case):
    services.save_textbooks(case.clerk, case.plan, [], on=ON)
    assert codes(case) == {"textbooks.none"}


def test_the_agreement_and_the_rules_are_there(case):
    from apps.casework.models import CaseDocument

    for document in CaseDocument.objects.of(case.plan):
        services.detach_document(case.clerk, case.plan, document.pk)
    assert codes(case) == {"documents.cooperation_agreement", "documents.management_rules"}


def test_entrusted_training_needs_its_agreement_and_a_good_trustee(case):
    other = plans.parties()["enterprise"]
    basics(case, entrusted_to_id=other.pk)
    assert codes(case) == {"documents.entrustment_agreement"}
    services.attach_document(case.clerk, case.plan, kind="entrustment_agreement", upload=plans.upload())
    assert codes(case) == set()
    other.standing, other.standing_from, other.standing_reason = Standing.SUSPENDED, ON, "整改"
    other.save()
    assert codes(case) == {"basics.entrusted_enterprise_standing"}


def test_entrusting_of_a_large_enterprise_is_a_warning(case):
    case.enterprise.size = Size.LARGE
    case.enterprise.save()
    basics(case, entrusted_to_id=plans.parties()["enterprise"].pk)
    assert warned(case) == {"basics.entrusting_large"}


def test_wages_are_not_below_the_minimum_where_the_document_sets_one(case):
    basics(case, monthly_wage_fen=None)
    assert codes(case) == set()
    successor("minimum_monthly_wage", 2420, unit="yuan_per_month", article="六（三）")
    assert codes(case) == {"basics.no_wage"}
    basics(case, monthly_wage_fen=241_999)
    assert codes(case) == {"basics.low_wage"}
    basics(case, monthly_wage_fen=242_000)
    assert codes(case) == set()


def test_dispatched_workers_take_part_only_where_the_document_lets_them(case):
    basics(case, includes_dispatched=True)
    assert codes(case) == set()
    successor("dispatched_workers_allowed", "no")
    assert codes(case) == {"basics.dispatched"}


def test_the_term_fits_between_the_first_and_the_last_day(case):
    basics(case, ends_on=date(2025, 3, 30))
    assert codes(case) == {"basics.too_short"}


def test_what_is_handed_in_lies_ahead_but_an_office_may_read_it_later(case):
    later = date(2023, 4, 2)
    assert codes(case, on=later) == {"basics.started_already"}
    assert missing_for_decision(fresh(case), on=later) == []


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2023-03-01", 24, "2025-02-28"),
        ("2023-01-01", 12, "2023-12-31"),
        ("2023-12-15", 1, "2024-01-14"),
        ("2023-03-31", 11, "2024-02-28"),
        ("2024-02-29", 12, "2025-02-27"),
    ],
)
def test_a_term_ends_the_day_before_the_same_day_of_its_last_month(start, months, end):
    assert last_day(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_what_fell_away_after_submission_stops_the_approval():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    LicenceScope.objects.filter(institution=case.institution).update(valid_to=date(2023, 2, 1))
    with pytest.raises(Refused) as refusal:
        plans.approve(case)
    assert [problem.code for problem in refusal.value.problems] == ["lines.not_licensed"]


def test_the_checks_read_a_plan_in_a_fixed_number_of_queries(case, django_assert_max_num_queries):
    plan = fresh(case)
    with django_assert_max_num_queries(18):
        missing_for_submission(plan, on=ON)


def test_where_the_document_gives_no_minimum_wage_the_one_that_the_city_recorded_holds(case):
    officer = accounts.actor(Role.CITY_OFFICER)
    record = partial(record_minimum_wage, officer, document="京人社劳发〔2022〕1号", on=ON)
    basics(case, monthly_wage_fen=230_000)
    assert codes(case) == set()
    record(valid_from=ON + timedelta(days=1), amount_fen=250_000)
    assert codes(case) == set()
    record(valid_from=ON, amount_fen=232_000)
    assert codes(case) == {"basics.low_wage"}
    record(valid_from=ON, amount_fen=230_000)
    assert codes(case) == set()
