"""The register of enterprises: record, standing, bank accounts to confirm."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, Model, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.accounts.selectors import record_history
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound, ShituError
from apps.core.widgets import Entry
from apps.desk.forms.registers import ReasonForm, RegisterFilter, StandingForm
from apps.enterprises import services
from apps.enterprises.enums import BankAccountState, Standing
from apps.enterprises.models import BankAccount, Enterprise
from apps.enterprises.selectors import standing_problems

READERS = (
    Role.DISTRICT_REVIEWER,
    Role.DISTRICT_SUPERVISOR,
    Role.CITY_OFFICER,
    Role.FINANCE_OFFICER,
    Role.SUPERIOR_UNIT,
    Role.OBSERVER,
    Role.AUDITOR,
)
STANDING_KEEPERS = (Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)
CONFIRMERS = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER)


@require_safe
@access(*READERS)
def enterprises(request: HttpRequest) -> HttpResponse:
    """List the enterprises that one may see; those whose bank account waits are marked."""
    actor = request.actor
    filters = RegisterFilter(request.GET, of="enterprises", whole_city=actor.district_code is None)
    pending = BankAccount.objects.filter(organisation=OuterRef("pk"), state=BankAccountState.PENDING)
    found = (
        Enterprise.objects.visible_to(actor)
        .select_related("organisation__district")
        .annotate(account_waits=Exists(pending))
    )
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["q"]:
            text = wanted["q"]
            found = found.filter(
                Q(organisation__name__icontains=text)
                | Q(organisation__name_pinyin__icontains=text)
                | Q(organisation__uscc__icontains=text)
            )
        if wanted["standing"]:
            found = found.filter(standing=wanted["standing"])
        if wanted.get("district"):
            found = found.filter(organisation__district=wanted["district"])
    if request.GET.get("accounts") == "waiting":
        found = found.filter(account_waits=True)
    page, pager = keyset.page_of(found, request, order=("organisation__name_pinyin", "organisation_id"))
    waiting = (
        BankAccount.objects.visible_to(actor).filter(
            state=BankAccountState.PENDING, organisation__enterprise__isnull=False
        )
        if actor.role in CONFIRMERS
        else BankAccount.objects.none()
    )
    context = {"filters": filters, "rows": page, "pager": pager, "waiting": waiting.count()}
    return render(request, "desk/registers/enterprises.html", context)


@require_safe
@access(*READERS)
@never_cache
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one enterprise: record, standing, bank accounts, what was changed."""
    return _page(request, _enterprise(request, pk))


@require_POST
@access(*STANDING_KEEPERS)
def enterprise_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend an enterprise, put it on the integrity list, or restore it."""
    found = _enterprise(request, pk)
    form = StandingForm(request.POST)
    verb = request.POST.get("verb", "")
    if form.is_valid() and attempt(form, lambda: _change_standing(request, found, verb, form)) is not None:
        messages.success(request, _("The standing is changed."))
        return redirect("desk:enterprise", pk=pk)
    return _page(request, found, standing_form=form, status=422)


def _change_standing(request: HttpRequest, found: Enterprise, verb: str, form: StandingForm) -> Enterprise:
    reason = form.cleaned_data["reason"]
    if verb == "restore":
        return services.restore(request.actor, found, reason, on=today())
    standing = Standing.REMOVED if verb == "remove" else Standing.SUSPENDED
    until = form.cleaned_data["until"]
    return services.suspend(request.actor, found, reason, on=today(), until=until, standing=standing)


@require_POST
@access(*CONFIRMERS)
@never_cache
def bank_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a bank account's number with a reason, confirm it, or turn it down with the reason."""
    account = (
        BankAccount.objects.visible_to(request.actor).select_related("organisation").filter(pk=pk).first()
    )
    if account is None:
        raise NotFound(_("There is no such bank account."))
    form = ReasonForm(request.POST)
    verb = request.POST.get("verb", "")
    if verb == "confirm":
        form.fields["reason"].required = False
    number: str | None = None
    if form.is_valid():
        done = attempt(form, lambda: _decide(request, account, verb, form.cleaned_data["reason"]))
        if verb == "show" and done is not None:
            number = str(done)
        elif done is not None:
            messages.success(
                request,
                _("The bank account is confirmed.")
                if verb == "confirm"
                else _("The bank account is turned down."),
            )
            return redirect(_register_page(account), pk=account.organisation_id)
    shown = {account.pk: number} if number else {}
    status = 200 if number else 422
    if hasattr(account.organisation, "institution"):
        from apps.desk.views.registers.institutions import institution_page

        return institution_page(request, account.organisation_id, shown=shown, reasons=form, status=status)
    return _page(
        request, _enterprise(request, account.organisation_id), shown=shown, reasons=form, status=status
    )


def _decide(request: HttpRequest, account: BankAccount, verb: str, reason: str) -> Any:
    if verb == "confirm":
        return services.confirm_bank_account(request.actor, account)
    if verb == "show":
        return services.unmask_bank_account(request.actor, account, reason)
    return services.retire_bank_account(request.actor, account, reason)


def _register_page(account: BankAccount) -> str:
    return "desk:institution" if hasattr(account.organisation, "institution") else "desk:enterprise"


def account_rows(
    request: HttpRequest, organisation_id: int, shown: dict[int, str] | None = None
) -> list[tuple[BankAccount, str]]:
    """Bank accounts of an organisation, each with its number in clear where it was just asked for."""
    accounts = (
        BankAccount.objects.visible_to(request.actor)
        .filter(organisation=organisation_id)
        .select_related("enterer", "confirmer")
        .order_by("-id")
    )
    return [(account, (shown or {}).get(account.pk, "")) for account in accounts]


def history_entries(*records: Model, parts: Mapping[Model, str]) -> list[Entry]:
    """What the access log tells about records and their named parts, as a timeline."""
    return [
        Entry(
            what=trace.label,
            at=trace.at,
            who=trace.who,
            role=trace.role_label,
            reason=trace.reason,
            details=tuple(parts[about] for about in parts if about == trace.about),
        )
        for trace in record_history(*records, *parts, limit=30)
    ]


def named_accounts(rows: Iterable[tuple[BankAccount, Any]]) -> dict[Model, str]:
    """The bank accounts of an organisation as a timeline names them."""
    return {account: str(account.masked_number) for account, _number in rows}


def attempt(form: forms.Form, call: Callable[[], Any]) -> Any:
    """Run a service; its refusal becomes the form's error."""
    try:
        return call()
    except ShituError as refusal:
        form.add_error(None, refusal.message)
        return None


def _page(
    request: HttpRequest,
    found: Enterprise,
    *,
    shown: dict[int, str] | None = None,
    reasons: ReasonForm | None = None,
    standing_form: StandingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = account_rows(request, found.pk, shown)
    context = {
        "enterprise": found,
        "problems": standing_problems(found, today()),
        "accounts": rows,
        "reasons": reasons or ReasonForm(),
        "standing_form": standing_form or StandingForm(),
        "keeps_standing": request.actor.role in STANDING_KEEPERS,
        "confirms": request.actor.role in CONFIRMERS,
        "entries": history_entries(found, found.organisation, parts=named_accounts(rows)),
    }
    return render(request, "desk/registers/enterprise.html", context, status=status)


def _enterprise(request: HttpRequest, pk: int) -> Enterprise:
    found = (
        Enterprise.objects.visible_to(request.actor)
        .select_related("organisation__district", "organisation__superior")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such enterprise."))
    return found
