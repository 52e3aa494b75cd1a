"""Objections to published lines: find them, read one, write one down, see who made it."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import presentation
from apps.claims.enums import ObjectionState
from apps.claims.forms import TakenDownForm
from apps.claims.models import NoticeLine, Objection, PublicNotice
from apps.claims.notice_selectors import objections_of
from apps.claims.services.decide_objection import somebody_else_approved
from apps.claims.services.raise_objection import Objector, raise_objection
from apps.claims.services.reopen_objection import missing_for_reopening
from apps.claims.services.reveal_objector import reveal_objector
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, ShituError
from apps.core.files import file_response

EXAMINERS = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR)
READERS = (*EXAMINERS, Role.CITY_OFFICER, Role.FINANCE_OFFICER, Role.AUDITOR)


@access(*READERS)
@require_safe
def objection_list(request: HttpRequest) -> HttpResponse:
    """The objections of the district or the city, the newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:32]
    rows = objections_of(request.actor)
    if state in ObjectionState.values:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(number__icontains=text)
    page, pager = keyset.page_of(rows, request, order=("-id",))
    context = {
        "objections": page,
        "pager": pager,
        "states": ObjectionState.choices,
        "state": state,
        "text": text,
    }
    return render(request, "desk/objections/list.html", context)


@access(*READERS)
@require_safe
@never_cache
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection: what is objected to and why, who decides, what was decided."""
    return _page(request, _objection(request, pk))


@access(*EXAMINERS)
@require_POST
@never_cache
def objection_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show once who objected; the reason goes into the access log."""
    found = _objection(request, pk)
    try:
        objector = reveal_objector(request.actor, found, request.POST.get("reason", "")[:300])
    except ShituError as refusal:
        return _page(request, found, problems=refusal.sentences, status=refusal.status)
    return _page(request, found, objector=objector)


@access(*READERS)
@require_safe
def objection_file(request: HttpRequest, pk: int) -> FileResponse:
    """What the objector handed in."""
    found = _objection(request, pk)
    if found.file is None:
        raise NotFound(_("There is no such document."), code="no_such_document")
    return file_response(found.file)


@access(*EXAMINERS)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "contact", "reason")
@never_cache
def objection_new(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Write an objection down that came by telephone, by letter or in person."""
    notice = PublicNotice.objects.visible_to(request.actor).select_related("claim").filter(pk=pk).first()
    line = NoticeLine.objects.filter(notice=notice, position=position).first() if notice else None
    if notice is None or line is None:
        raise NotFound(_("There is no such line."), code="no_such_line")
    form = TakenDownForm(request.POST or None, request.FILES or None, initial={"received_on": today()})
    problems: list[Problem] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = raise_objection(
                request.actor,
                line,
                form.objector,
                data["reason"],
                on=today(),
                received_on=data["received_on"],
                upload=data.get("file") or None,
            )
        except ShituError as refusal:
            problems, status = refusal.sentences, refusal.status
        else:
            message = _("The objection was written down: receipt number %(number)s. Tell it to the objector.")
            messages.success(request, message % {"number": made.number})
            return redirect("desk:objection", pk=made.pk)
    context = {"notice": notice, "line": line, "form": form, "problems": problems}
    return render(request, "desk/objections/new.html", context, status=422 if form.errors else status)


def _objection(request: HttpRequest, pk: int) -> Objection:
    found = (
        objections_of(request.actor).select_related("line__level", "enrolment__person", "file").filter(pk=pk)
    )
    row = found.first()
    if row is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    return row


def _page(
    request: HttpRequest,
    found: Objection,
    *,
    objector: Objector | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    examines = request.actor.role in EXAMINERS
    barred = _barred(request.actor, found) if examines else []
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "desk", today()),
        "objection": found,
        "objector": objector,
        "problems": problems or [],
        "may_show": examines,
        "barred": barred,
    }
    if barred:
        context["case_steps"] = []
    return render(request, "desk/objections/objection.html", context, status=status)


def _barred(actor: Actor, found: Objection) -> list[Problem]:
    """What keeps this examiner from deciding or, once it is decided, this supervisor from taking it up."""
    if found.state == ObjectionState.OPEN:
        return somebody_else_approved(found, actor)
    return missing_for_reopening(found, actor) if actor.role == Role.DISTRICT_SUPERVISOR else []
