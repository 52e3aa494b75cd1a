"""Months of the books: which are closed, what keeps one open, the two signatures."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, money_confirmation_required
from apps.accounts.roles import Role
from apps.core.clock import today
from apps.core.errors import InvalidInput, Problem, ShituError
from apps.desk.views.ledger import READERS
from apps.ledger import periods, services
from apps.ledger.enums import PeriodState
from apps.ledger.models import AccountingPeriod

SIGNERS = (Role.FINANCE_OFFICER, Role.CITY_OFFICER)


@access(*READERS)
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """The months with postings, the newest first, and the oldest one that is to be closed."""
    district, on = request.actor.district_code, today()
    oldest = periods.first_open_day()
    # It may be older than what the list shows.
    is_over = oldest is not None and periods.next_month(oldest.replace(day=1)) <= on
    context = {
        "months": periods.months(on, district),
        "to_close": f"{oldest:%Y-%m}" if oldest is not None and is_over else "",
    }
    return render(request, "desk/ledger/months.html", context)


@access(*READERS, write=list(SIGNERS))
@require_http_methods(["GET", "HEAD", "POST"])
@money_confirmation_required
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """One month: what keeps it open; propose to close it, close it, or leave it open."""
    first = periods.month_named(month)
    problems: list[Problem] = []
    status = 200
    if request.method == "POST":
        try:
            messages.success(request, _step(request, first))
            return redirect("desk:ledger_month", month=month)
        except ShituError as refusal:
            problems, status = refusal.sentences, refusal.status
    found = AccountingPeriod.objects.select_related("proposed_by", "closed_by").filter(month=first).first()
    period = periods.as_it_stands(found or AccountingPeriod(month=first), periods.open_from())
    is_open = period.state != PeriodState.CLOSED
    of_city = request.actor.district_code is None
    context: dict[str, Any] = {
        "period": period,
        "refused": problems,
        "obstacles": _obstacles(period, request.actor.district_code) if is_open else [],
        "may_sign": request.actor.role in SIGNERS and of_city and is_open,
        "own_proposal": period.proposed_by_id == request.actor.person_id,
        "may_propose": request.actor.role == Role.FINANCE_OFFICER and of_city,
    }
    return render(request, "desk/ledger/month.html", context, status=status)


def _obstacles(period: AccountingPeriod, district: str | None) -> list[dict[str, str]]:
    """What keeps the month open, each with the page on which it is settled."""
    return [
        {"message": str(problem.message), "url": reverse(desk_url) if desk_url else ""}
        for problem, desk_url in periods.obstacles_and_pages(period, today(), district)
    ]


def _step(request: HttpRequest, month: Any) -> str:
    actor, verb = request.actor, request.POST.get("verb", "")
    if verb == "propose":
        services.propose_closing(actor, month, on=today())
        return _("The closing was proposed. Another person of the city closes the month.")
    if verb == "close":
        services.close_period(actor, month, on=today())
        return _("The month is closed. It takes no posting any more.")
    if verb == "withdraw":
        services.withdraw_closing(actor, month, reason=request.POST.get("reason", ""), on=today())
        return _("The month stays open.")
    raise InvalidInput(_("There is no such step."), code="no_such_step")
