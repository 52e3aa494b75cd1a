"""The enterprise's claims: compute, look through, hand in; and what has to be paid back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.apprentices.models import TrainingClass
from apps.casework import presentation
from apps.claims import notice_selectors, selectors
from apps.claims.checks import missing_for_submission
from apps.claims.enums import OVER, ClaimKind, ClaimState
from apps.claims.late_certificates import uncertified
from apps.claims.models import Claim
from apps.claims.services.compute_claim import compute_claim, recompute_claim
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import InvalidInput, NotFound
from apps.payouts.models import PaymentOrder, Recovery
from apps.payouts.offsetting import AWAITS_RELEASE, preview
from apps.payouts.selectors import refused_payments

READERS = (Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT)


@access(*READERS)
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """The claims so far, and what could be claimed now."""
    rows, pager = keyset.page_of(selectors.claims_of(request.actor), request, order=("-id",))
    claimable = selectors.claimable(request.actor) if request.actor.is_enterprise else []
    recoveries = Recovery.objects.visible_to(request.actor).select_related("claim").still_open()
    context = {"claims": rows, "pager": pager, "claimable": claimable, "recoveries": recoveries}
    return render(request, "portal/claims/list.html", context)


@access(Role.ENTERPRISE_OPERATOR)
@require_POST
def claim_compute(request: HttpRequest) -> HttpResponse:
    """Let the claim of a class compute itself."""
    kind, pk = request.POST.get("kind", ""), request.POST.get("training_class", "")
    if kind not in ClaimKind.values or not (pk.isascii() and pk.isdigit()):
        raise InvalidInput(_("Choose a class and an instalment."), code="choice")
    training_class = TrainingClass.objects.visible_to(request.actor).filter(pk=int(pk)).first()
    if training_class is None:
        raise NotFound(_("There is no such class."), code="no_such_class")
    claim = compute_claim(request.actor, training_class, ClaimKind(kind), on=today())
    messages.success(request, _("The claim was computed. Look it through and hand it in."))
    return redirect("portal:claim_detail", pk=claim.pk)


@access(*READERS)
@require_GET
def claim_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim: its sums, every line with how it came about, what is missing, what to do next."""
    claim = _claim(request, pk)
    lines, pager = keyset.page_of(selectors.lines_of(claim), request, order=("id",), total=claim.line_count)
    with_us = request.actor.is_enterprise and claim.state in (ClaimState.DRAFT, ClaimState.RETURNED)
    orders = PaymentOrder.objects.visible_to(request.actor).filter(claim=claim).order_by("attempt")
    context = {
        **presentation.page(request.actor, claim, "portal", today()),
        "claim": claim,
        "lines": lines,
        "pager": pager,
        "with_us": with_us,
        "missing": missing_for_submission(claim, today()) if with_us else [],
        "held": selectors.held_back(claim),
        "uncertified": uncertified(claim),
        "orders": orders,
        "bank_refused": refused_payments(request.actor).filter(claim=claim).first()
        if request.actor.is_enterprise
        else None,
        "claim_over": claim.state in OVER,
        "recovery": Recovery.objects.visible_to(request.actor).filter(claim=claim).first(),
        "offsets": claim.recovery_offsets.select_related("recovery").order_by("id"),
        "planned": preview(claim, today()) if claim.state in AWAITS_RELEASE else [],
        **notice_selectors.page_of_claim(claim, request.actor, today()),
    }
    return render(request, "portal/claims/detail.html", context)


@access(Role.ENTERPRISE_OPERATOR)
@require_POST
def claim_recompute(request: HttpRequest, pk: int) -> HttpResponse:
    """Compute a draft or returned claim anew."""
    recompute_claim(request.actor, _claim(request, pk))
    messages.success(request, _("The claim was computed again from the records as they now stand."))
    return redirect("portal:claim_detail", pk=pk)


@access(*READERS)
@require_GET
def claim_line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """How one amount came about, step by step with its article."""
    claim = _claim(request, pk)
    found = selectors.lines_of(claim).filter(pk=line).first()
    if found is None:
        raise NotFound(_("There is no such line."), code="no_such_line")
    context = {"claim": claim, "line": found, "steps": selectors.steps_of(found)}
    return render(request, "portal/claims/line.html", context)


def _claim(request: HttpRequest, pk: int) -> Claim:
    claim = selectors.claims_of(request.actor).filter(pk=pk).first()
    if claim is None:
        raise NotFound(_("There is no such claim, or it is not yours."), code="no_such_case")
    return claim
