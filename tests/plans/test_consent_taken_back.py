"""A superior unit takes its consent back until the district has decided; the plan then waits for it again."""

import pytest
from django.urls import reverse
from django.utils import translation

from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.casework.models import History, Notice
from apps.core.errors import Conflict, NotFound, ShituError
from apps.plans import services
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from tests.factories import accounts, plans
from tests.factories.plans import ON, complete_plan

WHY = Opinion(reason="企业正在重组")
STOPPED_IN = (PlanState.COUNTERSIGN, PlanState.DISTRICT_REVIEW)


def taken_back(state=PlanState.DISTRICT_REVIEW):
    case = complete_plan(state=state, superior=True)
    case.plan = services.take_back_consent(case.superior, case.plan, on=ON, opinion=WHY)
    return case


@pytest.mark.parametrize("state", STOPPED_IN)
def test_the_plan_waits_for_the_consent_again_with_a_deadline_and_the_reason(state):
    case = taken_back(state)
    assert case.plan.state == PlanState.CONSENT
    assert case.plan.deadline_on is not None
    last = History.objects.of(case.plan).last()
    assert (last.action, last.reason, last.role) == ("take_back_consent", "企业正在重组", Role.SUPERIOR_UNIT)


@pytest.mark.parametrize("state", STOPPED_IN)
def test_everybody_who_has_the_plan_is_told(state):
    taken_back(state)
    roles = set(Notice.objects.filter(code="plans.plan.take_back_consent").values_list("role", flat=True))
    office = {Role.DISTRICT_REVIEWER} if state == PlanState.DISTRICT_REVIEW else set()
    assert roles == {Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT} | office


def test_nobody_moves_the_plan_on_until_consent_is_given_again():
    case = taken_back()
    for stopped in (plans.approve, plans.give_back, plans.reject, plans.countersign, plans.confirm):
        with pytest.raises(Conflict):
            stopped(case)
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.CONSENT
    for step in (plans.consent, plans.countersign, plans.approve, plans.confirm):
        case.plan = step(case)
    assert case.plan.state == PlanState.APPROVED


def test_a_reviewer_who_has_the_page_open_cannot_approve_any_more(monkeypatch):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW, superior=True)
    monkeypatch.setattr("apps.desk.views.plans.review.today", lambda: ON)
    browser = accounts.client_of(case.reviewer_member)
    services.take_back_consent(case.superior, case.plan, on=ON, opinion=WHY)
    url = reverse("desk:plan_decide", args=[case.plan.pk])
    answer = browser.post(url, {"action": "approve", "version": case.plan.version})
    assert answer.status_code == 409
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.CONSENT


def test_a_superior_that_does_not_want_it_any_more_gives_the_plan_back():
    case = taken_back()
    case.plan = services.withhold_consent(case.superior, case.plan, on=ON, opinion=WHY)
    assert case.plan.state == PlanState.RETURNED


@pytest.mark.parametrize("state", [PlanState.CITY_RECHECK, PlanState.APPROVED, PlanState.RETURNED])
def test_once_the_district_has_decided_it_stays(state):
    case = complete_plan(state=state, superior=True)
    with pytest.raises(Conflict):
        services.take_back_consent(case.superior, case.plan, on=ON, opinion=WHY)


def test_what_the_city_sends_back_is_undecided_again_and_can_be_stopped():
    case = complete_plan(state=PlanState.CITY_RECHECK, superior=True)
    services.send_back_plan(case.officer, case.plan, on=ON, opinion=Opinion(reason="核实教材"))
    case.plan.refresh_from_db()
    case.plan = services.take_back_consent(case.superior, case.plan, on=ON, opinion=WHY)
    assert case.plan.state == PlanState.CONSENT


def test_it_asks_for_a_reason_and_for_the_superior_of_the_plan():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW, superior=True)
    with pytest.raises(ShituError) as refusal:
        services.take_back_consent(case.superior, case.plan, on=ON)
    assert refusal.value.code == "reason_required"
    with pytest.raises(NotFound):
        services.take_back_consent(accounts.actor(Role.SUPERIOR_UNIT), case.plan, on=ON, opinion=WHY)


def test_the_page_of_the_superior_offers_it_apart_and_says_what_follows(monkeypatch):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW, superior=True)
    browser = accounts.client_of(case.superior_member)
    page = browser.get(reverse("portal:plan_detail", args=[case.plan.pk]))
    assert page.context["decisions"] == []
    assert page.context["ending"].action == "take_back_consent"
    assert "再次同意之前" in page.content.decode()
    url = reverse("portal:plan_decide", args=[case.plan.pk])
    gone = {"action": "take_back_consent", "reason": "企业正在重组", "version": case.plan.version}
    assert browser.post(url, gone).status_code == 302
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.CONSENT
    again = browser.get(reverse("portal:plan_detail", args=[case.plan.pk]))
    assert [step.action for step in again.context["decisions"]] == ["consent", "withhold_consent"]


def test_reviewer_and_enterprise_read_why_it_waits_until_it_is_given_again():
    case = taken_back()
    pages = [
        (accounts.client_of(case.reviewer_member), reverse("desk:plan_review", args=[case.plan.pk])),
        (accounts.client_of(case.clerk_member), reverse("portal:plan_detail", args=[case.plan.pk])),
    ]
    for browser, url in pages:
        shown = browser.get(url)
        assert "上级主管单位已撤回同意" in shown.content.decode()
        assert "企业正在重组" in shown.content.decode()
    case.plan = plans.consent(case)
    for browser, url in pages:
        assert "已撤回同意" not in browser.get(url).content.decode()


def test_it_leaves_the_queue_of_the_reviewer_and_stands_in_the_list_of_the_superior():
    case = taken_back()
    queue = accounts.client_of(case.reviewer_member).get(reverse("desk:queue_kind", args=["plans.plan"]))
    assert case.plan.number not in queue.content.decode()
    todo = accounts.client_of(case.superior_member).get(reverse("portal:home"))
    assert case.plan.number in todo.content.decode()


def test_programs_take_it_back_with_a_reason_as_well(client):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW, superior=True)
    _token, secret = accounts.token(case.superior_member)
    answer = client.post(
        f"/api/v1/plans/{case.plan.pk}/take-back-consent/",
        {"reason": "企业正在重组", "version": case.plan.version},
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": "5b0a4bb8-0b49-4d1e-8a6f-1d1f0c8e2d11",
        },
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "consent"
    with translation.override("en"):
        assert services.give_consent(case.superior, case.plan, on=ON).state == PlanState.COUNTERSIGN
