"""The registers of enterprises and institutions, and the bank accounts that wait."""

import pytest
from django.test import Client

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.catalogue.models import Level, Occupation
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount
from apps.institutions.models import Institution
from tests.factories import accounts, enterprises, institutions

BASE = "/desk/registers"


@pytest.fixture
def enterprise():
    return enterprises.enterprise("首钢京唐", district=accounts.district("110105"))


@pytest.fixture
def reviewer() -> Client:
    return accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))


@pytest.fixture
def city() -> Client:
    return accounts.client_for(Role.CITY_OFFICER)


@pytest.fixture
def supervisor() -> Client:
    return accounts.client_for(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))


def test_nothing_of_another_district_shows_anywhere(reviewer: Client, enterprise) -> None:
    """I14: a mark in each text of the other district, none of which may come through."""
    there = accounts.district("110108")
    foreign = enterprises.enterprise("MARK公司", district=there, address="MARK路", contact_name="MARK人")
    institutions.institution("MARK学院", district=there, licence_no="MARK1")
    enterprises.bank_account(foreign.organisation, state=BankAccountState.PENDING)
    for url in (
        f"{BASE}/enterprises/",
        f"{BASE}/enterprises/?q=MARK",
        f"{BASE}/enterprises/?accounts=waiting",
        f"{BASE}/institutions/",
        f"{BASE}/institutions/?q=MARK",
        f"{BASE}/enterprises/{enterprise.pk}/",
    ):
        page = reviewer.get(url).content.decode()
        assert "MARK公司" not in page
        assert "MARK学院" not in page
        assert "待确认" not in page
    missing, foreign_page = (reviewer.get(f"{BASE}/enterprises/{pk}/").content for pk in (10**12, foreign.pk))
    assert _without_addresses(missing) == _without_addresses(foreign_page)


def _without_addresses(page: bytes) -> list[str]:
    return [
        line for line in page.decode().splitlines() if "csrf" not in line.lower() and "registers/" not in line
    ]


def test_a_change_in_another_district_leaves_pages_as_they_were(reviewer: Client, enterprise) -> None:
    foreign = enterprises.enterprise(district=accounts.district("110108"))
    before = _without_addresses(reviewer.get(f"{BASE}/enterprises/").content)
    type(foreign).objects.filter(pk=foreign.pk).update(size="large")
    assert _without_addresses(reviewer.get(f"{BASE}/enterprises/").content) == before


def test_a_bank_account_is_looked_at_and_confirmed(reviewer: Client, enterprise) -> None:
    account = enterprises.bank_account(enterprise.organisation, state=BankAccountState.PENDING)
    url = f"{BASE}/bank-accounts/{account.pk}/"
    assert account.account_number not in reviewer.get(f"{BASE}/enterprises/{enterprise.pk}/").content.decode()
    assert reviewer.post(url, {"verb": "show", "reason": ""}).status_code == 422
    shown = reviewer.post(url, {"verb": "show", "reason": "核对开户证明"})
    assert account.account_number in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert AccessLog.objects.get(action="unmasked").reason == "核对开户证明"
    assert reviewer.post(url, {"verb": "confirm"}).status_code == 302
    account.refresh_from_db()
    assert account.state == BankAccountState.CONFIRMED


def test_an_account_is_turned_down_with_a_reason(reviewer: Client, enterprise) -> None:
    account = enterprises.bank_account(enterprise.organisation, state=BankAccountState.PENDING)
    reviewer.post(f"{BASE}/bank-accounts/{account.pk}/", {"verb": "retire", "reason": "户名不符"})
    assert BankAccount.objects.get().retired_reason == "户名不符"
    page = reviewer.get(f"{BASE}/enterprises/{enterprise.pk}/").content.decode()
    assert account.masked_number in page[page.index('class="timeline"') :]


def test_the_account_of_an_institution_comes_back_to_its_page(reviewer: Client) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    account = enterprises.bank_account(institution.organisation, state=BankAccountState.PENDING)
    response = reviewer.post(f"{BASE}/bank-accounts/{account.pk}/", {"verb": "confirm"})
    assert response["Location"] == f"{BASE}/institutions/{institution.pk}/"


def test_a_supervisor_suspends_and_restores(supervisor: Client, enterprise) -> None:
    url = f"{BASE}/enterprises/{enterprise.pk}/standing/"
    assert supervisor.post(url, {"verb": "suspend", "reason": ""}).status_code == 422
    supervisor.post(url, {"verb": "suspend", "reason": "虚假花名册"})
    enterprise.refresh_from_db()
    assert enterprise.standing == "suspended"
    supervisor.post(url, {"verb": "restore", "reason": "整改完成"})
    enterprise.refresh_from_db()
    assert enterprise.standing == "good"


def test_a_district_records_scope_and_grade_and_the_city_lists_the_institution(
    supervisor: Client, city: Client
) -> None:
    Occupation.objects.get_or_create(code="6-18-01-01", defaults={"name": "车工", "name_en": "Turner"})
    Level.objects.get_or_create(code="senior", defaults={"name": "高级工", "name_en": "Senior", "rank": 3})
    institution = institutions.institution(
        district=accounts.district("110105"), standing="applied", listed_on=None, standing_from=None
    )
    url = f"{BASE}/institutions/{institution.pk}/"
    page = supervisor.get(url).content.decode()
    assert 'id="keeper"' in page
    assert 'name="verb"' not in page
    assert supervisor.post(f"{url}standing/", {"verb": "list"}).status_code == 403
    assert 'value="list"' in city.get(url).content.decode()
    city.post(f"{url}standing/", {"verb": "list"})
    scope = {"occupation": "6-18-01-01", "level": "senior", "valid_from": "2023-03-01"}
    supervisor.post(f"{url}scopes/", scope)
    assert supervisor.post(f"{url}scopes/", scope).status_code == 422
    supervisor.post(f"{url}evaluations/", {"year": 2022, "grade": "A"})
    page = supervisor.get(url).content.decode()
    history = page[page.index('class="timeline"') :]
    assert "车工 · 高级工" in history
    assert "2022: " in history
    found = Institution.objects.get()
    assert (found.standing, found.grade) == ("listed", "A")
    supervisor.post(f"{url}scopes/{found.scopes.get().pk}/end/")
    assert found.scopes.get().valid_to is not None


@pytest.mark.parametrize("verb", ["", "shred"])
def test_an_unknown_verb_changes_nothing(verb: str, city: Client) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    response = city.post(f"{BASE}/institutions/{institution.pk}/standing/", {"verb": verb, "reason": "x"})
    assert response.status_code == 422
    institution.refresh_from_db()
    assert institution.standing == "listed"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("register", ["enterprises", "institutions"])
def test_a_longer_register_asks_no_more_questions(
    register: str, rows: int, reviewer: Client, django_assert_max_num_queries
) -> None:
    for _row in range(rows):
        enterprises.enterprise(district=accounts.district("110105"))
        institutions.institution(district=accounts.district("110105"))
    with django_assert_max_num_queries(8):
        reviewer.get(f"{BASE}/{register}/")
