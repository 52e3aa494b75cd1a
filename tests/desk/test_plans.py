"""The review page of district and city, the register, and the consolidated list."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from apps.accounts.roles import Role
from apps.casework.models import Decision, Deficiency
from apps.institutions.models import LicenceScope
from apps.plans import services
from apps.plans.checklist import ITEMS
from apps.plans.enums import PlanState
from apps.plans.models import Consolidation, Plan
from tests.factories import accounts, plans
from tests.factories.accounts import client_of
from tests.factories.plans import ON, complete_plan
from tests.ground import stands


@pytest.fixture(autouse=True)
def _the_day_of_the_plan(monkeypatch):
    for module in ("review", "register", "consolidation"):
        monkeypatch.setattr(f"apps.desk.views.plans.{module}.today", lambda: ON)


def review_url(case):
    return reverse("desk:plan_review", args=[case.plan.pk])


def decide_url(case):
    return reverse("desk:plan_decide", args=[case.plan.pk])


def judged(result="pass", **answers):
    """A posted checklist: every item with one answer but those named, underscores for dots."""
    posted = {f"check-{item.code}": result for item in ITEMS}
    return posted | {f"check-{code.replace('__', '.')}": answer for code, answer in answers.items()}


def judgements(page):
    return {row.code: row for section in page.context["sections"] for row in section.judgements}


def test_a_reviewer_goes_through_the_checklist_and_approves():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = client_of(case.reviewer_member)
    page = browser.get(review_url(case))
    assert [step.action for step in page.context["actions"]] == ["approve", "return", "reject"]
    answer = browser.post(decide_url(case), judged() | {"action": "approve", "version": "1"})
    assert answer.status_code == 302
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.CITY_RECHECK
    stored = Decision.objects.of(case.plan).get(action="approve")
    assert {row["result"] for row in stored.checklist} == {"pass"}


def test_after_a_decision_the_next_file_of_the_queue_opens():
    first = complete_plan(state=PlanState.DISTRICT_REVIEW)
    second = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = client_of(first.reviewer_member)
    posted = judged() | {"action": "approve"}
    assert browser.post(decide_url(first), posted)["Location"] == review_url(second)
    assert browser.post(decide_url(second), posted)["Location"] == reverse("desk:queue")


def test_an_open_item_keeps_the_plan_and_everything_that_was_typed():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    posted = judged(lines__terms="") | {
        "action": "approve",
        "reason": "同意",
        "remark-basics.terms": "已电话核实",
    }
    page = client_of(case.reviewer_member).post(decide_url(case), posted)
    assert page.status_code == 422
    rows = judgements(page)
    assert rows["lines.terms"].wrong
    assert not rows["basics.terms"].wrong
    assert rows["basics.terms"].remark == "已电话核实"
    assert "同意" in page.content.decode()
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def test_what_the_system_finds_stands_beside_its_item_and_is_proposed_as_failed():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    LicenceScope.objects.all().delete()
    page = client_of(case.reviewer_member).get(review_url(case))
    row = judgements(page)["lines.occupations"]
    assert [problem.code for problem in row.problems] == ["lines.not_licensed"]
    assert row.result == "fail"
    assert [defect.code for defect in page.context["defects"]] == ["lines.occupations"]


def test_failed_items_become_the_one_time_list_of_a_return_with_free_lines_beside():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    posted = judged(teaching__hours="fail", textbooks__filed="fail") | {
        "action": "return",
        "reason": "请按清单补正",
        "remark-teaching.hours": "学时不足",
        "defect-textbooks.filed": "教材未在目录内",
        "free-step": ["basics", "", "nonsense"],
        "free-text": ["补充联系人职务", " ", "盖章不清"],
        "free-article": ["五", "", ""],
    }
    answer = client_of(case.reviewer_member).post(decide_url(case), posted)
    assert answer.status_code == 302
    found = {row.code.partition(".")[0]: (row.text, row.article) for row in Deficiency.objects.all()}
    assert found == {
        "teaching": ("学时不足", "三（三）1"),
        "textbooks": ("教材未在目录内", "三（三）2"),
        "basics": ("补充联系人职务", "五"),
        "other": ("盖章不清", ""),
    }


def test_a_return_without_a_deficiency_or_a_reason_is_refused():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = client_of(case.reviewer_member)
    for posted in (judged() | {"reason": "补正"}, judged(teaching__hours="fail")):
        page = browser.post(decide_url(case), posted | {"action": "return"})
        assert page.status_code == 400
        assert page.context["refusal"].message
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def test_the_list_of_deficiencies_follows_the_answers_while_they_are_given():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    url = reverse("desk:plan_deficiencies", args=[case.plan.pk])
    posted = {"check-teaching.hours": "fail", "remark-teaching.hours": "学时不足", "free-text": ["另"]}
    page = client_of(case.reviewer_member).post(url, posted, HTTP_HX_REQUEST="true")
    assert [(row.code, row.text) for row in page.context["defects"]] == [("teaching.hours", "学时不足")]
    assert page.context["free_rows"][0]["text"] == ""
    assert "base.html" not in {template.name for template in page.templates}


def test_what_is_open_can_be_marked_as_passed_without_deciding():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    posted = judged(result="", teaching__hours="fail") | {"action": "pass_open", "version": "1"}
    page = client_of(case.reviewer_member).post(decide_url(case), posted)
    results = {code: row.result for code, row in judgements(page).items()}
    assert results.pop("teaching.hours") == "fail"
    assert set(results.values()) == {"pass"}
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def changed_and_back():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    rows = [row | {"remark": "已核"} for row in plans.passed().checklist]
    opinion = plans.returned()
    services.return_plan(
        case.reviewer,
        case.plan,
        on=ON,
        opinion=type(opinion)(reason="补正", checklist=rows, deficiencies=opinion.deficiencies),
    )
    services.save_lines(case.clerk, case.plan, plans.lines(headcount=25), on=ON)
    return plans.advance(case, PlanState.DISTRICT_REVIEW)


def test_what_changed_since_the_last_reading_is_shown_and_the_rest_of_the_answers_is_taken_over():
    case = changed_and_back()
    page = client_of(case.reviewer_member).get(review_url(case))
    changes = [(change.step.value, change.before, change.after) for change in page.context["changes"]]
    assert changes == [("lines", "30", "25")]
    rows = judgements(page)
    assert (rows["mentors.enterprise"].result, rows["mentors.enterprise"].remark) == ("pass", "已核")
    assert rows["lines.occupations"].result == ""


def test_a_decision_on_a_page_that_is_stale_is_refused_and_cannot_be_forced():
    case = changed_and_back()
    browser = client_of(case.reviewer_member)
    posted = judged() | {"action": "approve", "version": "1"}
    for _attempt in range(2):
        page = browser.post(decide_url(case), posted)
        assert page.status_code == 409
        assert page.context["version"] == 1
    posted = judged(result="") | {"action": "pass_open", "version": "1"}
    assert browser.post(decide_url(case), posted).context["version"] == 1


def test_the_city_reads_the_districts_answers_and_confirms():
    case = complete_plan(state=PlanState.CITY_RECHECK)
    browser = client_of(case.officer_member)
    page = browser.get(review_url(case))
    assert [step.action for step in page.context["actions"]] == ["confirm", "send_back", "refuse"]
    assert all(row.earlier["result"] == "pass" for row in judgements(page).values())
    assert browser.post(decide_url(case), {"action": "confirm", "version": "1"}).status_code == 302
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.APPROVED


def test_the_city_sends_back_only_with_a_reason():
    case = complete_plan(state=PlanState.CITY_RECHECK)
    browser = client_of(case.officer_member)
    assert browser.post(decide_url(case), {"action": "send_back"}).status_code == 400
    assert browser.post(decide_url(case), {"action": "send_back", "reason": "核实"}).status_code == 302


def test_a_step_of_another_office_is_refused():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    page = client_of(case.officer_member).post(decide_url(case), judged() | {"action": "approve"})
    assert page.status_code == 409
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def test_another_districts_plan_is_not_found():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    assert browser.get(review_url(case)).status_code == 404
    assert browser.post(decide_url(case), judged() | {"action": "approve"}).status_code == 404
    url = reverse("desk:plan_deficiencies", args=[case.plan.pk])
    assert browser.post(url, judged()).status_code == 404
    assert browser.get(reverse("desk:plan_list")).context["rows"] == []


def test_a_draft_is_not_found_by_any_office():
    case = complete_plan()
    for browser in (client_of(case.reviewer_member), client_of(case.officer_member)):
        assert browser.get(review_url(case)).status_code == 404


@pytest.mark.parametrize("role", [Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER])
def test_whoever_only_reads_gets_no_decision(role):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = accounts.client_for(role, district=case.plan.district)
    page = browser.get(review_url(case))
    assert page.context["actions"] == []
    assert browser.post(decide_url(case), judged() | {"action": "approve"}).status_code == 403


def test_applicants_do_not_use_the_pages_of_offices():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    for browser in (client_of(case.clerk_member), client_of(case.teacher_member)):
        for url in (review_url(case), reverse("desk:plan_list"), reverse("desk:consolidation_list")):
            assert browser.get(url).status_code == 403


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "一次性告知清单"), ("en", "One-time list")])
def test_the_review_page_speaks_both_languages_and_carries_no_inline_code(language, word):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = client_of(case.reviewer_member)
    browser.cookies["django_language"] = language
    page = browser.get(review_url(case)).content.decode()
    assert word in page
    assert "style=" not in page
    assert "<style" not in page


def test_the_review_page_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    browser = client_of(case.reviewer_member)
    with django_assert_max_num_queries(55):
        browser.get(review_url(case))


def test_the_register_filters_by_state_district_and_text():
    here = complete_plan(state=PlanState.DISTRICT_REVIEW)
    there = complete_plan(state=PlanState.CITY_RECHECK, district="110108")
    browser = client_of(here.officer_member)
    url = reverse("desk:plan_list")

    def found(**query):
        return {row["plan"].pk for row in browser.get(url, query).context["rows"]}

    assert found() == {here.plan.pk, there.plan.pk}
    assert found(district="110108") == {there.plan.pk}
    assert found(state="district_review") == {here.plan.pk}
    assert found(q=there.plan.number) == {there.plan.pk}
    assert found(q=here.enterprise.organisation.name, district="x") >= {here.plan.pk}


@pytest.fixture
@stands
def confirmed():
    return [
        complete_plan(state=PlanState.APPROVED),
        complete_plan(state=PlanState.APPROVED, district="110108"),
    ]


def test_the_city_makes_a_list_and_takes_it_away(confirmed):
    browser = client_of(confirmed[0].officer_member)
    assert browser.get(reverse("desk:consolidation_list")).context["waiting"] == 2
    page = browser.get(reverse("desk:consolidation_new"))
    assert page.context["chosen"] == {case.plan.pk for case in confirmed}
    chosen = [str(case.plan.pk) for case in confirmed]
    answer = browser.post(reverse("desk:consolidation_new"), {"plan": chosen, "note": "第一批"})
    made = Consolidation.objects.get()
    assert answer["Location"] == reverse("desk:consolidation_detail", args=[made.pk])
    page = browser.get(answer["Location"]).content.decode()
    assert made.sha256 in page
    assert "第一批" in page
    book = browser.get(reverse("desk:consolidation_file", args=[made.pk]))
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [case.plan.number for case in confirmed]


def test_a_choice_that_cannot_be_made_is_refused_and_kept(confirmed):
    browser = client_of(confirmed[0].officer_member)
    url = reverse("desk:consolidation_new")
    assert browser.post(url, {"plan": []}).status_code == 400
    assert browser.post(url, {"plan": ["x", "9" * 30, "-1"]}).status_code == 400
    page = browser.post(url, {"plan": [str(confirmed[0].plan.pk), "999999"], "note": "备注"})
    assert page.status_code == 409
    assert page.context["chosen"] == {confirmed[0].plan.pk, 999999}
    assert not Consolidation.objects.exists()


@pytest.mark.parametrize("role", [Role.DISTRICT_REVIEWER, Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR])
def test_only_the_city_sees_the_consolidated_lists(role, confirmed):
    made = services.consolidate_plans(confirmed[0].officer, [confirmed[0].plan.pk], on=ON)
    browser = accounts.client_for(role)
    for name, args in (
        ("consolidation_list", []),
        ("consolidation_new", []),
        ("consolidation_detail", [made.pk]),
        ("consolidation_file", [made.pk]),
    ):
        assert browser.get(reverse(f"desk:{name}", args=args)).status_code == 403


def test_a_list_that_does_not_exist_is_not_found(confirmed):
    browser = client_of(confirmed[0].officer_member)
    assert browser.get(reverse("desk:consolidation_detail", args=[999999])).status_code == 404
