"""The check, the page and the list of plans, as all who apply use them; what others may not."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.plans import services
from apps.plans.enums import PlanState, PlanStep
from apps.plans.models import Mentor, Plan
from tests.factories import accounts, institutions, plans
from tests.factories.accounts import client_of
from tests.factories.plans import ON, complete_plan, draft
from tests.portal.plan_forms import a_course, a_line, rows, step_url

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "step-form"}
pytestmark = pytest.mark.usefixtures("the_day_of_the_plan")


def test_what_is_missing_is_listed_with_article_and_the_way_to_its_step():
    case = draft()
    browser = client_of(case.clerk_member)
    url = reverse("portal:plan_check", args=[case.plan.pk])
    problems = browser.get(url).context["problems"]
    assert all(problem.article and problem.url for problem in problems)
    assert step_url(case, PlanStep.MENTORS) in {problem.url for problem in problems}
    answer = browser.post(url)
    assert answer.status_code == 422
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DRAFT


def test_a_returned_plan_shows_each_deficiency_at_its_step_and_editing_leads_there():
    case = complete_plan(state=PlanState.RETURNED)
    browser = client_of(case.clerk_member)
    edit = browser.get(reverse("portal:plan_edit", args=[case.plan.pk]))
    assert edit["Location"] == step_url(case, PlanStep.TEACHING)
    assert "补足学时" in browser.get(step_url(case, PlanStep.TEACHING)).content.decode()
    assert "补足学时" not in browser.get(step_url(case, PlanStep.LINES)).content.decode()


def test_a_returned_plan_changes_its_institution_but_is_never_left_without_one():
    case = complete_plan(state=PlanState.RETURNED)
    browser, url = client_of(case.clerk_member), step_url(case, PlanStep.BASICS)
    answer = browser.post(url, {"title": "改名的计划", "institution_id": "", "do": "save"})
    assert answer.status_code == 422
    assert "请选择合作机构" in answer.content.decode()
    plan = Plan.objects.get(pk=case.plan.pk)
    assert (plan.title, plan.institution_id) == ("改名的计划", case.institution.pk)
    other = institutions.institution("另一技工学校")
    browser.post(url, {"title": "改名的计划", "institution_id": other.pk, "do": "save"})
    assert Plan.objects.get(pk=case.plan.pk).institution_id == other.pk


def test_the_superior_unit_consents_or_sends_back_with_a_reason():
    case = complete_plan(state=PlanState.CONSENT, superior=True)
    browser = client_of(case.superior_member)
    page = browser.get(reverse("portal:plan_detail", args=[case.plan.pk]))
    assert [step.action for step in page.context["decisions"]] == ["consent", "withhold_consent"]
    url = reverse("portal:plan_decide", args=[case.plan.pk])
    answer = browser.post(url, {"action": "withhold_consent", "reason": " ", "version": "1"})
    assert answer.status_code == 400
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.CONSENT
    assert browser.post(url, {"action": "consent", "version": "1"}).status_code == 302
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.COUNTERSIGN


def test_the_institution_reads_what_it_signs_for_and_countersigns():
    case = complete_plan(state=PlanState.COUNTERSIGN)
    browser = client_of(case.teacher_member)
    page = browser.get(reverse("portal:plan_detail", args=[case.plan.pk])).content.decode()
    assert "钱老师" in page
    assert "320" in page
    url = reverse("portal:plan_decide", args=[case.plan.pk])
    assert browser.post(url, {"action": "countersign", "version": "1"}).status_code == 302
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def test_what_was_typed_is_kept_when_the_step_is_refused():
    case = complete_plan(state=PlanState.COUNTERSIGN)
    browser = client_of(case.teacher_member)
    url = reverse("portal:plan_decide", args=[case.plan.pk])
    answer = browser.post(url, {"action": "decline", "reason": "师资不足", "version": "7"})
    assert answer.status_code == 409
    assert "师资不足" in answer.content.decode()


def test_the_enterprise_withdraws_with_a_reason():
    case = complete_plan(state=PlanState.COUNTERSIGN)
    browser = client_of(case.clerk_member)
    url = reverse("portal:plan_decide", args=[case.plan.pk])
    assert browser.post(url, {"action": "withdraw", "reason": ""}).status_code == 400
    assert browser.post(url, {"action": "withdraw", "reason": "计划有变"}).status_code == 302
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.WITHDRAWN


def test_this_page_takes_only_the_steps_that_it_offers():
    case = complete_plan()
    url = reverse("portal:plan_decide", args=[case.plan.pk])
    answer = client_of(case.clerk_member).post(url, {"action": "approve"})
    assert answer.status_code == 409


def test_a_plan_that_an_office_has_cannot_be_opened_for_writing():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = client_of(case.clerk_member)
    answer = browser.get(step_url(case, PlanStep.LINES))
    assert answer.status_code == 422
    answer = browser.post(step_url(case, PlanStep.LINES), rows(a_line(headcount="99"), do="save"))
    assert answer.status_code == 422
    assert case.plan.lines.get().headcount == 30


PAGES = [
    ("plan_detail", "get"),
    ("plan_edit", "get"),
    ("plan_check", "get"),
    ("plan_check", "post"),
    ("plan_decide", "post"),
]


@pytest.mark.parametrize(("name", "method"), PAGES)
def test_another_enterprises_plan_is_not_found(name, method):
    case, stranger = complete_plan(), draft()
    browser = client_of(stranger.clerk_member)
    mine = getattr(browser, method)(reverse(f"portal:{name}", args=[case.plan.pk]))
    absent = getattr(browser, method)(reverse(f"portal:{name}", args=[10**9]))
    assert (mine.status_code, absent.status_code) == (404, 404)


@pytest.mark.parametrize("step", [*PlanStep.values, "nonsense"])
def test_another_enterprises_step_is_not_found(step):
    case, stranger = complete_plan(), draft()
    browser = client_of(stranger.clerk_member)
    assert browser.get(step_url(case, step)).status_code == 404
    assert browser.post(step_url(case, step), rows(a_course(), do="save")).status_code == 404


@pytest.mark.parametrize("role", [Role.DISTRICT_REVIEWER, Role.CITY_OFFICER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_offices_do_not_use_the_pages_of_applicants(role):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = accounts.client_for(role)
    for name in ("plan_detail", "plan_edit", "plan_check"):
        assert browser.get(reverse(f"portal:{name}", args=[case.plan.pk])).status_code == 403


def test_the_list_shows_own_plans_with_what_to_do_and_filters_them():
    case = complete_plan()
    services.create_plan(case.clerk, on=ON, title="另一个计划")
    complete_plan()
    browser = client_of(case.clerk_member)
    url = reverse("portal:plan_list")
    page = browser.get(url)
    assert [row["plan"].title for row in page.context["rows"]] == ["另一个计划", case.plan.title]
    assert page.context["waiting"] == 2
    found = browser.get(url, {"q": "另一"}).context["rows"]
    assert [row["plan"].title for row in found] == ["另一个计划"]
    assert browser.get(url, {"state": "approved"}).context["rows"] == []
    for query in ({"state": "x"}, {"mine": "yes"}, {"q": "%' OR 1=1"}):
        assert browser.get(url, query).status_code == 200


def test_the_list_costs_the_same_for_one_plan_and_for_many(django_assert_max_num_queries):
    case = complete_plan()
    for _number in range(5):
        services.create_plan(case.clerk, on=ON)
    browser = client_of(case.clerk_member)
    with django_assert_max_num_queries(16):
        browser.get(reverse("portal:plan_list"))


def test_an_empty_list_says_how_to_begin():
    found = plans.parties()
    page = client_of(found["clerk_member"]).get(reverse("portal:plan_list"))
    assert reverse("portal:plan_create") in page.content.decode()
    page = client_of(found["teacher_member"]).get(reverse("portal:plan_list"))
    assert reverse("portal:plan_create") not in page.content.decode()


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "保存并继续"), ("en", "Save and continue")])
def test_the_wizard_speaks_both_languages(language, word):
    case = complete_plan()
    browser = client_of(case.clerk_member)
    browser.cookies["django_language"] = language
    for step in PlanStep.values:
        page = browser.get(step_url(case, step)).content.decode()
        assert word in page or step == PlanStep.DOCUMENTS
        assert "style=" not in page
        assert "onclick" not in page


def test_a_teacher_is_stored_without_the_identity_number():
    case = draft()
    number = plans.accounts.numbers.id_number()
    row = {
        "row_key": "m",
        "side": "institution",
        "name": "钱老师",
        "qualification": "dual_qualified",
        "id_number": number,
    }
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.MENTORS), rows(row, do="save"))
    assert answer.status_code == 302
    page = client_of(case.clerk_member).get(step_url(case, PlanStep.MENTORS)).content.decode()
    assert number not in page
    assert Mentor.objects.get().id_index is not None


def test_a_plan_whose_period_is_over_offers_no_class(monkeypatch):
    case = complete_plan(state=PlanState.APPROVED)
    browser = client_of(case.clerk_member)
    over = case.plan.ends_on + timedelta(days=1)
    for day, offered in ((case.plan.ends_on, True), (over, False)):
        for module in ("plans.reading", "classes.classes"):
            monkeypatch.setattr(f"apps.portal.views.{module}.today", lambda day=day: day)
        shown = browser.get(reverse("portal:plan_detail", args=[case.plan.pk])).content.decode()
        assert ("开班并组织学徒报名" in shown) == offered
        assert ("培养期已满" in shown) != offered
        assert (case.plan.number in browser.get(reverse("portal:class_open")).content.decode()) == offered
