"""Payments that failed: the bank's reason, and what to do about each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.banking.selectors import failed_payments
from apps.claims.enums import ClaimState
from apps.core import keyset
from apps.desk.views.banking import READERS
from apps.payouts.models import PaymentOrder


@access(*READERS)
@require_GET
def payment_failures(request: HttpRequest) -> HttpResponse:
    """The failed payments of the actor's scope that no new attempt pays yet."""
    page, pager = keyset.page_of(failed_payments(request.actor), request, order=("-id",))
    context = {
        "rows": [(order, *_what_to_do(order)) for order in page],
        "pager": pager,
        "may_act": request.actor.role in (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR),
    }
    return render(request, "desk/banking/failures.html", context)


def _what_to_do(order: Any) -> tuple[str, str]:
    """The next step in a sentence, and whose it is."""
    found: PaymentOrder = order
    if found.claim.state == ClaimState.PAYEE_SIGNATURE:
        return _("The new account waits for the second signature."), _("District supervisor")
    if order.current is None:
        todo = _("The enterprise has no confirmed account. It enters one, the district confirms it.")
        return todo, _("Enterprise")
    if order.current != found.claim.payee_fingerprint:
        return _("The enterprise has a new account: open the claim and have it signed."), _("Finance")
    todo = _("If the account is wrong, the enterprise enters a new one; else release the claim again.")
    return todo, _("Finance")
