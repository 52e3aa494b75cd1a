"""What applicants do with any case: take a step, write a note, hand in and open a document."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts import confirmation
from apps.accounts.access import access, money_confirmed
from apps.accounts.roles import APPLICANTS
from apps.casework import requests, subjects
from apps.casework.enums import Audience
from apps.casework.services.documents import add_document, remove_document
from apps.casework.services.notes import add_note
from apps.core.clock import today
from apps.core.errors import Forbidden, InvalidInput, Problem
from apps.core.redirects import asked_way


@access(*APPLICANTS)
@require_POST
def case_step(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Take one step of the case's transition table; money asks for the password first."""
    case = subjects.load(label, pk, request.actor)
    step = requests.step_of(case, request.POST.get("action", ""), request.actor)
    if step.money and not money_confirmed(request):
        return confirmation.ask(request)
    opinion = requests.read_opinion(request)
    done = requests.take_step(request.actor, case, step.action, opinion, on=today())
    state = subjects.get(label).state_label(done.state)
    messages.success(
        request,
        _("%(case)s: %(action)s. Now: %(state)s.") % {"case": done, "action": step.label, "state": state},
    )
    return _onwards(request, label, pk)


@access(*APPLICANTS)
@require_POST
def case_note(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Write a note on a case."""
    case = subjects.load(label, pk, request.actor)
    audience = Audience.BOTH
    add_note(request.actor, case, text=request.POST.get("text", ""), audience=audience)
    messages.success(request, _("The note was added."))
    return _onwards(request, label, pk, "#notes")


@access(*APPLICANTS)
@require_GET
def case_document(request: HttpRequest, label: str, pk: int, document: int) -> FileResponse:
    """Open a document of a case."""
    return requests.send_document(subjects.load(label, pk, request.actor), document)


@access(*APPLICANTS)
@require_POST
def case_upload(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Hand in a document, while the case is with the applicant."""
    case = subjects.load(label, pk, request.actor)
    _require_open(request, case, label)
    kinds = dict(subjects.get(label).document_kinds)
    kind, upload = request.POST.get("kind", ""), request.FILES.get("file")
    if upload is None or kind not in kinds:
        message = _("Choose the kind of document and the file.")
        raise InvalidInput(problems=[Problem("file_missing", message, field="file")])
    add_document(request.actor, case, kind=kind, upload=upload)
    messages.success(request, _("The document was handed in."))
    return _onwards(request, label, pk, "#documents")


@access(*APPLICANTS)
@require_POST
def case_document_remove(request: HttpRequest, label: str, pk: int, document: int) -> HttpResponse:
    """Take a document back, while the case is with the applicant."""
    case = subjects.load(label, pk, request.actor)
    _require_open(request, case, label)
    remove_document(case, document)
    messages.success(request, _("The document was taken back."))
    return _onwards(request, label, pk, "#documents")


def _require_open(request: HttpRequest, case: Any, label: str) -> None:
    subject = subjects.get(label)
    if subject.takes_documents is not None:
        is_open = subject.takes_documents(case, request.actor)
    else:
        working = subject.table.working if subject.table else {}
        is_open = request.actor.role in working.get(case.state, ())
    if not is_open:
        raise Forbidden(
            _("The file is not with you now, so nothing can be added to it."), code="not_with_you"
        )


def _onwards(request: HttpRequest, label: str, pk: int, anchor: str = "") -> HttpResponse:
    asked = asked_way(request)
    if not asked:
        name = subjects.get(label).portal_url
        asked = reverse(name, args=[pk]) + anchor if name else "/"
    return HttpResponseClientRedirect(asked) if getattr(request, "htmx", False) else redirect(asked)
