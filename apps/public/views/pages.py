"""The start page and the pages that explain."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.core import navigation
from apps.public.stages import STAGES


@require_safe
@access.public
def home(request: HttpRequest) -> HttpResponse:
    """Show what the site is for, or take who is signed in to where their work begins."""
    start = navigation.start_for(request)
    if start:
        return redirect(start)
    return render(request, "public/home.html", {"stages": STAGES})


@require_safe
@access.public
def process(request: HttpRequest) -> HttpResponse:
    """Tell who does what in the main process, and what must be there."""
    return render(request, "public/process.html", {"stages": STAGES})


@require_safe
@access.public
def accessibility(request: HttpRequest) -> HttpResponse:
    """Tell how the pages are used without a mouse, without scripts, with a screen reader."""
    return render(request, "public/accessibility.html")
