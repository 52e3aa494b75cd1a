"""The queue of an office: what waits, the most urgent first; and a step for many files at once."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import confirmation
from apps.accounts.access import access, money_confirmed
from apps.accounts.models import District
from apps.accounts.roles import OFFICIALS
from apps.casework import queues, requests, subjects
from apps.casework.subjects import Subject
from apps.casework.transitions import Transition
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.core.workdays import left_of, working_days_to_each

BULK_MAX = 200


@access(*OFFICIALS)
@require_GET
def queue(request: HttpRequest, label: str = "") -> HttpResponse:
    """One kind of file at a time, with counts of all kinds; without a kind, the one with most to do."""
    on = today()
    # What waits comes first; where nothing does, the order is that of the work.
    tabs = sorted(queues.tabs(request.actor, on), key=lambda tab: not tab.count)
    chosen = next((tab for tab in tabs if tab.subject.label == label), None)
    if chosen is None:
        chosen = max(tabs, key=lambda tab: (tab.late, tab.count), default=None)
    filters = queues.Filters(
        district=request.GET.get("district", ""),
        text=request.GET.get("q", "").strip()[:60],
        overdue=request.GET.get("overdue") == "yes",
        after=request.GET.get("after", ""),
    )
    rows, mark = queues.page(chosen.subject, request.actor, filters, on) if chosen else ([], "")
    bulk = _bulk_steps(chosen, rows, request) if chosen else ()
    context = {
        "tabs": tabs,
        "chosen": chosen,
        "rows": _rows(chosen.subject, rows, on, bulk) if chosen else [],
        "filters": filters,
        "bulk": bulk,
        "adds_up": chosen is not None and chosen.subject.amount is not None,
        "districts": District.objects.all() if request.actor.district_code is None else (),
        "pager": _pager(request, rows, mark, filters),
    }
    return render(request, "desk/queue/queue.html", context)


@access(*OFFICIALS)
@require_POST
def queue_bulk(request: HttpRequest, label: str) -> HttpResponse:
    """Take one step for each chosen file, each on its own: what fails is named and stops nothing else."""
    action = request.POST.get("action", "")
    chosen = [int(pk) for pk in request.POST.getlist("case") if pk.isascii() and pk.isdigit()][:BULK_MAX]
    subject = subjects.get(label)
    named = subject.table.named(action) if subject.table else ()
    steps = [step for step in named if step.bulk and request.actor.role in step.roles]
    if not steps or not chosen:
        messages.warning(request, _("Choose the files and what to do with them."))
        return redirect("desk:queue_kind", label=label)
    if steps[0].money and not money_confirmed(request):
        return confirmation.ask(request)
    background = subject.background.get(action)
    if background is not None:
        return redirect(background.desk_url, pk=background.enqueue(request.actor, chosen).pk)
    opinion = requests.read_opinion(request)
    done, refused = 0, []
    for pk in chosen:
        try:
            case = subjects.load(label, pk, request.actor)
            requests.take_step(request.actor, case, action, opinion, on=today())
            done += 1
        except ShituError as error:
            refused.append({"pk": pk, "message": error.message, "problems": error.problems})
    if done:
        text = ngettext("%(count)s file: done.", "%(count)s files: done.", done) % {"count": done}
        messages.success(request, text)
    if refused:
        context = {"subject": subject, "refused": refused, "back": reverse("desk:queue_kind", args=[label])}
        return render(request, "desk/queue/refused.html", context, status=422)
    return redirect("desk:queue_kind", label=label)


def _rows(subject: Subject, cases: list, on: date, bulk: tuple[Transition, ...]) -> list[dict]:
    """What a line shows; only a file that one of the steps for many fits can be chosen."""
    sources = {state for step in bulk for state in step.sources}
    days = working_days_to_each(on, (case.deadline_on for case in cases if case.deadline_on))
    return [
        {
            "case": case,
            "url": reverse(subject.desk_url, args=[case.pk]),
            "summary": subject.summary(case) if subject.summary else "",
            "days": left_of(days[case.deadline_on], on, case.deadline_on) if case.deadline_on else None,
            "choosable": case.state in sources,
            "amount_fen": subject.amount(case) if subject.amount else None,
        }
        for case in cases
    ]


def _bulk_steps(chosen: queues.Tab, rows: list[Any], request: HttpRequest) -> tuple[Transition, ...]:
    states = {case.state for case in rows}
    return tuple(
        step
        for step in chosen.subject.table or ()
        if step.bulk and request.actor.role in step.roles and states & set(step.sources)
    )


def _pager(request: HttpRequest, rows: list[Any], mark: str, filters: queues.Filters) -> dict:
    query = request.GET.copy()
    next_url = first_url = ""
    if mark:
        query["after"] = mark
        next_url = f"?{query.urlencode()}"
    if filters.after:
        query.pop("after", None)
        first_url = f"?{query.urlencode()}"
    return {"shown": len(rows), "total": None, "next_url": next_url, "first_url": first_url}
