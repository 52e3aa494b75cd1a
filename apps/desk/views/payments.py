"""Finance: record what the bank did."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import access, money_confirmation_required
from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.claims.models import Claim
from apps.claims.selectors import claims_of
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import InvalidInput, NotFound, Problem
from apps.desk.forms.payments import FailureForm, PaymentForm
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_failure, record_payment

READERS = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)


@access(*READERS)
@require_GET
def payment_list(request: HttpRequest) -> HttpResponse:
    """Payment orders of the actor's scope, the newest first."""
    rows = PaymentOrder.objects.visible_to(request.actor).select_related(
        "claim", "enterprise__organisation", "district"
    )
    page, pager = keyset.page_of(rows, request, order=("-id",))
    return render(request, "desk/payments/list.html", {"orders": page, "pager": pager})


@access(Role.FINANCE_OFFICER)
@require_POST
@money_confirmation_required
def payment_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank paid."""
    claim, form = _claim(request, pk), PaymentForm(request.POST)
    _require_valid(form)
    record_payment(
        request.actor,
        claim,
        on=today(),
        paid_on=form.cleaned_data["paid_on"],
        bank_serial=form.cleaned_data["bank_serial"],
    )
    messages.success(request, _("The payment was recorded and posted."))
    return redirect("desk:claim_review", pk=pk)


@access(Role.FINANCE_OFFICER)
@require_POST
def payment_failed(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank refused; a new attempt can be released."""
    claim, form = _claim(request, pk), FailureForm(request.POST)
    _require_valid(form)
    record_failure(request.actor, claim, on=today(), opinion=Opinion(reason=form.cleaned_data["reason"]))
    messages.success(request, _("The refusal was recorded. The payment can be released anew."))
    return redirect("desk:claim_review", pk=pk)


def _claim(request: HttpRequest, pk: int) -> Claim:
    claim = claims_of(request.actor).filter(pk=pk).first()
    if claim is None:
        raise NotFound(_("There is no such claim, or it is not yours."), code="no_such_case")
    return claim


def _require_valid(form: forms.Form) -> None:
    if not form.is_valid():
        raise InvalidInput(
            problems=[
                Problem("invalid", f"{form.fields[name].label}: {text}", field=name)
                for name, texts in form.errors.items()
                for text in texts
            ]
        )
