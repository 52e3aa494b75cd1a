"""The pages of the books: every reader sees the own part, by day, account, fund and subject."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.errors import Problem
from apps.ledger import periods
from apps.ledger.journal import account_of, statement_page
from apps.ledger.models import Leg, Transaction
from apps.ledger.selectors import account_statement, trial_balance
from tests.factories import accounts, claims
from tests.factories import ledger as make

pytestmark = pytest.mark.django_db
PAGES = [
    "desk:ledger_chart",
    "desk:ledger_journal",
    "desk:ledger_trial_balance",
    "desk:ledger_months",
    "desk:ledger_export",
]


@pytest.fixture
def books():
    make.chart()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.CITY_OFFICER, Role.AUDITOR])
def test_readers_open_each_page_of_empty_books(books, page, role):
    assert accounts.client_for(role).get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_others_do_not(page):
    assert accounts.client_for(Role.DISTRICT_REVIEWER).get(reverse(page)).status_code == 403


def test_the_journal_narrows_by_each_of_its_filters(books):
    make.posted("a", 100, on=date(2023, 3, 1), subject_type="claims.claim", subject_id=7)
    make.posted("b", 200, on=date(2023, 4, 1), fund=make.ACCOUNT_FUND, district="110108")
    client = accounts.client_for(Role.CITY_OFFICER)

    def shown(**query):
        page = client.get(reverse("desk:ledger_journal"), query)
        assert page.status_code == 200, page.content.decode()
        return [entry["head"].key for entry in page.context["entries"]]

    assert shown() == ["b", "a"]
    assert shown(until="2023-03-31") == ["a"]
    assert shown(since="2023-03-31") == ["b"]
    assert shown(fund=make.ACCOUNT_FUND) == ["b"]
    assert shown(account="cash") == []
    assert shown(account="payables") == ["b", "a"]
    assert shown(subject_type="claims.claim", subject_id=7) == ["a"]
    assert shown(subject_type="claims.claim", subject_id=8) == []
    assert shown(kind="payment") == []


def test_a_district_sees_its_own_legs_whatever_it_asks_for(books):
    make.posted("own", 100)
    make.posted("foreign", 987_654_321, district="110108")
    district = accounts.district(make.DISTRICT)
    client = accounts.client_for(Role.FINANCE_OFFICER, district=district)
    for page in (
        reverse("desk:ledger_chart"),
        reverse("desk:ledger_journal"),
        reverse("desk:ledger_trial_balance"),
        reverse("desk:ledger_statement", args=["payables"]),
    ):
        text = client.get(page, {"district": "110108"}).content.decode()
        assert "9,876,543.21" not in text
        assert "1.00" in text
    file = client.get(reverse("desk:ledger_export_file"), {"format": "hledger"})
    text = b"".join(file.streaming_content).decode()
    assert "9876543.21" not in text
    assert "1.00 CNY" in text


def test_a_trial_balance_is_that_of_the_day(books):
    make.posted("a", 100, on=date(2023, 3, 1))
    make.posted("b", 200, on=date(2023, 4, 1))
    client = accounts.client_for(Role.AUDITOR)
    url = reverse("desk:ledger_trial_balance")
    assert client.get(url, {"on": "2023-03-31"}).context["debit_fen"] == 100
    assert client.get(url).context["debit_fen"] == 300
    page = client.get(url, {"on": "gestern"})
    assert page.status_code == 422


def test_pages_of_a_statement_run_on_from_each_other(books):
    for number in range(7):
        make.posted(f"p{number}", 100 + number, on=date(2023, 3, 1) + timedelta(days=number // 3))
    account = account_of("payables")
    whole = account_statement("payables")
    seen, mark = [], ""
    while True:
        page = statement_page(account, after=mark, limit=2)
        assert page.opening_fen == (seen[-1].running_fen if seen else 0)
        seen += page.lines
        mark = page.next_mark
        if not mark:
            break
    assert seen == whole
    later = statement_page(account, since=date(2023, 3, 2))
    assert later.opening_fen == 100 + 101 + 102
    assert later.closing_fen == whole[-1].running_fen


@pytest.mark.parametrize(
    "mark", ["x", "2023-03-01.0.1", "2023-03-01.1", "2023-13-01.1.1", "2023-03-01.99999999999999999999.1"]
)
def test_a_mark_that_was_made_up_is_refused(books, mark):
    page = accounts.client_for(Role.AUDITOR).get(
        reverse("desk:ledger_statement", args=["cash"]), {"after": mark}
    )
    assert page.status_code == 400


def test_an_account_that_is_not_in_the_chart_is_not_found(books):
    url = reverse("desk:ledger_statement", args=["nothing"])
    assert accounts.client_for(Role.AUDITOR).get(url).status_code == 404


def test_workbooks_hold_what_the_pages_show_and_are_logged():
    claims.paid(claims.money(people=1))
    client = accounts.client_for(Role.AUDITOR)

    def rows(url):
        answer = client.get(url, {"file": "xlsx"})
        assert answer.status_code == 200
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        return list(sheet.iter_rows(min_row=2, values_only=True))

    legs = rows(reverse("desk:ledger_journal"))
    assert len(legs) == Leg.objects.count()
    assert {row[6] for row in legs} == {"朝阳区"}
    about = {row[9].rpartition(" ")[0] for row in legs if row[9]}
    assert about == {"付款单", "申请明细"}
    assert sum(round(row[7] * 100) for row in legs if row[7]) == sum(row.debit_fen for row in trial_balance())
    assert len(rows(reverse("desk:ledger_trial_balance"))) == len(trial_balance())
    lines = rows(reverse("desk:ledger_statement", args=["cash"]))
    assert len(lines) == Leg.objects.filter(account="cash").count()
    assert AccessLog.objects.filter(action="exported").count() == 3


def test_the_journal_leads_to_the_claim():
    claim = claims.paid(claims.money(people=1))
    page = accounts.client_for(Role.CITY_OFFICER).get(reverse("desk:ledger_journal"))
    assert reverse("desk:claim_review", args=[claim.pk]) in page.content.decode()
    assert Transaction.objects.count() == len(page.context["entries"])


def test_two_persons_close_a_month_in_the_browser(books, monkeypatch):
    make.posted("march")
    monkeypatch.setattr("apps.desk.views.ledger.months.today", lambda: date(2023, 4, 5))
    url = reverse("desk:ledger_month", args=["2023-03"])

    def browser(role):
        client = accounts.client_for(role)
        session = client.session
        session[CONFIRMED_AT] = clock.now().timestamp()
        session.save()
        return client

    finance, officer = browser(Role.FINANCE_OFFICER), browser(Role.CITY_OFFICER)
    assert finance.post(url, {"verb": "propose"}).status_code == 302
    assert finance.post(url, {"verb": "close"}).status_code == 422
    assert officer.post(url, {"verb": "close"}).status_code == 302
    assert "2023-03" in finance.get(reverse("desk:ledger_months")).content.decode()
    assert officer.get(url).context["period"].state == "closed"
    assert officer.post(url, {"verb": "withdraw", "reason": "x"}).status_code == 409
    assert officer.get(reverse("desk:ledger_month", args=["2023-13"])).status_code == 400


@pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.CITY_OFFICER, Role.AUDITOR])
def test_what_keeps_a_month_open_leads_to_where_it_is_settled(books, monkeypatch, role):
    monkeypatch.setattr("apps.desk.views.ledger.months.today", lambda: date(2023, 4, 5))
    pages = {name: desk_url for name, (_look, desk_url) in periods._obstacles.items()}
    assert set(pages) >= {"batches", "movements", "orders", "reconciled", "differences", "corrections"}
    for name, desk_url in pages.items():
        found = [Problem(name, f"open: {name}")]
        monkeypatch.setitem(periods._obstacles, name, (lambda *_asked, found=found: found, desk_url))
    client = accounts.client_for(role)
    text = client.get(reverse("desk:ledger_month", args=["2023-03"])).content.decode()
    for name, desk_url in pages.items():
        assert f'<a href="{reverse(desk_url)}">open: {name}</a>' in text
        assert client.get(reverse(desk_url)).status_code == 200


def test_the_journal_sums_the_legs_of_a_transaction_up_to_one_line_for_each_account():
    claims.paid(claims.money(people=3))
    page = accounts.client_for(Role.CITY_OFFICER).get(reverse("desk:ledger_journal"))
    for entry in page.context["entries"]:
        legs = Leg.objects.filter(transaction=entry["head"])
        shown = [row for row, _district in entry["legs"]]
        assert sum(row.count for row in shown) == legs.count()
        assert sum(row.debit_fen for row in shown) == sum(leg.debit_fen for leg in legs)
        assert len(shown) == len({(leg.account_id, leg.fund_id, leg.debit_fen > 0) for leg in legs})
    assert max(row.count for entry in page.context["entries"] for row, _district in entry["legs"]) == 3


def test_the_months_lead_to_the_oldest_open_one_however_long_ago_it_is(books):
    """It is closed first, and the list shows three years only."""
    client = accounts.client_for(Role.FINANCE_OFFICER)
    page, oldest = reverse("desk:ledger_months"), reverse("desk:ledger_month", args=["2019-05"])
    make.posted("today", 100, on=clock.today())
    assert "next-step" not in client.get(page).content.decode()
    make.posted("old", 100, on=date(2019, 5, 31))
    assert oldest in client.get(page).content.decode()
    assert client.get(oldest).status_code == 200
