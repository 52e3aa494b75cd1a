"""One class at the desk: the enrolment review, and the same page to read at any other time."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import OFFICIALS, READERS, Role
from apps.apprentices import selectors, services
from apps.apprentices.checks import flags, missing_for_approve
from apps.apprentices.enums import ClassState, EnrolmentState, PostKind
from apps.apprentices.models import TrainingClass
from apps.apprentices.review import checklist_for, defects_for, summary_of
from apps.casework import presentation, requests
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.payouts.services.settle_by_office import settle_by_office
from apps.payouts.unsettled import unsettled
from apps.training.halts import affected

readers = access(*OFFICIALS, *READERS)
_FREE_DEFECTS = (1, 2, 3)
TEXT_MAX = 60


@readers
@require_safe
@never_cache
def class_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The roster with its doubts, the checklist, and the decision."""
    return _page(request, selectors.class_of(request.actor, pk))


@access(Role.DISTRICT_REVIEWER)
@require_POST
def class_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the advance of a class back that its enterprise did not settle in time."""
    training_class = selectors.class_of(request.actor, pk)
    typed = request.POST.get("reason", "")[:1000]
    try:
        claim = settle_by_office(request.actor, training_class, reason=typed, on=today())
    except ShituError as refusal:
        return _page(request, training_class, refusal=refusal, typed_reason=typed)
    messages.success(request, _("The advance is asked back. Another reviewer decides on the claim."))
    return redirect("desk:claim_review", pk=claim.pk)


@access(Role.DISTRICT_REVIEWER)
@require_POST
def enrolment_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse one person of the roster under review; the enterprise reads the reason."""
    enrolment = selectors.enrolment_of(request.actor, pk)
    training_class = enrolment.training_class
    try:
        services.refuse_enrolment(
            request.actor, enrolment, on=today(), opinion=requests.read_opinion(request)
        )
    except ShituError as refusal:
        again = selectors.class_of(request.actor, training_class.pk)
        typed = request.POST.get("reason", "")[:500]
        return _page(request, again, refusal=refusal, refused_row=pk, typed_reason=typed)
    messages.success(request, _("%(name)s was taken out of this roster.") % {"name": enrolment.person.name})
    return redirect("desk:class_review", pk=training_class.pk)


def _page(
    request: HttpRequest,
    training_class: TrainingClass,
    *,
    refusal: ShituError | None = None,
    refused_row: int | None = None,
    typed_reason: str = "",
) -> HttpResponse:
    actor = request.actor
    shared = presentation.page(actor, training_class, "desk", today())
    under_review = training_class.state == ClassState.DISTRICT_REVIEW
    reviewing = under_review and bool(shared["case_steps"])
    summary = summary_of(training_class)
    context: dict[str, Any] = shared | {
        "class": training_class,
        "counts": selectors.roster_counts(training_class),
        "summary": summary,
        "affected": affected(training_class, today()),
        "unsettled": unsettled(training_class, today()),
        "may_settle": actor.role == Role.DISTRICT_REVIEWER,
        "reviewing": reviewing,
        "refusal": refusal,
        "refused_row": refused_row,
        "typed_reason": typed_reason,
        **_roster(request, training_class, reviewing),
    }
    if reviewing:
        rules = training_class.policy_document.rules
        context |= {
            "checklist": checklist_for(summary, rules),
            "defects": defects_for(summary, rules),
            "case_asks_deficiencies": True,
            "case_free_rows": _FREE_DEFECTS,
            "case_problems": missing_for_approve(training_class, actor, today()),
        }
    return render(request, "desk/classes/review.html", context, status=refusal.status if refusal else 200)


def _roster(request: HttpRequest, training_class: TrainingClass, reviewing: bool) -> dict[str, Any]:
    posted = request.GET.get("post", "")
    filters = selectors.Filters(
        state=request.GET.get("state", ""),
        text=request.GET.get("q", "")[:TEXT_MAX],
        post_kind=posted if posted in PostKind.values else "",
        flagged=request.GET.get("flagged") == "yes",
    )
    found, pager = keyset.page_of(
        selectors.enrolments_in(training_class, filters), request, order=["id"], size=50
    )
    return {
        "rows": [{"enrolment": row, "flags": flags(row) if reviewing else []} for row in found],
        "pager": pager,
        "filters": filters,
        "states": EnrolmentState.choices,
        "post_kinds": PostKind.choices,
        "filtered": bool(filters.state or filters.text or filters.post_kind or filters.flagged),
    }
