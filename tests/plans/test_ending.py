"""An approved plan ends while nothing came of it: by the city, or given up by the enterprise."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.apprentices import services as classes
from apps.apprentices.enums import ClassState, EnrolmentState
from apps.apprentices.models import TrainingClass
from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.casework.models import History, Notice
from apps.claims.services.submit_claim import withdraw_claim
from apps.core.errors import Conflict, Forbidden, InvalidInput, Refused
from apps.plans import services
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from tests.api.conftest import caller
from tests.apprentices.test_guards import switched_off
from tests.apprentices.test_guards import without as without_guard
from tests.factories import accounts, claims
from tests.factories import apprentices as make
from tests.factories.accounts import client_of

WHY = Opinion(reason="企业转产，不再组织培训")


@pytest.fixture
def shop() -> make.Workshop:
    return make.workshop()


@pytest.fixture
def city():
    return actor_of(accounts.member(Role.CITY_OFFICER))


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["city", "enterprise"])
def test_an_approved_plan_under_which_nothing_began_ends_with_its_reason(shop, city, by):
    roster = make.open_class(shop)
    person = make.register(shop, roster)
    if by == "city":
        plan = services.end_plan(city, shop.plan, on=make.ON, opinion=WHY)
    else:
        plan = services.give_up_plan(shop.clerk, shop.plan, on=make.ON, opinion=WHY)
    roster.refresh_from_db()
    person.refresh_from_db()
    assert (plan.state, roster.state, person.state) == (
        PlanState.ENDED,
        ClassState.CANCELLED,
        EnrolmentState.REMOVED,
    )
    assert plan.approved_on == make.ON
    assert History.objects.of(roster).order_by("-id")[0].reason == WHY.reason
    assert Notice.objects.filter(subject_type="plans.plan", subject_id=plan.pk).exists()


@pytest.mark.django_db
def test_no_class_is_opened_under_an_ended_plan(shop, city):
    services.end_plan(city, shop.plan, on=make.ON, opinion=WHY)
    with pytest.raises(Refused) as refused:
        make.open_class(shop)
    assert refused.value.code == "plan_not_approved"


@pytest.mark.django_db
def test_a_plan_ends_only_with_a_reason_by_its_city_or_enterprise(shop, city):
    with pytest.raises(InvalidInput):
        services.end_plan(city, shop.plan, on=make.ON)
    with pytest.raises(Forbidden):
        services.end_plan(shop.officer, shop.plan, on=make.ON, opinion=WHY)
    with pytest.raises(Forbidden):
        services.give_up_plan(city, shop.plan, on=make.ON, opinion=WHY)


@pytest.mark.django_db
def test_a_class_under_review_or_in_training_is_in_the_way(shop, city):
    roster = make.submitted_class(shop)
    with pytest.raises(Refused) as refused:
        services.end_plan(city, shop.plan, on=make.ON, opinion=WHY)
    assert codes(refused) == ["class_under_way"]
    assert roster.number in str(refused.value.problems[0].message)
    classes.approve_class(shop.officer, roster, on=make.ON)
    with pytest.raises(Refused) as refused:
        services.give_up_plan(shop.clerk, shop.plan, on=make.ON, opinion=WHY)
    assert codes(refused) == ["class_under_way"]


@pytest.mark.django_db
def test_people_who_were_trained_to_the_end_are_in_the_way(shop, city):
    running = make.enrolled_class(shop)
    classes.complete_enrolments(shop.clerk, running, [running.enrolments.get().pk], on=make.ON)
    classes.complete_class(shop.clerk, running, on=make.ON)
    with pytest.raises(Refused) as refused:
        services.end_plan(city, shop.plan, on=make.ON, opinion=WHY)
    assert codes(refused) == ["trained_under_plan"]


@pytest.mark.django_db
def test_a_class_that_everybody_left_before_any_claim_is_not(shop, city):
    running = make.enrolled_class(shop)
    classes.withdraw_enrolment(shop.clerk, running.enrolments.get(), on=make.ON, opinion=WHY)
    classes.complete_class(shop.clerk, running, on=make.ON)
    assert services.end_plan(city, shop.plan, on=make.ON, opinion=WHY).state == PlanState.ENDED


@pytest.mark.django_db
def test_a_claim_is_in_the_way_until_it_is_withdrawn(city):
    of = claims.money(people=1)
    claim = claims.computed(of)
    running = claim.training_class
    record = running.enrolments.get()
    with pytest.raises(Refused) as refused:
        services.end_plan(city, running.plan, on=claims.ON, opinion=WHY)
    assert sorted(codes(refused)) == ["claim_under_plan", "class_under_way"]
    withdraw_claim(of.clerk, claim, on=claims.ON, opinion=WHY)
    classes.withdraw_enrolment(of.clerk, record, on=claims.ON, opinion=WHY)
    classes.complete_class(of.clerk, running, on=claims.ON)
    assert services.end_plan(city, running.plan, on=claims.ON, opinion=WHY).state == PlanState.ENDED


def end_by_sql(city, plan: Plan) -> None:
    with transaction.atomic(), acting(city, "end", WHY.reason), connection.cursor() as cursor:
        cursor.execute("UPDATE plans_plan SET state = 'ended' WHERE id = %s", [plan.pk])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["roster", "training", "trained", "claimed"])
def test_the_database_ends_no_plan_of_which_something_came(city, what):
    shop = make.workshop()
    plan = shop.plan
    if what == "roster":
        make.open_class(shop)
    elif what == "claimed":
        of = claims.money(people=1)
        claims.computed(of)
        plan = of.training_class.plan
        record = of.enrolments()[0]
        classes.withdraw_enrolment(of.clerk, record, on=claims.ON, opinion=WHY)
        classes.complete_class(of.clerk, of.training_class, on=claims.ON)
    else:
        running = make.enrolled_class(shop)
        if what == "trained":
            classes.complete_enrolments(shop.clerk, running, [running.enrolments.get().pk], on=make.ON)
            classes.complete_class(shop.clerk, running, on=make.ON)
    with pytest.raises(IntegrityError, match="only while nothing came of it"):
        end_by_sql(city, plan)
    with without_guard(*switched_off("plans_plan", "nothing_came_of_it")):
        end_by_sql(city, plan)


def open_by_sql(shop: make.Workshop) -> None:
    with transaction.atomic(), acting(shop.clerk, "create"):
        TrainingClass.objects.create(
            number="X-1",
            name="x",
            plan=shop.plan,
            line=shop.line,
            enterprise=shop.enterprise,
            institution=shop.institution,
            district_id=shop.plan.district_id,
            policy_document_id=shop.plan.policy_document_id,
            starts_on=make.ON,
            ends_on=make.ON.replace(year=2025),
            created_by_id=shop.clerk.user_id,
        )


@pytest.mark.django_db(transaction=True)
def test_the_database_opens_no_class_under_an_ended_plan(shop, city):
    services.end_plan(city, shop.plan, on=make.ON, opinion=WHY)
    with pytest.raises(IntegrityError, match="under an approved plan"):
        open_by_sql(shop)
    with without_guard(*switched_off("apprentices_trainingclass", "of_an_approved_plan")):
        open_by_sql(shop)


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_ends_while_a_roster_is_handed_in_waits_for_it(shop, city):
    roster = make.open_class(shop)
    make.register(shop, roster)
    clerk, submitting, outcome = shop.clerk, threading.Event(), []

    def hand_in() -> None:
        try:
            with transaction.atomic():
                classes.submit_roster(clerk, roster, on=make.ON)
                submitting.set()
        finally:
            submitting.set()
            connection.close()

    def end() -> None:
        submitting.wait()
        try:
            services.end_plan(city, shop.plan, on=make.ON, opinion=WHY)
        except (Refused, Conflict) as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (hand_in, end)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roster.refresh_from_db()
    assert (roster.state, outcome) == (ClassState.DISTRICT_REVIEW, ["incomplete"])


@pytest.mark.django_db
def test_the_city_ends_a_plan_on_its_page_and_reads_what_is_in_the_way(shop, monkeypatch):
    monkeypatch.setattr("apps.desk.views.plans.review.today", lambda: make.ON)
    member = accounts.member(Role.CITY_OFFICER)
    browser, address = client_of(member), reverse("desk:plan_review", args=[shop.plan.pk])
    step = reverse("desk:case_step", args=["plans.plan", shop.plan.pk])
    roster = make.submitted_class(shop)
    assert roster.number in browser.get(address).content.decode()
    answer = browser.post(step, {"action": "end", "reason": WHY.reason, "version": "1"})
    assert roster.number in answer.content.decode()
    classes.return_class(
        shop.officer,
        roster,
        on=make.ON,
        opinion=Opinion(reason="更正", deficiencies=[{"code": "x", "text": "更正"}]),
    )
    assert 'value="end"' in browser.get(address).content.decode()
    answer = browser.post(step, {"action": "end", "reason": WHY.reason, "version": "1"})
    assert answer.status_code == 302
    assert Plan.objects.get(pk=shop.plan.pk).state == PlanState.ENDED
    assert browser.get(address).status_code == 200


@pytest.mark.django_db
def test_the_enterprise_gives_a_plan_up_on_its_page_and_over_rest(shop):
    browser, address = client_of(shop.operator), reverse("portal:plan_detail", args=[shop.plan.pk])
    assert 'value="give_up"' in browser.get(address).content.decode()
    running = make.submitted_class(shop)
    page = browser.get(address).content.decode()
    assert running.number in page
    assert 'value="give_up"' not in page
    call = caller(shop.operator)
    address = f"/api/v1/plans/{shop.plan.pk}/give-up/"
    assert call("post", address, {"reason": "转产"}, key="a").status_code == 422
    classes.return_class(
        shop.officer,
        running,
        on=make.ON,
        opinion=Opinion(reason="更正", deficiencies=[{"code": "x", "text": "更正"}]),
    )
    answer = call("post", address, {"reason": "转产"}, key="b")
    assert (answer.status_code, answer.json()["state"]) == (200, "ended")
