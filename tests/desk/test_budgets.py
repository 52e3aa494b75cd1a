"""Budgets in the browser: a request with its document, the second signature, the forecast."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.clock import today
from apps.ledger.models import Budget
from apps.payouts.models import BudgetRequest
from tests.factories import accounts
from tests.factories import ledger as make
from tests.ground import stands

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
@stands
def _chart():
    make.chart()
    accounts.district(make.DISTRICT)


def browser(role, **scope):
    client = accounts.client_for(role, **scope)
    session = client.session
    session[CONFIRMED_AT] = clock.now().timestamp()
    session.save()
    return client


def form(**changes):
    return {
        "kind": "appropriate",
        "fund": make.SUBSIDY_FUND,
        "district": make.DISTRICT,
        "year": str(today().year),
        "amount": "12000.00",
        "document": "京财社〔2026〕9号",
        "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf"),
    } | changes


def test_a_budget_is_requested_signed_and_listed():
    finance, officer = browser(Role.FINANCE_OFFICER), browser(Role.CITY_OFFICER)
    done = finance.post(reverse("desk:budget_request_new"), form())
    request = BudgetRequest.objects.get()
    assert done["Location"] == reverse("desk:budget_request", args=[request.pk])
    assert not Budget.objects.exists()
    assert finance.get(done["Location"]).status_code == 200
    step = reverse("desk:case_step", args=["payouts.budgetrequest", request.pk])
    assert finance.post(step, {"action": "sign"}).status_code == 422
    assert officer.get(reverse("desk:budgets")).context["waiting"] == 1
    assert officer.post(step, {"action": "sign"}).status_code == 302
    assert Budget.objects.get().appropriated_fen == 1_200_000
    for page in ("desk:budgets", "desk:budget_forecast", "desk:budget_request_list"):
        text = officer.get(reverse(page)).content.decode()
        assert "12,000.00" in text


def test_what_was_typed_is_kept_where_the_request_is_refused():
    finance = browser(Role.FINANCE_OFFICER)
    page = finance.post(reverse("desk:budget_request_new"), form(kind="cut"))
    assert page.status_code == 422
    assert "12000.00" in page.content.decode()
    assert not BudgetRequest.objects.exists()
    assert finance.post(reverse("desk:budget_request_new"), form(file="")).status_code == 422


def test_a_district_reads_its_own_budgets_and_requests():
    make.budget(987_654_00, district="110108", year=today().year)
    browser(Role.FINANCE_OFFICER).post(reverse("desk:budget_request_new"), form())
    foreign = browser(Role.DISTRICT_SUPERVISOR, district=accounts.district("110108"))
    own = browser(Role.DISTRICT_SUPERVISOR, district=accounts.district(make.DISTRICT))
    request = BudgetRequest.objects.get()
    url = reverse("desk:budget_request", args=[request.pk])
    assert (own.get(url).status_code, foreign.get(url).status_code) == (200, 404)
    for page in ("desk:budgets", "desk:budget_forecast"):
        assert "987,654.00" in foreign.get(reverse(page)).content.decode()
        assert "987,654.00" not in own.get(reverse(page), {"district": "110108"}).content.decode()
