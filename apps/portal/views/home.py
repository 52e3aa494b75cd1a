"""The beginning of this door: what waits for whoever applies."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.roles import APPLICANTS
from apps.core.clock import today
from apps.portal.todo import SHOWN_MAX, todo_of


@access(*APPLICANTS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the organisation, the most urgent first; an apprentice begins on the own page."""
    if request.actor.is_apprentice:
        return redirect("portal:me")
    overdue = request.GET.get("overdue") == "yes"
    todo = todo_of(request.actor, today(), overdue=overdue)
    context = {"todo": todo, "shown_max": SHOWN_MAX, "overdue": overdue}
    return render(request, "portal/home.html", context)
