"""A release of many claims: how far it is, and what became of each."""

from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.core import jobs, keyset
from apps.payouts import selectors

# htmx stops asking again when an answer has this status.
STOP_POLLING = 286


@access(Role.FINANCE_OFFICER)
@require_GET
def release_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; at its end what was released, and each claim that was refused with its reason."""
    return render(request, "desk/releases/detail.html", _context(request, pk))


@access(Role.FINANCE_OFFICER)
@require_GET
def release_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that htmx asks for again; its status ends the asking."""
    context = _context(request, pk)
    status = 200 if context["job"].is_live else STOP_POLLING
    return render(request, "desk/releases/state.html", context, status=status)


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    job = selectors.release_of(request.actor, pk)
    context: dict[str, Any] = {"job": job, "progress": jobs.progress(job), "asked": len(job.params["claims"])}
    if not job.is_live:
        orders = selectors.orders_of_release(request.actor, job)
        rows = orders.select_related("claim", "enterprise__organisation", "district")
        context["released_fen"] = orders.aggregate(sum=Sum("amount_fen"))["sum"] or 0
        context["orders"], context["pager"] = keyset.page_of(rows, request, order=("id",), size=50)
        context["refusals"] = job.result.get("refusals", [])
    return context
