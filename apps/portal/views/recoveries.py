"""What the enterprise owes: the notice, what became of it, and repaying in instalments."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.casework import presentation
from apps.claims.models import ClaimLine
from apps.core.clock import today
from apps.core.errors import NotFound
from apps.payouts.agreement_page import agreement_page
from apps.payouts.instalments import standing_of
from apps.payouts.models import InstalmentAgreement, Recovery
from apps.payouts.notice.sending import send_notice
from apps.portal.views.claims import READERS


@access(*READERS)
@require_safe
def recovery_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice of what has to be paid back, what came back so far, and what is due next."""
    found = _recovery(request, pk)
    lines = ClaimLine.objects.filter(claim=found.claim, amount_fen__lt=0).select_related("enrolment__person")
    agreements = list(found.agreements.order_by("-id"))
    running = next((row for row in agreements if row.state == "in_force"), None)
    waiting = any(row.state in ("draft", "submitted") for row in agreements)
    context = {
        "recovery": found,
        "lines": lines.order_by("id"),
        "today": today(),
        "late_days": max((today() - found.due_on).days, 0) if found.open_fen else 0,
        "receipts": found.receipts.select_related("undone").order_by("-id"),
        "offsets": found.offsets.select_related("claim").order_by("-id"),
        "agreements": agreements,
        "running": running,
        "broken": bool(agreements) and agreements[0].state == "broken",
        "instalments": standing_of(running, found.open_fen) if running else [],
        "may_agree": request.actor.is_enterprise and found.open_fen > 0 and running is None and not waiting,
    }
    return render(request, "portal/claims/recovery.html", context)


@access(*READERS)
@require_safe
def recovery_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as a PDF; `lang` chooses the language, else it is the reader's."""
    return send_notice(request, _recovery(request, pk))


@access(Role.ENTERPRISE_OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to repay in instalments; the district signs."""
    return agreement_page(
        request,
        _recovery(request, pk),
        template="portal/claims/agreement_new.html",
        done=_("The request was handed in. The district signs the agreement."),
        goes_to="portal:agreement",
    )


@access(*READERS)
@require_safe
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One instalment agreement of the enterprise."""
    found = (
        InstalmentAgreement.objects.visible_to(request.actor).select_related("recovery").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    runs = found.state == "in_force"
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "portal", today()),
        "agreement": found,
        "today": today(),
        "instalments": standing_of(found, found.recovery.open_fen if runs else found.amount_fen),
    }
    return render(request, "portal/claims/agreement.html", context)


def _recovery(request: HttpRequest, pk: int) -> Recovery:
    rows = Recovery.objects.visible_to(request.actor).select_related("claim", "enterprise__organisation")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such notice."), code="no_such_recovery")
    return found
