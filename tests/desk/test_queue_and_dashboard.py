"""The queue and the dashboards: who sees what, and a number of queries that does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.ledger.models import Budget, Fund
from tests.factories import accounts, apprentices, claims
from tests.factories.apprentices import entry

pytestmark = pytest.mark.django_db


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def roster_for_review(district: str = "110105"):
    shop = apprentices.workshop(district=district)
    return apprentices.submitted_class(shop, [entry(contract_to="2099-12-31")])


def test_a_reviewer_finds_what_waits_in_the_own_district_and_nothing_of_another():
    mine, other = roster_for_review(), roster_for_review("110108")
    client = accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    page = client.get(reverse("desk:queue_kind", args=["apprentices.trainingclass"])).content.decode()
    assert mine.number in page
    assert other.number not in page


def test_the_queue_asks_as_many_queries_for_three_files_as_for_one():
    client = accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    url = reverse("desk:queue_kind", args=["apprentices.trainingclass"])
    roster_for_review()
    one = queries(client, url)
    roster_for_review()
    roster_for_review()
    assert queries(client, url) == one


def test_the_dashboard_asks_as_many_queries_for_three_classes_as_for_one():
    client = accounts.client_for(Role.CITY_OFFICER)
    url = reverse("desk:dashboard")
    claims.paid(claims.money(people=1))
    one = queries(client, url)
    apprentices.enrolled_class(apprentices.workshop(), [entry(), entry()])
    apprentices.enrolled_class(apprentices.workshop(district="110108"), [entry()])
    assert queries(client, url) == one


def test_funds_have_their_english_names_on_the_english_dashboard():
    claims.paid(claims.money(people=1))
    client = accounts.client_for(Role.CITY_OFFICER)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("desk:dashboard")).content.decode()
    for fund in Fund.objects.filter(pk__in=Budget.objects.values("fund")):
        assert fund.name_en in page
        assert fund.name not in page


def test_a_district_cannot_look_into_another_districts_dashboard():
    claims.paid(claims.money(people=1, district="110108"))
    client = accounts.client_for(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))
    page = client.get(reverse("desk:dashboard"), {"district": "110108"})
    assert page.context["district"].pk == "110105"
    assert sum(row.paid_fen for row in page.context["dashboard"].funds) == 0


@pytest.mark.parametrize(
    ("role", "reaches"), [(Role.DISTRICT_REVIEWER, False), (Role.DISTRICT_SUPERVISOR, True)]
)
def test_the_dashboard_leads_nobody_to_a_page_that_is_not_theirs(role, reaches):
    claims.paid(claims.money(people=1))
    client = accounts.client_for(role, district=accounts.district("110105"))
    page = client.get(reverse("desk:dashboard")).content.decode()
    for name in ("desk:budgets", "desk:recovery_list"):
        address = reverse(name)
        assert (f'"{address}"' in page) == reaches
        assert (client.get(address).status_code == 200) == reaches


def test_files_approved_together_are_each_checked_and_the_refused_named():
    first, second = roster_for_review(), roster_for_review()
    client = accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    url = reverse("desk:queue_bulk", args=["apprentices.trainingclass"])
    answer = client.post(url, {"action": "approve", "case": [first.pk, second.pk, 999999]})
    assert answer.status_code == 422
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("open", "open")
    assert "999999" in answer.content.decode()


def test_who_left_after_the_signature_is_named_to_whoever_releases_or_revokes():
    of = claims.money(people=2)
    claim = claims.signed(of)
    roles = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR)
    clients = [accounts.client_for(role, district=claim.district) for role in roles]
    url = reverse("desk:claim_review", args=[claim.pk])
    assert all("签批后学籍有变动" not in client.get(url).content.decode() for client in clients)
    left = of.enrolments()[0]
    withdraw_enrolment(of.clerk, left, on=apprentices.ON, opinion=Opinion(reason="离职"))
    for client in clients:
        page = client.get(url).content.decode()
        assert "签批后学籍有变动" in page
        assert left.person.name in page


def test_an_auditor_and_an_apprentice_do_not_get_the_queue():
    assert accounts.client_for(Role.APPRENTICE).get(reverse("desk:queue")).status_code == 403


def test_follow_the_money_names_rule_people_and_legs_in_both_languages():
    of = claims.money(people=1)
    claim = claims.paid(of)
    client = accounts.client_for(Role.CITY_OFFICER)
    url = reverse("desk:claim_trace", args=[claim.lines.get().pk])
    page = client.get(url).content.decode()
    assert "京人社能发〔2022〕11号" in page
    assert "已签批申领" in page
    assert f"claim:{claim.pk}:" not in page  # the key under which it was posted is no word for a reader
    client.cookies["django_language"] = "en"
    page = client.get(url).content.decode()
    assert "Follow the money" in page
    assert "Signed claim" in page


def test_a_queue_that_is_narrowed_to_nothing_says_so_and_leads_to_all_that_waits(monkeypatch):
    monkeypatch.setattr("apps.desk.views.queue.today", lambda: apprentices.ON)
    waiting = roster_for_review()
    client = accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    url = reverse("desk:queue_kind", args=["apprentices.trainingclass"])
    for query, title in (("overdue=yes", "这里没有逾期材料"), ("q=无此企业", "没有符合条件的材料")):
        page = client.get(f"{url}?{query}").content.decode()
        assert waiting.number not in page
        assert title in page
        assert f'href="{url}"' in page
        assert "这里没有待办" not in page
