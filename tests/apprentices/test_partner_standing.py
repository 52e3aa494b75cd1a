"""Whoever trains with an institution is told when it may not train any more, and when it may again."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from apps.accounts.roles import Role
from apps.casework import wording
from apps.casework.engine import Opinion
from apps.casework.models import Notice
from apps.institutions.services.directory import reinstate, suspend
from apps.plans.services import withdraw_plan
from tests.factories import accounts, plans
from tests.factories import training as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
WHY = "师资不足，整改未完成"


def told(actor, subject: str) -> list[dict]:
    rows = Notice.objects.visible_to(actor).filter(code="partner_standing", subject_type=subject)
    with override("en"):
        return wording.with_words(list(rows.order_by("id")), "portal")


def test_the_enterprise_of_a_running_class_is_told_of_the_suspension_and_of_its_end():
    of = make.training()
    city = accounts.actor(Role.CITY_OFFICER)
    suspend(city, of.shop.institution, WHY, on=ON)
    reinstate(city, of.shop.institution, "整改完成", on=ON)
    first, second = told(of.clerk, "apprentices.trainingclass")
    assert of.training_class.number in first["text"]
    assert "may not train" in first["text"]
    assert "transfer them to a class with another one" in first["text"]
    assert (first["reason"], first["url"]) == (
        WHY,
        reverse("portal:class_detail", args=[of.training_class.pk]),
    )
    assert "may train again" in second["text"]


def test_a_plan_without_a_class_is_told_of_and_one_that_is_over_is_not():
    case = plans.complete_plan()
    city = accounts.actor(Role.CITY_OFFICER)
    suspend(city, case.institution, WHY, on=ON)
    assert [row["url"] for row in told(case.clerk, "plans.plan")] == [
        reverse("portal:plan_detail", args=[case.plan.pk])
    ]
    withdraw_plan(case.clerk, case.plan, on=ON, opinion=Opinion(reason="另选机构"))
    reinstate(city, case.institution, "整改完成", on=ON)
    assert len(told(case.clerk, "plans.plan")) == 1


def test_a_stranger_is_told_nothing():
    of = make.training()
    suspend(accounts.actor(Role.CITY_OFFICER), of.shop.institution, WHY, on=ON)
    assert not told(accounts.actor(Role.ENTERPRISE_OPERATOR), "apprentices.trainingclass")
