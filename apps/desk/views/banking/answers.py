"""What the bank answers of a payment in writing: entered with its letter, read and signed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, money_confirmation_required
from apps.accounts.roles import Role
from apps.banking.models import BatchEntry, PaymentBatch, WrittenAnswer
from apps.banking.services.answer_in_writing import Letter, enter_answer, missing_for_answer
from apps.casework import presentation
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, ShituError
from apps.desk.forms.banking import WrittenAnswerForm
from apps.desk.views.banking import READERS


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
@money_confirmation_required
def written_answer_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what the bank says in writing of a payment of a batch; another person signs."""
    entry = (
        BatchEntry.objects.filter(batch__in=PaymentBatch.objects.visible_to(request.actor), pk=pk)
        .select_related("batch", "order")
        .first()
    )
    if entry is None:
        raise NotFound(_("There is no such payment, or it is not yours."), code="no_such_entry")
    form = WrittenAnswerForm(request.POST or None, request.FILES or None)
    problems: list[Problem] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        upload = data.pop("file")
        try:
            made = enter_answer(request.actor, entry, Letter(**data), upload=upload, on=today())
        except ShituError as refusal:
            problems, status = refusal.sentences, refusal.status
        else:
            messages.success(request, _("The answer was handed on. Another person of finance signs it."))
            return redirect("desk:written_answer", pk=made.pk)
    context = {"form": form, "problems": problems, "entry": entry}
    status = 422 if form.errors else status
    return render(request, "desk/banking/answer_new.html", context, status=status)


@access(*READERS)
@require_safe
def written_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer with its letter, its history and its steps."""
    found = (
        WrittenAnswer.objects.visible_to(request.actor)
        .select_related("entry__batch", "entry__order", "district", "requested_by", "signed_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "desk", today()),
        "answer": found,
        "missing": list(missing_for_answer(found, request.actor)) if found.state == "submitted" else [],
    }
    return render(request, "desk/banking/answer.html", context)
