"""What officials do with any case: take a step, write a note, hand in and open a document."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts import confirmation
from apps.accounts.access import access, money_confirmed
from apps.accounts.roles import OFFICIALS, READERS
from apps.casework import requests, subjects
from apps.casework.enums import Audience
from apps.casework.services.notes import add_note
from apps.core.clock import today
from apps.core.redirects import asked_way

OFFICE = OFFICIALS | READERS


@access(*OFFICIALS)
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


@access(*OFFICIALS)
@require_POST
def case_note(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Write a note on a case."""
    case = subjects.load(label, pk, request.actor)
    audience = Audience.OFFICE if request.POST.get("office") else Audience.BOTH
    add_note(request.actor, case, text=request.POST.get("text", ""), audience=audience)
    messages.success(request, _("The note was added."))
    return _onwards(request, label, pk, "#notes")


@access(*OFFICE)
@require_GET
def case_document(request: HttpRequest, label: str, pk: int, document: int) -> FileResponse:
    """Open a document of a case."""
    return requests.send_document(subjects.load(label, pk, request.actor), document)


def _onwards(request: HttpRequest, label: str, pk: int, anchor: str = "") -> HttpResponse:
    asked = asked_way(request)
    if not asked:
        name = subjects.get(label).desk_url
        asked = reverse(name, args=[pk]) + anchor if name else "/"
    return HttpResponseClientRedirect(asked) if getattr(request, "htmx", False) else redirect(asked)
