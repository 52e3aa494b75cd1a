"""What waits for an enterprise, an institution or a superior unit: one list, the most urgent first."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.apprentices.models import TrainingClass
from apps.casework.engine import Opinion
from apps.claims.services.review_claim import return_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.money import yuan
from apps.enterprises.models import BankAccount
from apps.institutions.services.directory import suspend
from apps.payouts.services.agree_instalments import request_agreement, sign_agreement
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.release_payment import release_payment
from apps.plans.enums import PlanState
from apps.portal.todo import todo_of
from apps.training.enums import SessionSide
from apps.training.services.disputes import answer_dispute, raise_dispute
from tests.factories import accounts, apprentices, claims, plans, recoveries
from tests.factories import training as make
from tests.factories.accounts import client_of
from tests.factories.apprentices import ON
from tests.factories.recoveries import LATER

pytestmark = pytest.mark.django_db


def waiting(actor, on=ON) -> list[tuple[str, str]]:
    """What is to be done, and where."""
    return [(task.title, task.url) for task in todo_of(actor, on).tasks]


def titles(actor, on=ON) -> list[str]:
    return [title for title, _url in waiting(actor, on)]


def test_each_party_of_a_plan_finds_it_while_it_is_their_turn():
    case = plans.complete_plan(superior=True)
    everybody = (case.clerk, case.superior, case.teacher)
    assert [len(todo_of(actor, ON).tasks) for actor in everybody] == [1, 0, 0]
    plans.submit(case)
    assert [len(todo_of(actor, ON).tasks) for actor in everybody] == [0, 1, 0]
    plans.consent(case)
    assert [len(todo_of(actor, ON).tasks) for actor in everybody] == [0, 0, 1]
    plans.countersign(case)
    assert [len(todo_of(actor, ON).tasks) for actor in everybody] == [0, 0, 0]


def test_what_has_a_deadline_comes_first_and_says_how_many_working_days_are_left():
    case = plans.complete_plan(state=PlanState.RETURNED)
    returned, *_others = todo_of(case.clerk, ON).tasks
    assert returned.due_on == case.plan.deadline_on
    assert returned.days is not None
    assert returned.days > 0
    late = todo_of(case.clerk, case.plan.deadline_on + timedelta(days=1)).tasks[0]
    assert late.days < 0


def test_an_approved_plan_asks_for_its_first_class_and_an_open_roster_to_be_filled():
    shop = apprentices.workshop()
    assert reverse("portal:class_open") in dict(map(reversed, waiting(shop.clerk)))
    opened = apprentices.open_class(shop)
    urls = [url for _title, url in waiting(shop.clerk)]
    assert reverse("portal:class_open") not in urls
    assert reverse("portal:roster_upload", args=[opened.pk]) in urls


def test_a_plan_whose_institution_may_not_train_asks_for_no_class_but_says_what_can_be_done():
    shop = apprentices.workshop()
    suspend(accounts.actor(Role.CITY_OFFICER), shop.institution, "师资不足", on=ON)
    [task] = [task for task in todo_of(shop.clerk, ON).tasks if shop.plan.number in task.about]
    assert task.url == reverse("portal:plan_detail", args=[shop.plan.pk])
    assert "师资不足" in task.text
    assert "放弃该计划" in task.text


def test_a_class_without_an_account_to_pay_to_asks_for_one():
    shop = apprentices.workshop()
    apprentices.open_class(shop)
    assert reverse("portal:profile") in [url for _title, url in waiting(shop.clerk)]
    of = claims.money(people=1)
    assert reverse("portal:profile") not in [url for _title, url in waiting(of.clerk)]


def test_an_advance_to_claim_becomes_a_claim_to_hand_in_and_then_waits_for_others():
    of = claims.money(people=2)
    assert titles(of.clerk) == ["为 2 名学徒申领：预拨"]
    claim = claims.computed(of)
    own = reverse("portal:claim_detail", args=[claim.pk])
    assert waiting(of.clerk) == [("核对补贴申请并提交", own)]
    claim = submit_claim(of.clerk, claim, on=ON)
    assert todo_of(of.clerk, ON).tasks == []
    claim = return_claim(
        of.reviewer,
        claim,
        on=ON,
        opinion=Opinion(reason="请补正", deficiencies=[{"code": "other", "text": "缺名册"}]),
    )
    [task] = todo_of(of.clerk, ON).tasks
    assert (task.title, task.url, task.due_on) == ("补正补贴申请", own, claim.deadline_on)


def test_a_dispute_waits_for_the_side_that_recorded_the_hours():
    of = make.training()
    person = of.enrolments()[0]
    attendance = make.hold(of, SessionSide.INSTITUTION).attendances.get(enrolment=person)
    dispute = raise_dispute(
        actor_of(make.apprentice(person)), person, text="我没有上课", attendance=attendance
    )
    disputes = reverse("portal:training_class", args=[of.training_class.pk]) + "#disputes"
    assert disputes in [url for _title, url in waiting(of.operator_of_institution)]
    assert disputes not in [url for _title, url in waiting(of.clerk)]
    answer_dispute(of.operator_of_institution, dispute, upheld=True, answer="属实")
    assert disputes not in [url for _title, url in waiting(of.operator_of_institution)]


def test_a_class_that_is_over_asks_for_its_results_and_for_the_settlement_of_what_was_advanced():
    of = claims.money(people=2)
    results = reverse("portal:result_class", args=[of.training_class.pk])
    after = of.training_class.ends_on + timedelta(days=1)
    assert ("填报 2 名学徒的考核结果", results) in waiting(of.operator_of_institution, after)
    assert ("填报 2 名学徒的考核结果", results) in waiting(of.clerk, after)
    claims.paid(of)
    [told] = [task for task in todo_of(of.operator_of_institution, after).tasks if task.url == results]
    assert told.due_on is not None
    [settle] = [task for task in todo_of(of.clerk, after).tasks if task.due_on is not None]
    assert settle.due_on == told.due_on
    assert titles(of.clerk, of.training_class.ends_on) == []


def test_a_refused_payment_waits_until_the_account_is_another():
    of = claims.money(people=1)
    claim = release_payment(of.finance, claims.signed(of), on=ON)
    record_failure(of.finance, claim, on=ON, opinion=Opinion(reason="账号户名不符"))
    [task] = todo_of(of.clerk, ON).tasks
    assert "账号户名不符" in task.about
    claims.moved_account(claim)
    assert BankAccount.objects.filter(state="confirmed").exists()
    assert todo_of(of.clerk, ON).tasks == []


def test_a_recovery_waits_with_its_day_and_in_instalments_with_that_of_the_next_one():
    of = claims.money(people=2)
    recovery = recoveries.owed(of)
    [task] = todo_of(of.clerk, LATER).tasks
    assert task.due_on == recovery.due_on
    assert yuan(recovery.open_fen) in task.text
    first = LATER + timedelta(days=40)
    agreement = request_agreement(
        of.clerk,
        recovery,
        schedule=[(first, recovery.open_fen // 2), (first + timedelta(days=30), recovery.open_fen // 2)],
        document="分期协议",
        upload=plans.upload("协议.pdf"),
        on=LATER,
    )
    sign_agreement(of.supervisor, agreement, on=LATER)
    [task] = todo_of(of.clerk, LATER).tasks
    assert task.due_on == first


def test_nobody_finds_what_waits_for_others():
    of = claims.money(people=1)
    claims.computed(of)
    stranger = apprentices.workshop(district="110108")
    assert not {url for _t, url in waiting(of.clerk)} & {url for _t, url in waiting(stranger.clerk)}
    assert str(TrainingClass.objects.get(pk=of.training_class.pk).number) not in "".join(
        task.about for task in todo_of(stranger.clerk, ON).tasks
    )


def test_more_of_one_kind_than_are_listed_are_said_to_be_elsewhere(monkeypatch):
    shop = apprentices.workshop()
    for _place in range(2):
        apprentices.open_class(shop)
    browser = client_of(shop.operator)
    assert "其余" not in browser.get(reverse("portal:home")).content.decode()
    every = todo_of(shop.clerk, ON)
    monkeypatch.setattr("apps.portal.todo.SHOWN_MAX", 1)
    cut = todo_of(shop.clerk, ON)
    assert (every.more, cut.more) == (False, True)
    assert len(cut.tasks) == len(every.tasks) - 1
    assert "其余" in browser.get(reverse("portal:home")).content.decode()


def test_who_applies_begins_with_what_is_to_be_done():
    case = plans.draft()
    browser = client_of(case.clerk_member)
    page = browser.get(reverse("portal:home"))
    assert page.status_code == 200
    [task] = page.context["todo"].tasks
    assert task.url == reverse("portal:plan_edit", args=[case.plan.pk])
    assert 'aria-current="page"' in page.content.decode()
    empty = client_of(case.teacher_member).get(reverse("portal:home")).content.decode()
    assert "暂无待办事项" in empty


def test_an_apprentice_begins_on_the_own_page():
    of = make.training()
    answer = client_of(make.apprentice(of.enrolments()[0])).get(reverse("portal:home"))
    assert answer["Location"] == reverse("portal:me")
