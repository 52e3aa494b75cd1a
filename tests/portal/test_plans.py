"""The wizard of a plan, as an enterprise writes in it."""

import re

import pytest
from django.urls import reverse

from apps.plans.enums import PlanState, PlanStep
from apps.plans.models import Course, Plan, PlanLine
from tests.factories import plans
from tests.factories.accounts import client_of
from tests.factories.plans import complete_plan, draft
from tests.portal.plan_forms import a_course, a_line, rows, step_url

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "step-form"}
pytestmark = pytest.mark.usefixtures("the_day_of_the_plan")
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
