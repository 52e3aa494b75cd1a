"""The own record of an enterprise or institution and its bank account."""

import pytest
from django.test import Client

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount, Enterprise
from tests.factories import accounts, enterprises, institutions

BASE = "/portal/profile/"
NUMBER = "6222020200012345678"


@pytest.fixture
def enterprise():
    return enterprises.enterprise("首钢京唐", superior=accounts.organisation("superior_unit", "首都国资委"))


@pytest.fixture
def clerk(enterprise) -> Client:
    return accounts.client_for(Role.ENTERPRISE_OPERATOR, organisation=enterprise.organisation)


def test_the_record_says_what_to_do_next(clerk: Client, enterprise) -> None:
    assert "填报银行账户" in clerk.get(BASE).content.decode()
    clerk.post(f"{BASE}bank-accounts/new/", {"account_number": NUMBER, "bank_name": "工商银行"})
    page = clerk.get(BASE).content.decode()
    assert "等待区人社局确认银行账户" in page
    assert NUMBER not in page
    assert "****5678" in page


def test_a_number_typed_with_spaces_is_the_same_number(clerk: Client) -> None:
    clerk.post(
        f"{BASE}bank-accounts/new/", {"account_number": "6222 0202 0001 2345 678", "bank_name": "工商银行"}
    )
    assert BankAccount.objects.get().account_number == NUMBER


def test_a_wrong_number_is_refused_and_the_rest_is_kept(clerk: Client) -> None:
    response = clerk.post(f"{BASE}bank-accounts/new/", {"account_number": "12ab", "bank_name": "工商银行"})
    assert response.status_code == 422
    assert 'value="工商银行"' in response.content.decode()
    assert not BankAccount.objects.exists()


def test_the_whole_number_is_shown_once_with_a_reason(clerk: Client, enterprise) -> None:
    account = enterprises.bank_account(enterprise.organisation)
    url = f"{BASE}bank-accounts/{account.pk}/show/"
    assert clerk.post(url, {"reason": ""}).status_code == 422
    shown = clerk.post(url, {"reason": "核对"})
    assert account.account_number in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert account.account_number not in clerk.get(BASE).content.decode()
    assert AccessLog.objects.filter(action="unmasked", reason="核对").exists()


def test_the_account_of_another_enterprise_does_not_exist(clerk: Client) -> None:
    foreign = enterprises.bank_account(enterprises.enterprise().organisation)
    for verb in ("show", "retire"):
        assert clerk.post(f"{BASE}bank-accounts/{foreign.pk}/{verb}/", {"reason": "x"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == BankAccountState.CONFIRMED


def test_only_the_own_part_of_the_record_changes(clerk: Client, enterprise) -> None:
    given = {
        "industry_code": enterprise.industry_code,
        "size": "small",
        "employees": "120",
        "address": "石景山路68号",
        "standing": "removed",
        "organisation": "1",
    }
    assert clerk.post(f"{BASE}edit/", given).status_code == 302
    found = Enterprise.objects.get(pk=enterprise.pk)
    assert (found.size, found.employees, found.address) == ("small", 120, "石景山路68号")
    assert found.standing == "good"


def test_a_suspension_is_told_on_the_own_record(clerk: Client, enterprise) -> None:
    Enterprise.objects.filter(pk=enterprise.pk).update(
        standing="suspended", standing_reason="虚假花名册", standing_from="2023-03-01"
    )
    page = clerk.get(BASE).content.decode()
    assert "目前不能申报" in page
    assert "虚假花名册" in page


def test_an_institution_sees_what_its_licence_covers() -> None:
    institution = institutions.institution(covers=[("6-18-01-01", "senior")])
    browser = accounts.client_for(Role.INSTITUTION_OPERATOR, organisation=institution.organisation)
    assert "6-18-01-01" in browser.get(BASE).content.decode()
    edited = browser.post(f"{BASE}edit/", {"premises": "两栋实训楼"})
    assert edited.status_code == 302
    institution.refresh_from_db()
    assert institution.premises == "两栋实训楼"


def test_a_clerk_without_a_record_is_told_whom_to_ask() -> None:
    browser = accounts.client_for(Role.ENTERPRISE_OPERATOR)
    response = browser.get(BASE)
    assert (response.status_code, "请联系系统管理员" in response.content.decode()) == (404, True)
