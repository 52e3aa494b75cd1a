"""Lists of plans, and one plan as it is read and decided on by those who apply."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import access
from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.selectors import open_lines
from apps.casework import presentation, requests, subjects
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.core.workdays import working_days_left
from apps.plans import selectors
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from apps.plans.reading import Reading
from apps.plans.services.end_plan import missing_for_end
from apps.portal.views.plans.next_steps import next_step

parties = access(Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT)
_TAKE_BACK = "take_back_consent"
# What this page offers; handing in has a page of its own.
_DECISIONS = ("consent", "withhold_consent", "countersign", "decline", "withdraw", "give_up", _TAKE_BACK)
# Not the way on, and offered apart from it.
_ENDING = ("withdraw", "give_up", _TAKE_BACK)


@parties
@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """The plans of an enterprise, an institution or a superior unit's members, the newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "")[:60].replace("\x00", "")
    mine = request.GET.get("mine") == "yes"
    counts = selectors.counts_by_state(request.actor)
    found = selectors.plans_for(request.actor, state=state, text=text, mine=mine)
    rows, pager = keyset.page_of(found, request, order=["-id"])
    on = today()
    room = _with_room(request.actor, on)
    context = {
        "rows": [
            {
                "plan": plan,
                "next": next_step(plan, request.actor, room),
                "days": working_days_left(on, plan.deadline_on) if plan.deadline_on else None,
            }
            for plan in rows
        ],
        "pager": pager,
        "states": [(code, label, counts[code]) for code, label in PlanState.choices if counts.get(code)],
        "state": state,
        "text": text,
        "mine": mine,
        "waiting": sum(counts.get(code, 0) for code in selectors.states_of(request.actor)),
        "total": sum(counts.values()),
    }
    return render(request, "portal/plans/list.html", context)


@parties
@require_GET
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: what it says, what happened, what to do next."""
    return _page(request, selectors.plan_of(request.actor, pk))


@parties
@require_POST
def plan_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the step of this reader; what is wrong comes back with what was typed."""
    plan = selectors.plan_of(request.actor, pk)
    try:
        step = requests.step_of(plan, request.POST.get("action", ""), request.actor)
        done = requests.take_step(
            request.actor, plan, step.action, requests.read_opinion(request), on=today()
        )
    except ShituError as refusal:
        plan = selectors.plan_of(request.actor, pk)
        return _page(request, plan, refusal)
    messages.success(
        request,
        _("%(action)s: done. Now: %(state)s.")
        % {"action": step.label, "state": subjects.get("plans.plan").state_label(done.state)},
    )
    return redirect("portal:plan_detail", pk=pk)


def _with_room(actor: Actor, on: date, plan_id: int | None = None) -> set[int]:
    """The plans for which the enterprise can open a class."""
    return {row.line.plan_id for row in open_lines(actor, on, plan_id)} if actor.is_enterprise else set()


def _page(request: HttpRequest, plan: Plan, refusal: ShituError | None = None) -> HttpResponse:
    actor, on = request.actor, today()
    shared = presentation.page(actor, plan, "portal", on)
    offered = [step for step in shared["case_steps"] if step.action in _DECISIONS]
    ending = next((step for step in offered if step.action in _ENDING), None)
    context: dict[str, Any] = shared | {
        "plan": plan,
        "reading": Reading(plan, on),
        "next": next_step(plan, actor, _with_room(actor, on, plan.pk)),
        "decisions": [step for step in offered if step.action not in _ENDING],
        "ending": ending,
        "taken_back": selectors.consent_taken_back(plan),
        "in_the_way": missing_for_end(plan) if ending and ending.action == "give_up" else [],
        "refusal": refusal,
        "typed_reason": request.POST.get("reason", "") if refusal else "",
        "document_url": "portal:case_document",
    }
    return render(request, "portal/plans/detail.html", context, status=refusal.status if refusal else 200)
