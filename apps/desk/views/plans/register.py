"""The register of plans: every plan that an office may see, by state, district and text."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import OFFICIALS, READERS
from apps.core import keyset
from apps.core.clock import today
from apps.core.workdays import working_days_left
from apps.plans import selectors
from apps.plans.enums import PlanState


@access(*(OFFICIALS | READERS))
@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans, the newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "")[:60].replace("\x00", "")
    district = request.GET.get("district", "")
    found = selectors.plans_for(request.actor, state=state, text=text)
    if district.isdecimal():
        found = found.filter(district_id=district)
    rows, pager = keyset.page_of(found, request, order=["-id"])
    on, counts = today(), selectors.counts_by_state(request.actor)
    context = {
        "rows": [
            {
                "plan": plan,
                "days": working_days_left(on, plan.deadline_on) if plan.deadline_on else None,
            }
            for plan in rows
        ],
        "pager": pager,
        "states": [(code, label, counts[code]) for code, label in PlanState.choices if counts.get(code)],
        "state": state,
        "text": text,
        "district": district,
        "districts": District.objects.all() if request.actor.district_code is None else (),
        "total": sum(counts.values()),
    }
    return render(request, "desk/plans/list.html", context)
