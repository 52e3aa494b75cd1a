"""A class that was not settled: what its reviewer, its enterprise and programs see, and who is reminded."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from apps.accounts.roles import Role
from apps.casework import wording
from apps.casework.models import Notice
from apps.claims.models import Claim
from apps.payouts.services.remind_settlement import ENDED, OVERDUE, remind_settlements
from apps.payouts.unsettled import settlement_due, unsettled_classes
from apps.policy.problems import UngovernedDay
from tests.api.conftest import caller
from tests.factories import accounts
from tests.factories import claims as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DOORS = (
    "apps.desk.views.classes.review",
    "apps.desk.views.classes.reading",
    "apps.desk.views.claims",
    "apps.portal.views.classes.classes",
    "apps.portal.views.claims",
    "apps.api.views.classes",
)


@pytest.fixture
def of():
    of = make.money(people=2)
    make.paid(of)
    return of


@pytest.fixture
def late(of, monkeypatch):
    """The first day on which the district may act is today."""
    day = settlement_due(of.training_class, of.training_class.ends_on) + DAY
    for module in (
        "apps.desk.views.classes.review",
        "apps.desk.views.classes.reading",
        "apps.desk.views.claims",
    ):
        monkeypatch.setattr(f"{module}.today", lambda: day)
    for module in ("apps.portal.views.classes.classes", "apps.portal.views.claims", "apps.api.views.classes"):
        monkeypatch.setattr(f"{module}.today", lambda: day)
    return day


def reviewer(of):
    return accounts.member(Role.DISTRICT_REVIEWER, district=of.training_class.district)


def page(member, name, *args, **query) -> str:
    return accounts.client_of(member).get(reverse(name, args=args), query).content.decode()


def test_the_reviewer_finds_the_class_and_asks_the_advance_back(of, late):
    officer = reviewer(of)
    number = of.training_class.number
    assert number in page(officer, "desk:class_list", unsettled="yes")
    assert "请发起追回预拨资金" in page(officer, "desk:class_review", of.training_class.pk)
    client = accounts.client_of(officer)
    answer = client.post(
        reverse("desk:class_settle", args=[of.training_class.pk]), {"reason": "逾期未清算"}, follow=True
    )
    claim = Claim.objects.get(by_office=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:claim_review", args=[claim.pk])
    text = answer.content.decode()
    assert "区级依职权发起" in text
    assert 'value="return"' not in text
    assert number not in page(officer, "desk:class_list", unsettled="yes")


def test_another_reviewer_is_asked_whether_everybody_was_told(of, late):
    of_office = accounts.client_of(reviewer(of))
    of_office.post(reverse("desk:class_settle", args=[of.training_class.pk]), {"reason": "逾期未清算"})
    text = page(reviewer(of), "desk:claim_review", Claim.objects.get(by_office=True).pk)
    assert "check-told" in text
    assert "check-evidence" not in text
    assert 'value="approve"' in text
    assert 'value="reject"' in text


def test_what_is_refused_says_why_and_keeps_what_was_typed(of, late, monkeypatch):
    monkeypatch.setattr("apps.desk.views.classes.review.today", lambda: late - DAY)
    client = accounts.client_of(reviewer(of))
    answer = client.post(reverse("desk:class_settle", args=[of.training_class.pk]), {"reason": "我的理由"})
    assert answer.status_code == 422
    assert "企业自行清算本班的期限至" in answer.content.decode()
    assert not Claim.objects.filter(by_office=True).exists()


def test_a_supervisor_reads_it_and_has_no_button(of, late):
    member = accounts.member(Role.DISTRICT_SUPERVISOR, district=of.training_class.district)
    text = page(member, "desk:class_review", of.training_class.pk)
    assert "由区级审核员发起追回" in text
    assert reverse("desk:class_settle", args=[of.training_class.pk]) not in text


def test_enterprise_and_institution_read_until_when(of, late):
    day = settlement_due(of.training_class, late).isoformat()
    text = page(of.shop.operator, "portal:class_detail", of.training_class.pk)
    assert f"请于 {day} 前清算" in text
    institution = accounts.member(Role.INSTITUTION_OPERATOR, organisation=of.shop.institution.organisation)
    assert f"请于 {day} 前报齐考核结果" in page(institution, "portal:class_detail", of.training_class.pk)


def test_the_enterprise_reads_what_it_can_do(of, late):
    accounts.client_of(reviewer(of)).post(
        reverse("desk:class_settle", args=[of.training_class.pk]), {"reason": "逾期未清算"}
    )
    text = page(of.shop.operator, "portal:claim_detail", Claim.objects.get(by_office=True).pk)
    assert "区级正在追回预拨资金" in text


def test_over_rest_with_a_reason_once(of, late):
    call = caller(reviewer(of))
    address = reverse("api:class-settle", args=[of.training_class.pk])
    assert call("post", address, {}).status_code == 400
    made = call("post", address, {"reason": "逾期未清算"})
    assert made.status_code == 201
    assert (made.json()["by_office"], made.json()["state"]) == (True, "district_review")
    again = call("post", address, {"reason": "逾期未清算"})
    assert again.json()["code"] == "nothing_to_settle"


def test_each_side_is_reminded_once(of):
    over = of.training_class.ends_on + DAY
    assert remind_settlements(over - DAY) == 0
    assert remind_settlements(over) == 2
    assert remind_settlements(over + DAY) == 0
    due = settlement_due(of.training_class, over)
    assert remind_settlements(due) == 0
    assert remind_settlements(due + DAY) == 1
    assert remind_settlements(due + 9 * DAY) == 0
    roles = {ENDED: {Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR}, OVERDUE: {Role.DISTRICT_REVIEWER}}
    for code, told in roles.items():
        rows = Notice.objects.filter(code=code)
        assert {row.role for row in rows} == told
        with translation.override("zh-hans"):
            assert all(of.training_class.number in wording.sentence(row) for row in rows)


def test_the_list_has_those_whose_time_is_over_and_no_others(of):
    due = settlement_due(of.training_class, of.training_class.ends_on)
    classes = type(of.training_class).objects.all()
    assert not unsettled_classes(classes, due).exists()
    assert unsettled_classes(classes, due + DAY).get() == of.training_class


def test_a_city_without_a_rule_of_recovery_asks_nothing_back_by_itself(of, monkeypatch):
    def none(_name, on):
        raise UngovernedDay("recovery", "beijing", on)

    monkeypatch.setattr("apps.payouts.unsettled.recovery_rule", none)
    on = of.training_class.ends_on + 900 * DAY
    assert settlement_due(of.training_class, on) is None
    assert remind_settlements(on) == 0
    assert "settlement" not in page(reviewer(of), "desk:class_review", of.training_class.pk)
