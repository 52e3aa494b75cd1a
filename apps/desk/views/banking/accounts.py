"""The accounts that payments come from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import access, money_confirmation_required
from apps.accounts.roles import Role
from apps.banking.formats.profiles import profile
from apps.banking.models import PayingAccount
from apps.banking.services.paying_accounts import (
    SIGNERS,
    enter_paying_account,
    retire_paying_account,
    sign_paying_account,
)
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, ShituError
from apps.desk.forms.banking import PayingAccountForm
from apps.desk.views.banking import READERS


@access(*READERS, write=[Role.FINANCE_OFFICER])
@require_http_methods(["GET", "POST"])
@money_confirmation_required
def paying_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts in use, and a form for another one."""
    form = PayingAccountForm(request.actor, request.POST or None)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            enter_paying_account(
                request.actor,
                profile_key=data["profile_key"],
                account_name=data["account_name"],
                account_number=data["account_number"],
                bank_name=data["bank_name"],
                bank_code=data["bank_code"],
                district=data["district"].pk if data["district"] else None,
                fund=data["fund"].pk if data["fund"] else None,
            )
        except ShituError as refusal:
            problems = list(refusal.sentences)
        else:
            messages.success(request, _("The account was entered. Another person has to sign for it now."))
            return redirect("desk:paying_accounts")
    found = PayingAccount.objects.visible_to(request.actor).order_by("id")
    rows = found.select_related("district", "fund", "entered_by__person")
    context = {
        "accounts": [(row, profile(row.profile_key)) for row in rows],
        "form": form,
        "problems": problems,
        "may_sign": request.actor.role in SIGNERS,
        "waiting": sum(row.confirmed_on is None and row.retired_on is None for row in rows),
        "may_enter": request.actor.role == Role.FINANCE_OFFICER,
    }
    status = 422 if problems or form.errors else 200
    return render(request, "desk/banking/accounts.html", context, status=status)


@access(Role.FINANCE_OFFICER)
@require_POST
@money_confirmation_required
def paying_account_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an account out of use."""
    account = PayingAccount.objects.visible_to(request.actor).filter(pk=pk).first()
    if account is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    retire_paying_account(request.actor, account, on=today())
    messages.success(request, _("The account is out of use."))
    return redirect("desk:paying_accounts")


@access(*SIGNERS)
@require_POST
@money_confirmation_required
def paying_account_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The second signature for an account."""
    account = PayingAccount.objects.visible_to(request.actor).filter(pk=pk).first()
    if account is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    sign_paying_account(request.actor, account, on=today())
    messages.success(request, _("The account is signed for. Batches can be paid from it."))
    return redirect("desk:paying_accounts")
