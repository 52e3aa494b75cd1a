"""The beginning of this door: straight to what the role works on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.roles import APPLICANTS


@access(*APPLICANTS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """An apprentice begins on the own page, everybody else with the plans."""
    return redirect("portal:me" if request.actor.is_apprentice else "portal:plan_list")
