"""The page on which an instalment agreement is entered: by the office, or by the enterprise that owes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from apps.core.clock import today
from apps.core.errors import Problem, ShituError
from apps.payouts.forms import AgreementForm, first_proposal
from apps.payouts.models import Recovery
from apps.payouts.services.agree_instalments import request_agreement


def agreement_page(
    request: HttpRequest, recovery: Recovery, *, template: str, done: str, goes_to: str
) -> HttpResponse:
    """Show the form, or enter the agreement, say `done` and go to the page named `goes_to` that shows it.

    What was typed stays where the agreement is refused.
    """
    form = AgreementForm(
        request.POST or None, request.FILES or None, initial=first_proposal(recovery, request.GET, today())
    )
    problems: list[Problem] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = request_agreement(
                request.actor,
                recovery,
                schedule=data["schedule"],
                document=data["document"],
                upload=data["file"],
                on=today(),
            )
        except ShituError as refusal:
            problems, status = refusal.sentences, refusal.status
        else:
            messages.success(request, done)
            return redirect(goes_to, pk=made.pk)
    context = {"form": form, "problems": problems, "recovery": recovery}
    return render(request, template, context, status=422 if form.errors else status)
