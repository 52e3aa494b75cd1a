"""The training records of a class, for whoever decides on it, pays for it or audits it."""

import io
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.accounts.enums import AccessAction
from apps.accounts.roles import OFFICIALS, READERS
from apps.accounts.services import log_access
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.selectors import enrolment_of
from apps.casework import presentation
from apps.core import keyset
from apps.core.clock import today
from apps.core.spreadsheets import Column, Sheet, write_workbook
from apps.institutions.halts import halts_of
from apps.training import selectors
from apps.training.credits import in_words
from apps.training.enums import DisputeState, SessionSide
from apps.training.halts import affected, lessons_in

readers = access(*OFFICIALS, *READERS)
SESSIONS, PEOPLE = "sessions", "people"
DISPUTES_SHOWN = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@readers
@require_safe
@never_cache
def class_training(request: HttpRequest, pk: int) -> HttpResponse:
    """Hours by course, disputes, evidence, and by tab the sessions or the apprentices with credits."""
    found = selectors.taught_class(request.actor, pk)
    tab = PEOPLE if request.GET.get("tab") == PEOPLE else SESSIONS
    disputes = list(selectors.disputes_of(request.actor, found)[:DISPUTES_SHOWN])
    context = {
        "class": found,
        "tab": tab,
        "courses": selectors.course_progress(found),
        "readiness": selectors.readiness_of(found),
        "proof": selectors.proof_of(found),
        "disputes": disputes,
        "affected": affected(found, today()),
        "open_disputes": sum(row.state == DisputeState.OPEN for row in disputes),
        **(_people(request, found) if tab == PEOPLE else _sessions(request, found)),
    }
    return render(request, "desk/classes/training.html", context)


def _sessions(request: HttpRequest, found: TrainingClass) -> dict[str, Any]:
    side = request.GET.get("side", "")
    side = side if side in SessionSide.values else ""
    bare = request.GET.get("evidence") == "none"
    wanted = selectors.sessions_of(request.actor, found, side=side)
    if bare:
        wanted = selectors.without_evidence(wanted)
    halted = request.GET.get("halted") == "yes"
    if halted:
        wanted = wanted.filter(pk__in=lessons_in(halts_of(found.institution_id)))
    rows, pager = keyset.page_of(wanted, request, order=["-starts_at", "-id"])
    files = selectors.evidence_of(rows)
    length = selectors.minutes_per_hour(found)
    return {
        "sessions": [
            {
                "session": row,
                "files": files.get(row.pk, 0),
                "hours": in_words(row.minutes * 10 // length),
            }
            for row in rows
        ],
        "pager": pager,
        "side": side,
        "bare": bare,
        "halted": halted,
        "sides": SessionSide.choices,
    }


def _people(request: HttpRequest, found: TrainingClass) -> dict[str, Any]:
    rows, pager = keyset.page_of(selectors.people_of(found), request, order=["id"], size=50)
    earned = selectors.credits_by_person(rows)
    disputed = selectors.open_disputes_by_person(rows)
    return {
        "people": [
            {
                "enrolment": row,
                "credits": earned[row.pk],
                "assessment": getattr(row, "assessment", None),
                "disputes": disputed.get(row.pk, 0),
            }
            for row in rows
        ],
        "pager": pager,
    }


@readers
@require_safe
@never_cache
def class_training_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Every apprentice of the class with credits and result, as a workbook; the access log keeps it."""
    found = selectors.taught_class(request.actor, pk)
    rows = list(selectors.people_of(found).order_by("id"))
    buffer = io.BytesIO()
    write_workbook(buffer, [Sheet(found.number, _columns(), _cells(rows))])
    log_access(request.actor, AccessAction.EXPORTED, found, request=request)
    response = HttpResponse(buffer.getvalue(), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="training-{found.number}.xlsx"'
    return response


def _columns() -> list[Column]:
    return [
        Column("number", _("Enrolment number"), text=True, width=24),
        Column("name", _("Full name")),
        Column("state", _("State")),
        Column("institution", _("Credits from lessons")),
        Column("enterprise", _("Credits from the job")),
        Column("total", _("Credits")),
        Column("required", _("Credits needed"), kind="number"),
        Column("disputes", _("Open disputes"), kind="number"),
        Column("result", _("Result")),
        Column("assessed_on", _("Assessed on"), kind="day"),
        Column("certificate", _("Certificate"), width=24),
        Column("certificate_number", _("Certificate number"), text=True, width=24),
    ]


def _cells(rows: list[Enrolment]) -> Iterator[dict[str, Any]]:
    earned, disputed = selectors.credits_by_person(rows), selectors.open_disputes_by_person(rows)
    for row in rows:
        earnt, result = earned[row.pk], getattr(row, "assessment", None)
        yield {
            "number": row.number,
            "name": row.person.name,
            "state": row.get_state_display(),
            "institution": earnt.institution,
            "enterprise": earnt.enterprise,
            "total": earnt.total,
            "required": earnt.required,
            "disputes": disputed.get(row.pk, 0),
            "result": result.get_result_display() if result else "",
            "assessed_on": result.assessed_on if result else None,
            "certificate": result.get_certificate_kind_display() if result else "",
            "certificate_number": result.certificate_number if result else "",
        }


@readers
@require_safe
@never_cache
def training_session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who was there, who confirmed it, and the evidence."""
    session = selectors.session_of(request.actor, pk)
    rows = session.attendances.select_related("enrolment__person")
    present, pager = keyset.page_of(rows, request, order=["enrolment_id", "id"], size=50)
    length = selectors.minutes_per_hour(session.training_class)
    documents = presentation.documents(session, "desk")
    context = {
        "session": session,
        "class": session.training_class,
        "hours": in_words(session.minutes * 10 // length),
        "present": present,
        "pager": pager,
        "case_documents": documents,
        "photos": [row for row in documents if row["media_type"].startswith("image/")],
    }
    return render(request, "desk/classes/session.html", context)


@readers
@require_safe
@never_cache
def enrolment_training(request: HttpRequest, pk: int) -> HttpResponse:
    """What one apprentice attended, with the credits and the result that came of it."""
    enrolment = enrolment_of(request.actor, pk)
    wanted = selectors.attendances_of(request.actor, enrolment)
    rows, pager = keyset.page_of(wanted, request, order=["-starts_at", "-id"], size=50)
    context = {
        "enrolment": enrolment,
        "class": enrolment.training_class,
        "credits": selectors.credits_by_person([enrolment])[enrolment.pk] if enrolment.set_up_on else None,
        "assessment": getattr(enrolment, "assessment", None),
        "attendances": rows,
        "pager": pager,
    }
    return render(request, "desk/classes/enrolment_training.html", context)
