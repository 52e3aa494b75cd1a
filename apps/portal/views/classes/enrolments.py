"""One enrolment record: what stands in it, what changed, and changes of status."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.services import unmask
from apps.apprentices import selectors
from apps.apprentices.checks import OPEN_ROSTER, flags
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment
from apps.apprentices.services.change_status import EFFECTIVE_ON, TO_CLASS
from apps.apprentices.services.correct_mobile import correct_mobile, may_correct
from apps.casework import presentation, requests, subjects
from apps.casework.engine import Opinion
from apps.claims.enums import PAID_OUT
from apps.claims.selectors import claims_of, lines_of_person
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.portal.forms.classes import ChangeForm, MobileForm, ReasonForm
from apps.portal.views.classes.classes import enterprise_only, parties

# Changes of status that an enterprise records here; “complete” follows from the assessment.
_CHANGES = ("suspend", "resume", "withdraw", "transfer")
_UNMASKED = ("id_number", "mobile")


@parties
@require_safe
@never_cache
def enrolment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One apprentice's record."""
    return _page(request, selectors.enrolment_of(request.actor, pk))


@enterprise_only
@require_POST
def enrolment_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend, resume, withdraw or transfer, with the reason and the day; or take off an open roster."""
    enrolment = selectors.enrolment_of(request.actor, pk)
    action = request.POST.get("action", "")
    form = ChangeForm(request.POST, targets=list(selectors.transfer_targets(request.actor, enrolment)))
    if action == "remove":
        form.fields.pop("effective_on")
    if not form.is_valid():
        return _page(request, enrolment, changes={action: form}, status=422)
    extra = {EFFECTIVE_ON: form.cleaned_data.get("effective_on"), TO_CLASS: form.cleaned_data["to_class"]}
    opinion = Opinion(reason=form.cleaned_data["reason"], extra=extra)
    try:
        step = requests.step_of(enrolment, action, request.actor)
        done = requests.take_step(request.actor, enrolment, step.action, opinion, on=today())
    except ShituError as refusal:
        for problem in refusal.sentences:
            field = getattr(problem, "field", "")
            form.add_error(field if field in form.fields else None, str(problem.message))
        return _page(request, enrolment, changes={action: form}, status=refusal.status)
    state = subjects.get("apprentices.enrolment").state_label(done.state)
    messages.success(request, _("%(action)s: done. Now: %(state)s.") % {"action": step.label, "state": state})
    if action == "remove":
        return redirect("portal:class_detail", pk=enrolment.training_class_id)
    return redirect("portal:enrolment_detail", pk=pk)


@enterprise_only
@require_POST
@never_cache
def enrolment_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a whole number of a person once, with the reason in the access log."""
    enrolment = selectors.enrolment_of(request.actor, pk)
    field = request.POST.get("field", "")
    form = ReasonForm(request.POST)
    if field not in _UNMASKED or not form.is_valid():
        return _page(request, enrolment, asking=form, status=422)
    try:
        value = unmask(request.actor, enrolment.person, field, form.cleaned_data["reason"])
    except ShituError as refusal:
        form.add_error("reason", refusal.message)
        return _page(request, enrolment, asking=form, status=refusal.status)
    return _page(request, enrolment, shown={field: value})


@enterprise_only
@require_POST
@never_cache
@sensitive_post_parameters("mobile")
def enrolment_mobile(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a mobile number that was mistyped in the roster, with the reason."""
    enrolment = selectors.enrolment_of(request.actor, pk)
    form = MobileForm(request.POST, auto_id="mobile-%s")
    if not form.is_valid():
        return _page(request, enrolment, correcting=form, status=422)
    given = form.cleaned_data
    try:
        correct_mobile(request.actor, enrolment, given["mobile"], reason=given["reason"], on=today())
    except ShituError as refusal:
        for problem in refusal.sentences:
            field = getattr(problem, "field", "")
            form.add_error(field if field in form.fields else None, str(problem.message))
        return _page(request, enrolment, correcting=form, status=refusal.status)
    messages.success(request, _("The mobile number was corrected."))
    return redirect("portal:enrolment_detail", pk=pk)


def _page(
    request: HttpRequest,
    enrolment: Enrolment,
    *,
    correcting: MobileForm | None = None,
    changes: dict[str, ChangeForm] | None = None,
    asking: ReasonForm | None = None,
    shown: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, on = request.actor, today()
    shared = presentation.page(actor, enrolment, "portal", on)
    steps = {step.action: step for step in shared["case_steps"]}
    training_class = enrolment.training_class
    may_edit = (
        actor.is_enterprise
        and enrolment.state == EnrolmentState.REGISTERED
        and training_class.state in OPEN_ROSTER
    )
    context: dict[str, Any] = shared | {
        "enrolment": enrolment,
        "class": training_class,
        "flags": flags(enrolment) if enrolment.state == EnrolmentState.REGISTERED else [],
        "changes": [
            (steps[action], (changes or {}).get(action) or _change_form(actor, enrolment, action, on))
            for action in _CHANGES
            if action in steps
        ],
        "removal": ((changes or {}).get("remove") or ChangeForm()) if may_edit else None,
        "bad_change": next(iter(changes or {}), ""),
        "records": enrolment.status_records.select_related("recorded_by__person", "to_class"),
        "lines": lines_of_person(enrolment).filter(claim__in=claims_of(actor)),
        "paid_out": PAID_OUT,
        "may_edit": may_edit,
        "may_show": actor.is_enterprise,
        "mobile_form": (correcting or MobileForm(auto_id="mobile-%s"))
        if may_correct(actor, enrolment)
        else None,
        "mobile_corrections": enrolment.mobile_corrections.select_related("recorded_by__person"),
        "asking": asking or ReasonForm(),
        "shown": shown or {},
        "may_upload": actor.is_enterprise and subjects_take_documents(enrolment, actor),
    }
    return render(request, "portal/classes/enrolment.html", context, status=status)


def subjects_take_documents(enrolment: Enrolment, actor: Any) -> bool:
    """Whether this reader may add a document to the record now."""
    takes = subjects.get("apprentices.enrolment").takes_documents
    return takes is not None and takes(enrolment, actor)


def _change_form(actor: Any, enrolment: Enrolment, action: str, on: Any) -> ChangeForm:
    targets = list(selectors.transfer_targets(actor, enrolment)) if action == "transfer" else []
    return ChangeForm(initial={"action": action, "effective_on": on}, targets=targets, auto_id=f"{action}-%s")
