"""The classes of a district or of the city, to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import OFFICIALS, READERS
from apps.apprentices import selectors
from apps.apprentices.enums import ClassState
from apps.core import keyset
from apps.core.clock import today
from apps.core.workdays import working_days_left
from apps.payouts.unsettled import unsettled_classes

TEXT_MAX = 60
readers = access(*OFFICIALS, *READERS)


@readers
@require_safe
def class_list(request: HttpRequest) -> HttpResponse:
    """Every class that the reader may see, the newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "")[:TEXT_MAX]
    district = request.GET.get("district", "")[:6]
    counts = selectors.class_counts(request.actor)
    on = today()
    found = selectors.classes_for(request.actor, state=state, text=text, district=district)
    unsettled = request.GET.get("unsettled") == "yes"
    if unsettled:
        found = unsettled_classes(found, on)
    rows, pager = keyset.page_of(found, request, order=["-id"])
    heads = selectors.heads_of(rows)
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
        "unsettled": unsettled,
        "text": text,
        "district": district,
        "districts": District.objects.all() if request.actor.district_code is None else (),
        "total": sum(counts.values()),
        "waiting": selectors.count_waiting(request.actor),
    }
    return render(request, "desk/classes/list.html", context)
