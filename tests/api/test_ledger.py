"""The books over REST: the same figures as the pages, in pages, within one's district."""

from urllib.parse import unquote

import pytest
from django.test import Client

from apps.accounts.roles import Role
from apps.ledger.models import Leg, Transaction
from apps.ledger.selectors import account_statement, trial_balance
from tests.factories import accounts, claims
from tests.factories import ledger as make

pytestmark = pytest.mark.django_db


def reader(role=Role.AUDITOR, **scope):
    """A client with a token that may read payments."""
    token = accounts.token(accounts.member(role, **scope), ["payments:read"])[1]

    def get(path, **query):
        return Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/v1/ledger/{path}", query)

    return get


def test_the_journal_comes_in_pages_and_holds_every_leg():
    claims.paid(claims.money(people=2))
    get, legs, query = reader(), [], {"page_size": 2}
    answer = get("transactions/", **query).json()
    seen = answer["results"]
    while answer["next"]:
        cursor = answer["next"].split("cursor=")[1].split("&")[0]
        answer = get("transactions/", **query, cursor=unquote(cursor)).json()
        seen += answer["results"]
    legs = [leg for row in seen for leg in row["legs"]]
    assert len(seen) == Transaction.objects.count()
    assert sorted(leg["reference"] for leg in legs) == sorted(leg.reference for leg in Leg.objects.all())
    assert get(f"transactions/{seen[0]['id']}/").json() == seen[0]


def test_the_trial_balance_is_the_systems_own():
    claims.paid(claims.money(people=1))
    rows = reader()("trial-balance/").json()
    assert [(row["account"], row["fund"], row["balance_fen"]) for row in rows] == [
        (row.account.pk, row.fund.pk, row.balance_fen) for row in trial_balance()
    ]


def test_a_statement_runs_on_from_page_to_page():
    claims.paid(claims.money(people=2))
    get = reader()
    page = get("accounts/cash/statement/", page_size=1).json()
    running = [line["running_fen"] for line in page["lines"]]
    while page["next"]:
        page = get("accounts/cash/statement/", page_size=1, after=page["next"]).json()
        running += [line["running_fen"] for line in page["lines"]]
    assert running == [line.running_fen for line in account_statement("cash")]


def test_a_districts_token_reads_its_district_and_nothing_else():
    make.chart()
    make.posted("own", 100)
    foreign = make.posted("foreign", 200, district="110108")
    get = reader(Role.FINANCE_OFFICER, district=accounts.district(make.DISTRICT))
    assert [row["key"] for row in get("transactions/", district="110108").json()["results"]] == ["own"]
    assert {row["debit_fen"] for row in get("trial-balance/").json()} <= {100, 0}
    assert get(f"transactions/{foreign.pk}/").status_code == 404
    lines = get("accounts/payables/statement/", district="110108").json()["lines"]
    assert [line["key"] for line in lines] == ["own"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("transactions/", {"since": "gestern"}),
        ("trial-balance/", {"district": "x"}),
        ("accounts/cash/statement/", {"after": "x"}),
        ("accounts/cash/statement/", {"page_size": 0}),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(path, query):
    make.chart()
    assert reader()(path, **query).status_code == 400
