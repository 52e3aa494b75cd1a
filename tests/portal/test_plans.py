"""The wizard, the list and the page of a plan, as those who apply use them."""

import re

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.plans import services
from apps.plans.enums import PlanState, PlanStep
from apps.plans.models import Course, Mentor, Plan, PlanLine
from tests.factories import accounts, plans
from tests.factories.accounts import client_of
from tests.factories.apprentices import OCCUPATION
from tests.factories.plans import ON, complete_plan, draft

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "step-form"}


@pytest.fixture(autouse=True)
def _the_day_of_the_plan(monkeypatch):
    """Doors read the clock; here it shows the day that the factories use."""
    for module in ("apps.portal.views.plans.writing", "apps.portal.views.plans.reading"):
        monkeypatch.setattr(f"{module}.today", lambda: ON)


def step_url(case, step):
    return reverse("portal:plan_step", args=[case.plan.pk, step])


def rows(*values, **extra):
    """A posted list of rows."""
    posted = {"rows-TOTAL_FORMS": str(len(values)), "rows-INITIAL_FORMS": "0", **extra}
    for number, row in enumerate(values):
        posted |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return posted


def a_course(**values):
    right = {"row_key": "k1", "name": "安全生产", "kind": "general", "place": "institution", "hours": "40"}
    return {**right, **values}


def a_line(**values):
    right = {"row_key": "k1", "occupation": OCCUPATION[0], "level": "senior", "headcount": "30"}
    return {**right, "term_months": "", "term_reason": "", **values}


BASICS = {
    "title": "2023 年培养计划",
    "starts_on": "2023-04-01",
    "ends_on": "2025-03-31",
    "contact_name": "王敏",
    "contact_phone": "010-65000000",
    "monthly_wage_fen": "5000",
}


def test_an_enterprise_writes_a_plan_through_all_steps_and_hands_it_in():
    case = draft()
    browser = client_of(case.clerk_member)
    posts = [
        (PlanStep.BASICS, BASICS | {"institution_id": case.institution.pk}),
        (PlanStep.LINES, rows(a_line())),
        (
            PlanStep.TEACHING,
            rows(
                a_course(hours="80"),
                a_course(row_key="k2", name="工艺", kind="theory", hours="240"),
                a_course(row_key="k3", name="实训", kind="practice", place="enterprise", hours="480"),
            ),
        ),
        (
            PlanStep.MENTORS,
            rows(
                {
                    "row_key": "m1",
                    "side": "enterprise",
                    "name": "赵师傅",
                    "qualification": "practice_years",
                    "years": "8",
                    "fit_and_of_good_conduct": "on",
                },
                {
                    "row_key": "m2",
                    "side": "institution",
                    "name": "钱老师",
                    "qualification": "dual_qualified",
                    "fit_and_of_good_conduct": "on",
                },
            ),
        ),
        (PlanStep.TEXTBOOKS, rows({"row_key": "t1", "title": "车工", "kind": "national"})),
    ]
    for step, posted in posts:
        answer = browser.post(step_url(case, step), {**posted, "do": "next"})
        assert answer.status_code == 302, (step, answer.context and answer.context["unsaved"])
    for kind in ("cooperation_agreement", "management_rules"):
        url = step_url(case, PlanStep.DOCUMENTS)
        file = plans.upload(f"{kind}.pdf", plans.PDF + kind.encode())
        assert browser.post(url, {"kind": kind, "file": file}).status_code == 302
    check = reverse("portal:plan_check", args=[case.plan.pk])
    assert browser.get(check).context["problems"] == []
    answer = browser.post(check)
    assert answer["Location"] == reverse("portal:plan_detail", args=[case.plan.pk])
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.COUNTERSIGN


def test_starting_a_plan_leads_to_its_first_step():
    case = draft()
    answer = client_of(case.clerk_member).post(reverse("portal:plan_create"))
    made = Plan.objects.latest("pk")
    assert answer["Location"] == reverse("portal:plan_step", args=[made.pk, PlanStep.BASICS])


def test_a_term_that_is_left_open_is_the_one_of_the_level():
    case = draft()
    client_of(case.clerk_member).post(step_url(case, PlanStep.LINES), rows(a_line(), do="save"))
    assert PlanLine.objects.get().term_months == 24


def test_a_change_is_saved_without_a_button_and_answers_with_what_is_still_missing():
    case = complete_plan()
    posted = rows(a_course(row_key=case.plan.courses.first().row_key, hours="100"), do="remove-0")
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.TEACHING), posted, **HTMX)
    assert answer.status_code == 200
    assert "X-Saved" not in answer
    assert "portal/plans/live.html" in {template.name for template in answer.templates}
    assert "base.html" not in {template.name for template in answer.templates}
    # The button that only has the focus is sent along by the browser and must not count.
    assert case.plan.courses.count() == 3
    assert Course.objects.get(hours=100)


def test_half_typed_rows_stay_on_the_page_and_whole_ones_are_stored():
    case = draft()
    posted = rows(a_course(), a_course(row_key="k2", name="工艺", hours="viel"))
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.TEACHING), posted, **HTMX)
    assert answer["X-Saved"] == "partly"
    assert [number for number, _text in answer.context["unsaved"]] == [2]
    assert list(Course.objects.values_list("row_key", flat=True)) == ["k1"]


def test_a_wrong_row_does_not_undo_what_was_stored_of_it():
    case = draft()
    browser = client_of(case.clerk_member)
    browser.post(step_url(case, PlanStep.TEACHING), rows(a_course(), do="save"))
    answer = browser.post(step_url(case, PlanStep.TEACHING), rows(a_course(hours="0"), do="save"))
    assert answer.status_code == 422
    assert 'value="0"' in answer.content.decode()
    assert Course.objects.get().hours == 40


def test_rows_that_another_window_added_are_left_alone():
    case = draft()
    browser = client_of(case.clerk_member)
    browser.post(step_url(case, PlanStep.TEACHING), rows(a_course(), do="save"))
    browser.post(step_url(case, PlanStep.TEACHING), rows(a_course(row_key="k2", name="工艺"), do="save"))
    assert set(Course.objects.values_list("row_key", flat=True)) == {"k1", "k2"}


def test_a_row_is_added_empty_and_takes_the_focus():
    case = draft()
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.TEACHING), rows(a_course(), do="add"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('class="row-form"') == 2
    assert re.search(r'id="id_rows-1-name"[^>]*autofocus|autofocus[^>]*id="id_rows-1-name"', page)
    assert Course.objects.count() == 1


def test_a_removed_row_goes_and_later_ones_move_up():
    case = draft()
    browser = client_of(case.clerk_member)
    three = [a_course(row_key=f"k{n}", name=f"课程{n}") for n in range(3)]
    browser.post(step_url(case, PlanStep.TEACHING), rows(*three, do="save"))
    answer = browser.post(step_url(case, PlanStep.TEACHING), rows(*three, do="remove-1"))
    assert answer.content.decode().count('class="row-form"') == 2
    assert list(Course.objects.values_list("row_key", flat=True)) == ["k0", "k2"]


def test_a_row_that_was_emptied_goes():
    case = draft()
    browser = client_of(case.clerk_member)
    browser.post(step_url(case, PlanStep.TEACHING), rows(a_course(), do="save"))
    empty = {"row_key": "k1", "name": "", "kind": "", "place": "", "hours": ""}
    browser.post(step_url(case, PlanStep.TEACHING), rows(empty, do="save"))
    assert not Course.objects.exists()


def test_what_the_service_refuses_of_one_row_is_shown_at_it_and_the_others_are_stored():
    case = draft()
    two = [
        {"row_key": f"t{n}", "title": f"书{n}", "kind": "own", "isbn": isbn}
        for n, isbn in enumerate(["1", ""])
    ]
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.TEXTBOOKS), rows(*two, do="save"))
    assert answer.status_code == 422
    assert "isbn" in answer.context["rows"].forms[0].errors
    assert list(case.plan.textbooks.values_list("row_key", flat=True)) == ["t1"]


def test_a_wrong_field_of_the_first_step_keeps_the_right_ones():
    case = draft()
    posted = BASICS | {"institution_id": case.institution.pk, "monthly_wage_fen": "fünf", "do": "next"}
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.BASICS), posted)
    assert answer.status_code == 422
    assert "fünf" in answer.content.decode()
    plan = Plan.objects.get(pk=case.plan.pk)
    assert (plan.contact_name, plan.institution_id) == ("王敏", case.institution.pk)
    assert plan.monthly_wage_fen is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_on": "2023-02-30"}, "starts_on"),
        ({"ends_on": "2023-04-01"}, "ends_on"),
        ({"institution_id": "999999"}, "institution_id"),
        ({"institution_id": "abc"}, "institution_id"),
        ({"entrusted_to": "91110105000000000X"}, "entrusted_to"),
        ({"title": "计" * 201}, "title"),
        ({"contact_phone": "1" * 21}, "contact_phone"),
    ],
)
def test_bad_input_of_the_first_step_is_named_at_its_field(wrong, field):
    case = draft()
    posted = BASICS | {"institution_id": case.institution.pk, "do": "next"} | wrong
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.BASICS), posted)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"rows-TOTAL_FORMS": "x", "rows-INITIAL_FORMS": "0"},
        {"rows-TOTAL_FORMS": "-1", "rows-INITIAL_FORMS": "0"},
    ],
)
def test_a_form_that_is_not_ours_stores_and_removes_nothing(data):
    case = complete_plan()
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.TEACHING), data | {"do": "save"})
    assert answer.status_code in (302, 400)
    assert case.plan.courses.count() == 3


@pytest.mark.parametrize("wish", ["remove-99", "remove-x", "remove--1", "dance", "remove-²"])
def test_an_unknown_button_does_nothing_but_save(wish):
    case = draft()
    answer = client_of(case.clerk_member).post(step_url(case, PlanStep.TEACHING), rows(a_course(), do=wish))
    assert answer.status_code == 200
    assert Course.objects.count() == 1


def test_overlong_text_is_refused_with_a_sentence_and_nul_before_anything_reads_it():
    case = draft()
    browser, url = client_of(case.clerk_member), step_url(case, PlanStep.TEACHING)
    answer = browser.post(url, rows(a_course(name="课" * 200), a_course(row_key="k2"), do="save"))
    assert answer.status_code == 422
    assert len(answer.context["unsaved"]) == 1
    assert browser.post(url, rows(a_course(name="课\x00"), do="save")).status_code == 400


def test_an_upload_of_the_wrong_kind_is_refused_beside_its_field():
    case = draft()
    url = step_url(case, PlanStep.DOCUMENTS)
    browser = client_of(case.clerk_member)
    for name, content in (("a.exe", b"MZ"), ("a.pdf", b"<html>"), ("a.pdf", b"")):
        file = plans.upload(name, content)
        answer = browser.post(url, {"kind": "management_rules", "file": file})
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
    assert browser.post(url, {"kind": "management_rules"}).status_code == 422
    assert browser.post(url, {"kind": "poem", "file": plans.upload()}).status_code == 422


def test_a_document_can_be_taken_off_again():
    from apps.casework.models import CaseDocument

    case = complete_plan()
    document = CaseDocument.objects.of(case.plan).first()
    url = reverse("portal:plan_document_remove", args=[case.plan.pk, document.pk])
    assert client_of(case.clerk_member).post(url).status_code == 302
    assert document.pk not in set(CaseDocument.objects.of(case.plan).values_list("pk", flat=True))


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
