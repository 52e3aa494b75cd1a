"""The state of the reconciliation: the last run, the sums of all sides, the balances of the accounts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.models import District
from apps.core import jobs
from apps.core.clock import today
from apps.core.errors import NotFound
from apps.core.models import Job
from apps.desk.views.reconciliation import READERS
from apps.desk.views.reconciliation.sheets import sums_sheet
from apps.ledger.models import Fund
from apps.reconciliation import selectors
from apps.reconciliation.enums import BreakState
from apps.reconciliation.models import Run
from apps.reconciliation.services.reconcile import (
    RUN,
    STARTERS,
    enqueue_run,
    newest_run,
    run_under_way,
)

# htmx stops asking again when an answer has this status.
STOP_POLLING = 286
SHOWN_MAX = 62
NAMES = {
    "day": gettext_lazy("Day of payment"),
    "fund": gettext_lazy("Fund"),
    "district": gettext_lazy("District"),
    "batch": gettext_lazy("Payment batch"),
}


@access(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What agrees, what does not, and what to do next."""
    actor, on = request.actor, today()
    job, counts = run_under_way(), selectors.counts(actor)
    by = "district" if actor.district_code is None else "fund"
    context = {
        "run": newest_run(),
        "job": job,
        "progress": jobs.progress(job) if job else None,
        "counts": counts,
        "oldest_days": selectors.ages([counts.oldest], on)[counts.oldest] if counts.oldest else 0,
        "balances": selectors.balances(actor),
        "groups": [_sums(request, name, 10) for name in (by, "day")],
        "mine": selectors.differences(actor)
        .filter(state=BreakState.OPEN, taken_by_id=actor.person_id)
        .count(),
        "may_start": actor.role in STARTERS,
    }
    return render(request, "desk/reconciliation/overview.html", context)


def _sums(request: HttpRequest, by: str, limit: int, *, receipts: bool = False) -> dict[str, Any]:
    found = selectors.sums(request.actor, by, receipts=receipts)[: limit + 1]
    rows = selectors.sum_rows(found, by, _labels(by))
    return {"by": by, "name": NAMES[by], "rows": rows[:limit], "more": len(rows) > limit}


def _labels(by: str) -> dict[Any, str]:
    if by == "fund":
        return {row.pk: row.label for row in Fund.objects.all()}
    if by == "district":
        return {None: _("Whole city"), **{row.pk: row.label for row in District.objects.all()}}
    return {}


@access(*READERS)
@require_safe
def sums_page(request: HttpRequest) -> HttpResponse:
    """The sums of all sides by day, fund, district or batch; payments or receipts."""
    by = request.GET.get("by", "day")
    by = by if by in selectors.GROUPS else "day"
    receipts = request.GET.get("side") == "receipts"
    if request.GET.get("file") == "xlsx":
        rows = selectors.sum_rows(selectors.sums(request.actor, by, receipts=receipts), by, _labels(by))
        return sums_sheet(str(NAMES[by]), rows)
    context = {
        "group": _sums(request, by, SHOWN_MAX, receipts=receipts),
        "by": by,
        "names": NAMES.items(),
        "receipts": receipts,
        "run": newest_run(),
    }
    return render(request, "desk/reconciliation/sums.html", context)


@access(*READERS)
@require_safe
def balance_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The balance of one account at the bank and in the books, and what lies between."""
    found = selectors.balances(request.actor).filter(paying_account=pk).first()
    account = selectors.account_of(request.actor, pk)
    if account is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    rows = selectors.differences(request.actor).filter(
        paying_account=account, state__in=[BreakState.OPEN, BreakState.EXPLAINED]
    )
    context = {"account": account, "balance": found, "breaks": rows.order_by("day", "id")[:SHOWN_MAX]}
    return render(request, "desk/reconciliation/balance.html", context)


@access(*STARTERS)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Compare everything now; asked for twice it is one run."""
    job = enqueue_run(request.actor)
    return redirect("desk:reconciliation_run", pk=job.pk)


@access(*READERS)
@require_safe
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is; at its end what it found."""
    return render(request, "desk/reconciliation/run.html", _run(pk))


@access(*READERS)
@require_safe
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that htmx asks for again; its status ends the asking."""
    context = _run(pk)
    status = 200 if context["job"].is_live else STOP_POLLING
    return render(request, "desk/reconciliation/run_state.html", context, status=status)


def _run(pk: int) -> dict[str, Any]:
    job = Job.objects.filter(pk=pk, kind=RUN).first()
    if job is None:
        raise NotFound(_("There is no such reconciliation."), code="no_such_run")
    return {"job": job, "progress": jobs.progress(job), "run": Run.objects.filter(job=job).first()}
