"""A plan open in two windows: nothing that was stored in one of them is lost by the other, which is older."""

import html
import re

import pytest

from apps.plans.enums import PlanStep
from apps.plans.models import Course, Plan
from tests.factories.accounts import client_of
from tests.factories.plans import draft
from tests.portal.plan_forms import a_course, rows, step_url

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "step-form"}
BASICS = {"title": "培训计划", "contact_name": "王敏", "monthly_wage_fen": "3000"}


def shown(answer) -> dict[str, str]:
    """What the form that was answered sends along."""
    found = re.search(r'id="step-shown" value="([^"]*)"', answer.content.decode())
    return {"shown": html.unescape(found.group(1))}


@pytest.fixture
def case():
    return draft()


@pytest.fixture
def browser(case):
    return client_of(case.clerk_member)


@pytest.fixture
def basics(case, browser):
    browser.post(step_url(case, PlanStep.BASICS), BASICS)
    return step_url(case, PlanStep.BASICS)


def test_a_field_that_only_the_other_window_changed_stays_as_it_changed_it(case, browser, basics):
    old = shown(browser.get(basics))
    browser.post(basics, BASICS | old | {"contact_name": "李强", "includes_dispatched": "on"}, **HTMX)
    answer = browser.post(basics, BASICS | old | {"title": "数控培训计划"}, **HTMX)
    plan = Plan.objects.get(pk=case.plan.pk)
    assert (plan.title, plan.contact_name, plan.includes_dispatched) == ("数控培训计划", "李强", True)
    assert answer.context["elsewhere"]


def test_what_was_typed_and_typed_back_in_one_window_is_taken(case, browser, basics):
    first = shown(browser.get(basics))
    again = shown(browser.post(basics, BASICS | first | {"contact_name": "李强"}, **HTMX))
    answer = browser.post(basics, BASICS | again, **HTMX)
    assert Plan.objects.get(pk=case.plan.pk).contact_name == "王敏"
    assert not answer.context["elsewhere"]


def test_text_that_was_refused_is_not_put_back_by_the_next_change(case, browser, basics):
    first = shown(browser.get(basics))
    wrong = BASICS | {"monthly_wage_fen": "fünf"}
    again = shown(browser.post(basics, wrong | first, **HTMX))
    answer = browser.post(basics, wrong | again | {"title": "新计划"}, **HTMX)
    assert answer["X-Saved"] == "partly"
    assert Plan.objects.get(pk=case.plan.pk).title == "新计划"


def test_a_row_changed_or_removed_in_the_other_window_is_not_set_back(case, browser):
    url = step_url(case, PlanStep.TEACHING)
    both = [a_course(), a_course(row_key="k2", name="工艺")]
    browser.post(url, rows(*both, do="save"))
    old = shown(browser.get(url))
    browser.post(url, rows(a_course(hours="60"), both[1], do="remove-1", **old))
    answer = browser.post(url, rows(*both, a_course(row_key="k3", name="测量"), **old), **HTMX)
    assert answer.context["elsewhere"]
    assert dict(Course.objects.values_list("row_key", "hours")) == {"k1": 60, "k3": 40}


def test_both_windows_change_a_row_in_different_fields(case, browser):
    url = step_url(case, PlanStep.TEACHING)
    browser.post(url, rows(a_course(), do="save"))
    old = shown(browser.get(url))
    browser.post(url, rows(a_course(hours="60"), do="save", **old))
    browser.post(url, rows(a_course(name="安全"), do="save", **old))
    course = Course.objects.get()
    assert (course.name, course.hours) == ("安全", 60)


BROKEN = [
    "",
    "[",
    "[" * 100_000,
    "[]",
    '{"": 1}',
    '{"": {"nothing": "x", "title": ["x"]}}',
    '{"": {"title": "\\ud800"}}',
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_form_that_does_not_say_what_it_showed_is_stored_as_it_was_sent(case, browser, basics, broken):
    answer = browser.post(basics, BASICS | {"contact_name": "李强", "shown": broken}, **HTMX)
    assert answer.status_code == 200
    assert Plan.objects.get(pk=case.plan.pk).contact_name == "李强"
