"""The review of a plan by the district and its recheck by the city: one page, each with its own steps."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import access
from apps.accounts.roles import OFFICIALS, READERS, Role
from apps.casework import presentation, requests, subjects
from apps.core.clock import today
from apps.core.errors import Conflict, NotFound, ShituError
from apps.desk.views.plans import judging
from apps.desk.views.plans.judging import Section, Typed
from apps.plans import selectors
from apps.plans.checks.mentors import mentors_elsewhere
from apps.plans.differences import Change, diff_submissions
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from apps.plans.reading import Reading
from apps.plans.services.end_plan import missing_for_end

_DISTRICT_ACTIONS = ("approve", "return", "reject")
_CITY_ACTIONS = ("confirm", "send_back", "refuse")
_OVER = (PlanState.APPROVED, PlanState.REJECTED, PlanState.WITHDRAWN, PlanState.ENDED)
reviewers = access(Role.DISTRICT_REVIEWER, Role.CITY_OFFICER)


@access(*(OFFICIALS | READERS))
@require_GET
def plan_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that a decision on a plan needs, on one page."""
    return _page(request, selectors.plan_of(request.actor, pk), Typed())


@reviewers
@require_POST
def plan_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the step that the reviewer chose; a refusal comes back with everything that was typed."""
    plan = selectors.plan_of(request.actor, pk)
    typed, action = Typed.of(request.POST), request.POST.get("action", "")
    if action == "pass_open":
        return _page(request, plan, typed, pass_open=True)
    try:
        sections = _sections(request, plan, Reading(plan, today()), typed, is_opened=False)
        step = requests.step_of(plan, action, request.actor)
        opinion = judging.opinion_of(sections, typed, action)
        done = requests.take_step(request.actor, plan, step.action, opinion, on=today())
    except NotFound:
        raise
    except ShituError as refusal:
        return _page(request, selectors.plan_of(request.actor, pk), typed, refusal)
    messages.success(
        request,
        _("%(number)s: %(action)s. Now: %(state)s.")
        % {
            "number": plan.number,
            "action": step.label,
            "state": subjects.get("plans.plan").state_label(done.state),
        },
    )
    following = selectors.next_waiting(request.actor, plan, today())
    if following is None:
        return redirect("desk:queue")
    return redirect("desk:plan_review", pk=following.pk)


@reviewers
@require_POST
def plan_deficiencies(request: HttpRequest, pk: int) -> HttpResponse:
    """The one-time list as it follows from the checklist now: a fragment for the page."""
    plan = selectors.plan_of(request.actor, pk)
    typed = Typed.of(request.POST)
    sections = _sections(request, plan, Reading(plan, today()), typed, is_opened=False)
    context = _panel(sections, typed)
    return render(request, "desk/plans/deficiencies.html", context)


def _sections(
    request: HttpRequest,
    plan: Plan,
    reading: Reading,
    typed: Typed,
    *,
    is_opened: bool,
    changes: list[Change] | None = None,
) -> list[Section]:
    of_district = selectors.last_decision(plan, _DISTRICT_ACTIONS)
    # In its own review the district takes over what it answered last; everybody else reads it.
    reviews = request.actor.is_district and plan.state == PlanState.DISTRICT_REVIEW
    earlier = None if reviews else of_district
    own = of_district if reviews else selectors.last_decision(plan, _CITY_ACTIONS)
    return judging.sections_of(
        reading,
        typed,
        earlier=earlier.checklist if earlier else (),
        own=own.checklist if own else (),
        changed=frozenset(change.step.value for change in changes or ()),
        is_opened=is_opened,
    )


def _changes(request: HttpRequest, plan: Plan) -> tuple[Any, list[Change]]:
    """What changed since this office read the plan last, else since the submission before."""
    before, newest = selectors.last_two_submissions(plan)
    before = selectors.last_read_submission(plan, request.actor) or before
    if newest is None or before is None or before.pk == newest.pk:
        return None, []
    return before, diff_submissions(before, newest)


def _panel(sections: list[Section], typed: Typed) -> dict[str, Any]:
    judged = [row for section in sections for row in section.judgements]
    return {
        "defects": judging.deficiency_rows(sections, typed),
        "free_rows": judging.free_rows(typed),
        "step_choices": judging.step_choices(),
        "answered": sum(1 for row in judged if row.result),
        "items": len(judged),
    }


def _page(
    request: HttpRequest,
    plan: Plan,
    typed: Typed,
    refusal: ShituError | None = None,
    *,
    pass_open: bool = False,
) -> HttpResponse:
    actor, on = request.actor, today()
    shared = presentation.page(actor, plan, "desk", on)
    compared, changes = _changes(request, plan)
    is_opened = refusal is None and not pass_open
    reading = Reading(plan, on)
    sections = _sections(request, plan, reading, typed, is_opened=is_opened, changes=changes)
    if pass_open:
        for section in sections:
            for row in section.judgements:
                row.result = row.result or ("fail" if row.problems else "pass")
    if refusal is not None:
        judging.mark_wrong(sections, refusal.problems)
    stale = isinstance(refusal, Conflict)
    actions = [step for step in shared["case_steps"] if step.action in _DISTRICT_ACTIONS + _CITY_ACTIONS]
    can_end = any(step.action == "end" for step in shared["case_steps"])
    context = (
        shared
        | _panel(sections, typed)
        | {
            "plan": plan,
            "reading": reading,
            "sections": sections,
            "actions": actions,
            "asks_deficiencies": any(step.deficiencies for step in actions),
            "typed": typed,
            # A page that comes back keeps the version that was read: a stale one cannot be forced through.
            "version": plan.version if typed.version is None else typed.version,
            "refusal": refusal,
            "stale": stale,
            "changes": changes,
            "compared": compared,
            "following": selectors.next_waiting(actor, plan, on) if actions else None,
            "elsewhere": mentors_elsewhere(plan) if actions else [],
            "over": plan.state in _OVER,
            "taken_back": selectors.consent_taken_back(plan),
            "case_problems": missing_for_end(plan) if can_end else [],
        }
    )
    return render(request, "desk/plans/review.html", context, status=refusal.status if refusal else 200)
