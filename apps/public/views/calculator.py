"""What an apprenticeship may be due, for anyone who asks; nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access


@require_safe
@access.public
def calculator(request: HttpRequest) -> HttpResponse:
    """Show the form and, once it is filled in, the amounts with every step and its article."""
    return render(request, "public/calculator.html")
