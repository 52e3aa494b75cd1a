"""The enterprise of a returned plan chooses another institution: the earlier one is told and out of it."""

import pytest
from django.urls import reverse
from django.utils import translation

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.casework import wording
from apps.casework.models import Notice
from apps.core.errors import NotFound
from apps.plans import services
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from apps.portal.todo import todo_of
from tests.factories import accounts, institutions, plans
from tests.factories.apprentices import LEVEL, OCCUPATION
from tests.factories.plans import ON, complete_plan
from tests.ground import stands


@pytest.fixture
@stands
def case():
    """A plan that was countersigned and then returned by the district."""
    return complete_plan(state=PlanState.RETURNED)


@pytest.fixture
@stands
def other():
    """Another institution, and its clerk."""
    found = institutions.institution("另一技工学校", covers=[(OCCUPATION[0], LEVEL)])
    return found, accounts.member(Role.INSTITUTION_OPERATOR, organisation=found.organisation)


def change(case, institution):
    services.save_basics(case.clerk, case.plan, plans.basics(case, institution_id=institution.pk), on=ON)
    case.plan.refresh_from_db()


def told(member):
    rows = Notice.objects.visible_to(actor_of(member)).filter(code="plans.plan.partner_changed")
    return list(rows.order_by("id"))


def test_the_earlier_institution_is_told_in_its_language_and_led_nowhere(case, other):
    change(case, other[0])
    (notice,) = told(case.teacher_member)
    assert notice.mail_after is not None
    assert "改由其他培训机构" in wording.sentence(notice)
    assert case.plan.number in wording.sentence(notice)
    with translation.override("en"):
        assert "now names another institution" in wording.sentence(notice)
    page = accounts.client_of(case.teacher_member).get(reverse("portal:notice_list"))
    assert [row["url"] for row in page.context["notices"] if "改由" in row["text"]] == [""]


def test_it_is_told_once_however_often_the_enterprise_changes_its_mind(case, other):
    third = institutions.institution("第三技工学校", covers=[(OCCUPATION[0], LEVEL)])
    for institution in (other[0], third, case.institution, other[0]):
        change(case, institution)
    assert len(told(case.teacher_member)) == 1
    assert told(other[1]) == []


def test_who_was_never_asked_is_not_told(other):
    case = complete_plan()
    change(case, other[0])
    assert told(case.teacher_member) == []


def test_what_else_of_the_first_step_changes_tells_nobody(case):
    services.save_basics(case.clerk, case.plan, plans.basics(case, title="改名"), on=ON)
    assert told(case.teacher_member) == []


def test_the_plan_leaves_its_list_and_its_signature_is_void(case, other):
    change(case, other[0])
    plans.submit(case)
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.COUNTERSIGN
    assert todo_of(case.teacher, ON).tasks == []
    assert not Plan.objects.visible_to(case.teacher).exists()
    with pytest.raises(NotFound):
        plans.countersign(case)
    assert [task.about for task in todo_of(actor_of(other[1]), ON).tasks] == [str(case.plan)]
    services.countersign_plan(actor_of(other[1]), case.plan, on=ON)
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def test_a_second_change_after_another_hand_in_tells_the_second_institution(case, other):
    change(case, other[0])
    plans.submit(case)
    services.decline_plan(actor_of(other[1]), case.plan, on=ON, opinion=plans.Opinion(reason="师资不足"))
    case.plan.refresh_from_db()
    change(case, case.institution)
    assert len(told(other[1])) == 1
    assert len(told(case.teacher_member)) == 1
