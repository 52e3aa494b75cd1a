"""The own record of an enterprise or institution, and the bank account that its money goes to."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.accounts.selectors import record_history
from apps.catalogue.names import level_names, occupation_names
from apps.core.clock import today
from apps.core.errors import NotFound, ShituError
from apps.core.widgets import Entry
from apps.enterprises import selectors as enterprises
from apps.enterprises import services as enterprise_services
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount, Enterprise
from apps.institutions import selectors as institutions
from apps.institutions import services as institution_services
from apps.institutions.models import Institution, LicenceScope
from apps.portal.forms.profile import BankAccountForm, EnterpriseForm, InstitutionForm, ReasonForm

OWNERS = (Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR)
Record = Enterprise | Institution


@require_safe
@access(*OWNERS)
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """Show the own record: register, standing, licence, bank accounts, and what was changed when."""
    return _page(request, _record(request))


@require_http_methods(["GET", "HEAD", "POST"])
@access(*OWNERS)
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Change what the organisation keeps up itself."""
    record = _record(request)
    form_class: type[forms.Form] = EnterpriseForm if isinstance(record, Enterprise) else InstitutionForm
    initial = {name: getattr(record, name) for name in form_class.base_fields}
    form = form_class(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = {name: value for name, value in form.cleaned_data.items() if name in form.changed_data}
        if changed and isinstance(record, Enterprise):
            enterprise_services.change_enterprise(request.actor, record, **changed)
        elif changed and isinstance(record, Institution):
            institution_services.change_institution(request.actor, record, **changed)
        messages.success(request, _("Your record is saved."))
        return redirect("portal:profile")
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/profile/edit.html", {"form": form, "record": record}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(*OWNERS)
@never_cache
@sensitive_post_parameters("account_number")
def bank_account_new(request: HttpRequest) -> HttpResponse:
    """Enter a bank account; the district confirms it against the bank's document."""
    record = _record(request)
    form = BankAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _attempt(
            form,
            lambda: enterprise_services.enter_bank_account(
                request.actor, record.organisation, **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("The bank account is entered. The district has to confirm it."))
            return redirect("portal:profile")
    status = 422 if request.method == "POST" else 200
    return render(
        request, "portal/profile/bank_account.html", {"form": form, "record": record}, status=status
    )


@require_POST
@access(*OWNERS)
@never_cache
def bank_account_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole number of an own account once, with the reason in the access log."""
    account = _account(request, pk)
    form = ReasonForm(request.POST)
    number = None
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        number = _attempt(
            form, lambda: enterprise_services.unmask_bank_account(request.actor, account, reason)
        )
    shown = {account.pk: number} if number else {}
    return _page(request, _record(request), shown=shown, reasons=form, status=200 if number else 422)


@require_POST
@access(*OWNERS)
def bank_account_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own account out of use; nothing is paid until another one is confirmed."""
    account = _account(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        done = _attempt(form, lambda: enterprise_services.retire_bank_account(request.actor, account, reason))
        if done is not None:
            messages.success(request, _("The bank account is out of use."))
            return redirect("portal:profile")
    return _page(request, _record(request), reasons=form, status=422)


def _page(
    request: HttpRequest,
    record: Record,
    *,
    shown: dict[int, str] | None = None,
    reasons: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    accounts = list(
        BankAccount.objects.visible_to(request.actor)
        .filter(organisation=record.pk)
        .select_related("enterer", "confirmer")
        .order_by("-id")
    )
    rows = [(account, (shown or {}).get(account.pk, "")) for account in accounts]
    confirmed = any(account.state == BankAccountState.CONFIRMED for account in accounts)
    pending = any(account.state == BankAccountState.PENDING for account in accounts)
    context: dict[str, Any] = {
        "record": record,
        "problems": _problems(record),
        "accounts": rows,
        "confirmed": confirmed,
        "pending": pending,
        "reasons": reasons or ReasonForm(),
        "entries": _entries(record, accounts),
    }
    if isinstance(record, Institution):
        context["scopes"] = scope_rows(record)
    return render(request, "portal/profile/profile.html", context, status=status)


def scope_rows(institution: Institution) -> list[tuple[str, str, LicenceScope]]:
    """What the licence covers, with the names of the catalogue."""
    scopes = list(institution.scopes.all())
    occupations = occupation_names(scope.occupation_code for scope in scopes)
    levels = level_names(scope.level_code for scope in scopes)
    return [(occupations[scope.occupation_code], levels[scope.level_code], scope) for scope in scopes]


def _problems(record: Record) -> list[Any]:
    if isinstance(record, Enterprise):
        return enterprises.standing_problems(record, today())
    return institutions.standing_problems(record, today())


def _entries(record: Record, accounts: list[BankAccount]) -> list[Entry]:
    return [
        Entry(
            what=trace.label,
            at=trace.at,
            who=trace.who,
            role=trace.role_label,
            reason=trace.reason,
            details=(trace.about.masked_number,) if isinstance(trace.about, BankAccount) else (),
        )
        for trace in record_history(record, record.organisation, *accounts, limit=20)
    ]


def _record(request: HttpRequest) -> Record:
    model: type[Enterprise] | type[Institution] = (
        Enterprise if request.actor.role == Role.ENTERPRISE_OPERATOR else Institution
    )
    found = (
        model.objects.visible_to(request.actor)
        .select_related("organisation__district", "organisation__superior")
        .filter(pk=request.actor.organisation_id)
        .first()
    )
    if found is None:
        raise NotFound(_("Your organisation has no record yet. Ask the system administrator to open it."))
    return found


def _account(request: HttpRequest, pk: int) -> BankAccount:
    found = (
        BankAccount.objects.visible_to(request.actor)
        .filter(pk=pk, organisation=request.actor.organisation_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such bank account."))
    return found


def _attempt(form: forms.Form, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ShituError as refusal:
        form.add_error(None, refusal.message)
        return None
