"""The classes in training, and one class: hours, sessions, credits, disputes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.apprentices.enums import ClassState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.core import keyset
from apps.core.clock import today
from apps.training import selectors
from apps.training.checks import side_of
from apps.training.enums import DisputeState, SessionSide
from apps.training.halts import affected
from apps.training.models import Assessment

parties = access(Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT)
partners = access(Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR)
TEXT_MAX = 60
SESSIONS, PEOPLE = "sessions", "people"


@parties
@require_safe
def training_list(request: HttpRequest) -> HttpResponse:
    """The classes that train or have trained, with the hours of both sides so far."""
    text = request.GET.get("q", "")[:TEXT_MAX]
    found = selectors.taught_classes(request.actor, text=text)
    rows, pager = keyset.page_of(found, request, order=["-id"])
    totals = selectors.totals_of(rows)
    context = {
        "rows": [
            {"class": row, "totals": totals[row.pk], "hours": _hours(row, totals[row.pk])} for row in rows
        ],
        "pager": pager,
        "text": text,
        "disputes": sum(row.disputes for row in totals.values()),
    }
    return render(request, "portal/training/list.html", context)


def _hours(training_class: TrainingClass, totals: selectors.Totals) -> dict[str, int]:
    length = selectors.minutes_per_hour(training_class)
    return {
        "institution": totals.institution_minutes // length,
        "enterprise": totals.enterprise_minutes // length,
    }


@parties
@require_safe
def training_class(request: HttpRequest, pk: int) -> HttpResponse:
    """One class: hours by course against the plan, sessions or people by tab, open disputes."""
    found = selectors.taught_class(request.actor, pk)
    tab = PEOPLE if request.GET.get("tab") == PEOPLE else SESSIONS
    own_side = side_of(request.actor)
    disputes = list(selectors.disputes_of(request.actor, found)[:20])
    readiness = selectors.readiness_of(found)
    context = {
        "class": found,
        "tab": tab,
        "courses": selectors.course_progress(found),
        "readiness": readiness,
        "all_earned": 0 < readiness.people == readiness.with_credits,
        "all_assessed": readiness.all_assessed,
        "disputes": disputes,
        "open_disputes": sum(row.state == DisputeState.OPEN for row in disputes),
        "affected": affected(found, today()),
        "mine": selectors.disputes_of(request.actor, found)
        .filter(selectors.to_answer(request.actor))
        .count(),
        "own_side": own_side,
        "may_record": own_side is not None and found.state == ClassState.OPEN,
        **(_people(request, found) if tab == PEOPLE else _sessions(request, found)),
    }
    return render(request, "portal/training/class.html", context)


def _sessions(request: HttpRequest, found: TrainingClass) -> dict[str, object]:
    side = request.GET.get("side", "")
    side = side if side in SessionSide.values else ""
    rows, pager = keyset.page_of(
        selectors.sessions_of(request.actor, found, side=side), request, order=["-starts_at", "-id"]
    )
    evidence = selectors.evidence_of(rows)
    length = selectors.minutes_per_hour(found)
    return {
        "sessions": [
            {"session": row, "files": evidence.get(row.pk, 0), "hours": one_place(row.minutes * 10 // length)}
            for row in rows
        ],
        "pager": pager,
        "side": side,
        "sides": SessionSide.choices,
    }


def _people(request: HttpRequest, found: TrainingClass) -> dict[str, object]:
    rows, pager = keyset.page_of(selectors.people_of(found), request, order=["id"])
    earned = selectors.credits_by_person(rows)
    return {
        "people": [
            {"enrolment": row, "credits": earned[row.pk], "assessment": result_of(row)} for row in rows
        ],
        "pager": pager,
    }


def result_of(enrolment: Enrolment) -> Assessment | None:
    """The assessment of an enrolment, or None."""
    return getattr(enrolment, "assessment", None)


def one_place(tenths: int) -> str:
    """Tenths with their point."""
    return f"{tenths // 10}.{tenths % 10}"
