"""Whom it concerns is told when a standing or a bank account changes, and finds the way from there."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from apps.accounts.roles import Role
from apps.casework import wording
from apps.casework.models import Notice
from apps.enterprises import services
from apps.enterprises.enums import Standing
from tests.factories import accounts, enterprises

pytestmark = pytest.mark.django_db
ON = date(2023, 3, 1)
NUMBER = "6222021234567890128"


@pytest.fixture
def place():
    return accounts.district("110105")


@pytest.fixture
def enterprise(place):
    return enterprises.enterprise("示例机械有限公司", district=place)


@pytest.fixture
def clerk(enterprise):
    return accounts.actor(Role.ENTERPRISE_OPERATOR, organisation=enterprise.organisation)


@pytest.fixture
def reviewer(place):
    return accounts.actor(Role.DISTRICT_REVIEWER, district=place)


@pytest.fixture
def supervisor(place):
    return accounts.actor(Role.DISTRICT_SUPERVISOR, district=place)


def _told(actor, door: str) -> list[dict]:
    return wording.with_words(Notice.objects.visible_to(actor).order_by("id"), door)


def _entered(clerk, enterprise):
    return services.enter_bank_account(
        clerk, enterprise.organisation, account_number=NUMBER, bank_name="示例银行朝阳支行"
    )


def test_an_enterprise_reads_since_when_it_may_not_apply_and_why(enterprise, clerk, supervisor):
    services.suspend(supervisor, enterprise, "虚报学时", on=ON, until=ON + timedelta(days=30))
    shown = _told(clerk, "portal")[0]
    assert shown["reason"] == "虚报学时"
    assert shown["url"] == reverse("portal:profile")
    with translation.override("zh-hans"):
        text = _told(clerk, "portal")[0]["text"]
    for part in ("示例机械有限公司", "2023-03-01", "2023-03-31", "暂停申报"):
        assert part in text


def test_until_it_is_lifted_has_a_sentence_of_its_own(enterprise, clerk, supervisor):
    services.suspend(supervisor, enterprise, "伪造合同", on=ON, standing=Standing.REMOVED)
    services.restore(supervisor, enterprise, "申诉成立", on=ON)
    with translation.override("en"):
        first, second = (row["text"] for row in _told(clerk, "portal"))
    assert "On the integrity list" in first
    assert "until this is lifted" in first
    assert "may apply" in second


def test_the_district_learns_what_the_city_changed_and_another_district_does_not(enterprise, reviewer):
    services.suspend(accounts.actor(Role.CITY_OFFICER), enterprise, "审计发现", on=ON)
    shown = _told(reviewer, "desk")[0]
    assert shown["url"] == reverse("desk:enterprise", args=[enterprise.pk])
    stranger = accounts.actor(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    assert _told(stranger, "desk") == []


def test_the_district_is_told_that_an_account_waits_and_the_enterprise_that_it_is_confirmed(
    enterprise, clerk, reviewer, place
):
    account = _entered(clerk, enterprise)
    finance = accounts.actor(Role.FINANCE_OFFICER, district=place)
    for actor in (reviewer, finance):
        shown = _told(actor, "desk")[0]
        assert account.masked_number in shown["text"]
        assert NUMBER not in shown["text"]
        assert shown["url"] == reverse("desk:enterprise", args=[enterprise.pk])
    assert _told(clerk, "portal") == []
    services.confirm_bank_account(reviewer, account)
    assert account.masked_number in _told(clerk, "portal")[0]["text"]


@pytest.mark.parametrize(("confirmed", "said"), [(False, "was not confirmed"), (True, "taken out of use")])
def test_an_account_that_is_turned_down_or_retired_by_the_office_is_told_with_its_reason(
    enterprise, clerk, reviewer, confirmed, said
):
    account = _entered(clerk, enterprise)
    if confirmed:
        services.confirm_bank_account(reviewer, account)
    services.retire_bank_account(reviewer, account, "账号与开户证明不符")
    with translation.override("en"):
        shown = _told(clerk, "portal")[-1]
    assert said in shown["text"]
    assert shown["reason"] == "账号与开户证明不符"


def test_who_takes_the_own_account_out_of_use_is_not_told_of_it(enterprise, clerk):
    services.retire_bank_account(clerk, _entered(clerk, enterprise), "填错")
    assert _told(clerk, "portal") == []


def test_why_an_account_was_replaced_is_read_in_ones_own_language(enterprise, clerk, reviewer):
    first = _entered(clerk, enterprise)
    second = _entered(clerk, enterprise)
    services.confirm_bank_account(reviewer, second)
    services.confirm_bank_account(reviewer, _entered(clerk, enterprise))
    for account in (first, second):
        account.refresh_from_db()
        with translation.override("zh-hans"):
            assert "替换" in account.why_retired
        with translation.override("en"):
            assert account.why_retired.startswith("Replaced by")
