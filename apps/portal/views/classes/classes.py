"""The list of classes, one class, and the steps that an enterprise takes with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.apprentices import selectors, services
from apps.apprentices.checks import OPEN_ROSTER, missing_for_complete, missing_for_submit
from apps.apprentices.enums import ClassState, EnrolmentState, PostKind
from apps.apprentices.models import LineSeats, TrainingClass
from apps.casework import presentation, requests, subjects
from apps.claims.selectors import may_claim_advance
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.core.workdays import working_days_left
from apps.payouts.unsettled import unsettled
from apps.portal.forms.classes import AgreementForm, OpenClassForm
from apps.portal.views.classes.next_steps import next_step
from apps.training.halts import affected

parties = access(Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT)
enterprise_only = access(Role.ENTERPRISE_OPERATOR)
_STEPS = ("submit", "complete", "cancel")
TEXT_MAX = 60


@parties
@require_safe
def class_list(request: HttpRequest) -> HttpResponse:
    """The classes of an enterprise, an institution or a superior unit's members, the newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "")[:TEXT_MAX]
    mine = request.GET.get("mine") == "yes"
    counts = selectors.class_counts(request.actor)
    found = selectors.classes_for(request.actor, state=state, text=text, mine=mine)
    rows, pager = keyset.page_of(found, request, order=["-id"])
    heads = selectors.heads_of(rows)
    on = today()
    context = {
        "rows": [
            {
                "class": row,
                "people": heads.get(row.pk, 0),
                "days": working_days_left(on, row.deadline_on) if row.deadline_on else None,
            }
            for row in rows
        ],
        "pager": pager,
        "states": [(code, label, counts[code]) for code, label in ClassState.choices if counts.get(code)],
        "state": state,
        "text": text,
        "mine": mine,
        "waiting": selectors.count_waiting(request.actor),
        "total": sum(counts.values()),
        "can_open": request.actor.is_enterprise and bool(selectors.open_lines(request.actor, on)),
    }
    return render(request, "portal/classes/list.html", context)


@enterprise_only
@require_http_methods(["GET", "HEAD", "POST"])
def class_open(request: HttpRequest) -> HttpResponse:
    """Open a class for a line of an approved plan that has room."""
    lines = selectors.open_lines(request.actor, today(), _plan_asked_for(request))
    form = OpenClassForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        line = next(row.line for row in lines if row.line.pk == form.cleaned_data["line"])
        try:
            made = services.open_class(
                request.actor,
                line.plan,
                line,
                name=form.cleaned_data["name"],
                starts_on=form.cleaned_data["starts_on"],
                on=today(),
            )
        except ShituError as refusal:
            for problem in refusal.sentences:
                field = getattr(problem, "field", "")
                form.add_error(field if field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The class is open for registration. Upload its roster next."))
            return redirect("portal:class_detail", pk=made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/classes/open.html", {"form": form, "lines": lines}, status=status)


def _plan_asked_for(request: HttpRequest) -> int | None:
    asked = request.GET.get("plan", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None


@parties
@require_safe
def class_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One class: its roster, what is missing, what happened, what to do next."""
    return class_page(request, selectors.class_of(request.actor, pk))


@enterprise_only
@require_POST
def class_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the roster in, close the class or cancel it; what is wrong comes back with what was typed."""
    training_class = selectors.class_of(request.actor, pk)
    try:
        step = requests.step_of(training_class, request.POST.get("action", ""), request.actor)
        opinion = requests.read_opinion(request)
        done = requests.take_step(request.actor, training_class, step.action, opinion, on=today())
    except ShituError as refusal:
        return class_page(request, selectors.class_of(request.actor, pk), refusal=refusal)
    state = subjects.get("apprentices.trainingclass").state_label(done.state)
    messages.success(request, _("%(action)s: done. Now: %(state)s.") % {"action": step.label, "state": state})
    return redirect("portal:class_detail", pk=pk)


def class_page(
    request: HttpRequest,
    training_class: TrainingClass,
    *,
    refusal: ShituError | None = None,
    agreement: AgreementForm | None = None,
    removal_reason: str = "",
) -> HttpResponse:
    """The page of a class; with what was refused, where something was."""
    actor, on = request.actor, today()
    shared = presentation.page(actor, training_class, "portal", on)
    steps = {step.action: step for step in shared["case_steps"] if step.action in _STEPS}
    counts = selectors.roster_counts(training_class)
    missing = _missing(training_class, actor)
    context: dict[str, Any] = shared | {
        "class": training_class,
        "counts": counts,
        "seats": LineSeats.objects.get(pk=training_class.line_id),
        "missing": missing,
        "affected": affected(training_class, on),
        "steps": steps,
        "next": next_step(
            training_class,
            actor,
            people=counts.total,
            missing=missing,
            reading=selectors.reading_now(training_class),
            open_advance=unsettled(training_class, on),
            advance_due=actor.is_enterprise and may_claim_advance(training_class),
        ),
        "roster_open": training_class.state in OPEN_ROSTER and actor.is_enterprise,
        "roster_files": training_class.roster_files.select_related("job", "uploaded_by__person")[:10],
        "agreement": agreement or AgreementForm(),
        "refusal": refusal,
        "removal_reason": removal_reason,
        "typed_reason": request.POST.get("reason", "") if refusal else "",
        "may_upload": actor.is_enterprise and training_class.state in (*OPEN_ROSTER, ClassState.OPEN),
        **_roster(request, training_class),
    }
    return render(request, "portal/classes/detail.html", context, status=refusal.status if refusal else 200)


def _missing(training_class: TrainingClass, actor: Any) -> list[Any]:
    if not actor.is_enterprise:
        return []
    if training_class.state in OPEN_ROSTER:
        return missing_for_submit(training_class, today())
    return missing_for_complete(training_class) if training_class.state == ClassState.OPEN else []


def _roster(request: HttpRequest, training_class: TrainingClass) -> dict[str, Any]:
    filters = selectors.Filters(
        state=request.GET.get("state", ""),
        text=request.GET.get("q", "")[:TEXT_MAX],
        post_kind=request.GET.get("post", "") if request.GET.get("post") in PostKind.values else "",
    )
    rows, pager = keyset.page_of(
        selectors.enrolments_in(training_class, filters), request, order=["id"], size=50
    )
    return {
        "rows": rows,
        "pager": pager,
        "filters": filters,
        "states": EnrolmentState.choices,
        "post_kinds": PostKind.choices,
        "filtered": bool(filters.state or filters.text or filters.post_kind),
    }
