"""Budgets: what is free, how fast it is used, and the requests that change it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.casework import presentation
from apps.casework.enums import PaperState
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, ShituError
from apps.core.widgets import Chart, Series
from apps.desk.forms.budgets import BudgetFilter, BudgetRequestForm
from apps.ledger.selectors import budgets, carried_over
from apps.payouts.forecast import MONTHS, BurnDown, burn_downs
from apps.payouts.models import BudgetRequest
from apps.payouts.services.request_budget import missing_for_budget, request_budget

READERS = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)
SHOWN_MAX = 200


@access(*READERS)
@require_safe
def budget_list(request: HttpRequest) -> HttpResponse:
    """What each fund has, has promised, has used and has free, by district and year."""
    form = BudgetFilter(request.GET, own_district=request.actor.district_code)
    rows = budgets(
        year=form.chosen("year") or None, district=form.place or None, fund=form.chosen("fund") or None
    )
    names = {row.pk: row.label for row in District.objects.all()}
    found = list(rows[: SHOWN_MAX + 1])
    waiting = BudgetRequest.objects.visible_to(request.actor).filter(state=PaperState.SUBMITTED)
    context = {
        "form": form,
        "rows": [(row, names.get(row.district_code, row.district_code)) for row in found[:SHOWN_MAX]],
        "more": len(found) > SHOWN_MAX,
        "carried": carried_over(today().year, form.place or None),
        "waiting": waiting.count(),
        "may_request": request.actor.role == Role.FINANCE_OFFICER,
    }
    return render(request, "desk/ledger/budgets.html", context, status=200 if form.is_valid() else 422)


@access(*READERS)
@require_safe
def budget_forecast(request: HttpRequest) -> HttpResponse:
    """Burn-down of each fund in a year and the day on which it would be used up."""
    form = BudgetFilter(request.GET, own_district=request.actor.district_code)
    year, fund = form.chosen("year") or today().year, form.chosen("fund")
    found = [row for row in burn_downs(year, today(), form.place or None) if not fund or row.fund.pk == fund]
    shown = [{"burn_down": row, "chart": _chart(row), "used_chart": _used_chart(row)} for row in found]
    context = {"form": form, "year": year, "shown": shown}
    return render(request, "desk/ledger/forecast.html", context, status=200 if form.is_valid() else 422)


def _chart(row: BurnDown) -> Chart:
    return Chart(
        key=f"left-{row.fund.pk}",
        title=_("%(fund)s, %(year)s: what is left at the end of each month")
        % {"fund": row.fund.label, "year": row.year},
        kind="line",
        categories=_months(row),
        series=[
            Series(_("Left after what was used"), row.used_left),
            Series(_("Left after what was used and reserved"), row.committed_left),
            Series(_("Forecast by use"), row.used_forecast),
            Series(_("Forecast by reservation"), row.committed_forecast),
        ],
        category_label=_("Month"),
        unit="fen",
    )


def _used_chart(row: BurnDown) -> Chart:
    return Chart(
        key=f"used-{row.fund.pk}",
        title=_("%(fund)s, %(year)s: used by month") % {"fund": row.fund.label, "year": row.year},
        kind="bar",
        categories=_months(row),
        series=[Series(_("Used"), row.used_by_month)],
        category_label=_("Month"),
        unit="fen",
    )


def _months(row: BurnDown) -> list[str]:
    return [f"{row.year}-{month:02d}" for month in range(1, MONTHS + 1)]


@access(*READERS)
@require_safe
def budget_request_list(request: HttpRequest) -> HttpResponse:
    """Requests of the actor's scope, the newest first."""
    rows = BudgetRequest.objects.visible_to(request.actor).select_related("fund", "district")
    state = request.GET.get("state", "")
    if state in PaperState.values:
        rows = rows.filter(state=state)
    page, pager = keyset.page_of(rows, request, order=("-id",))
    context = {
        "requests": page,
        "pager": pager,
        "states": PaperState.choices,
        "state": state,
        "may_request": request.actor.role == Role.FINANCE_OFFICER,
    }
    return render(request, "desk/ledger/budget_requests.html", context)


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def budget_request_new(request: HttpRequest) -> HttpResponse:
    """Write a request with its document; another person signs."""
    form = BudgetRequestForm(
        request.actor.district_code,
        request.POST or None,
        request.FILES or None,
        initial={"year": today().year},
    )
    problems: list[Problem] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = request_budget(request.actor, form.wanted(), upload=form.cleaned_data["file"], on=today())
        except ShituError as refusal:
            problems, status = refusal.sentences, refusal.status
        else:
            messages.success(request, _("The request was handed on. Another person signs it."))
            return redirect("desk:budget_request", pk=made.pk)
    context = {"form": form, "problems": problems}
    return render(
        request, "desk/ledger/budget_request_new.html", context, status=422 if form.errors else status
    )


@access(*READERS)
@require_safe
def budget_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its document, its history and its steps."""
    found = (
        BudgetRequest.objects.visible_to(request.actor)
        .select_related("fund", "district", "to_fund", "to_district", "requested_by", "signed_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    waits = found.state == PaperState.SUBMITTED
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "desk", today()),
        "budget_request": found,
        "missing": list(missing_for_budget(found, request.actor)) if waits else [],
    }
    return render(request, "desk/ledger/budget_request.html", context)
