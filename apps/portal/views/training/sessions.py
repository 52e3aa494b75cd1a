"""Record a session, look at one, take it back; answer disputes."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.apprentices.enums import ClassState
from apps.casework import presentation, subjects
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import Conflict, ShituError
from apps.portal.forms.training import SessionForm
from apps.portal.views.training.classes import one_place, parties, partners
from apps.training import selectors
from apps.training.checks import own_side, side_of
from apps.training.models import Dispute, TrainingSession
from apps.training.services.disputes import answer_dispute
from apps.training.services.record_session import cancel_session, record_session


@partners
@require_http_methods(["GET", "HEAD", "POST"])
def training_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record one session of the own side; everybody is present but for those who are ticked."""
    found = selectors.taught_class(request.actor, pk)
    if found.state != ClassState.OPEN:
        raise Conflict(_("The class is not in training."), code="class_not_open")
    people = list(selectors.enrolled_in(found))
    form = SessionForm(
        request.POST or None,
        training_class=found,
        side=own_side(request.actor),
        people=people,
        initial={"day": today()},
    )
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            session = record_session(request.actor, found, form.facts(), on=today())
        except ShituError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The session is recorded. Add photos or the sign-in sheet now."))
            return redirect("portal:training_session", pk=session.pk)
    return render(
        request,
        "portal/training/record.html",
        {"class": found, "form": form, "people": people},
        status=status,
    )


@parties
@require_safe
def training_session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who was there, its evidence, and how to take it back."""
    return _session_page(request, selectors.session_of(request.actor, pk))


@partners
@require_POST
def training_session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a session back with a reason."""
    session = selectors.session_of(request.actor, pk)
    try:
        cancel_session(request.actor, session, reason=request.POST.get("reason", "")[:300])
    except ShituError as refusal:
        return _session_page(request, session, refusal=refusal)
    messages.success(request, _("The session was taken back. Its hours no longer count."))
    return redirect("portal:training_session", pk=pk)


def _session_page(
    request: HttpRequest, session: TrainingSession, *, refusal: ShituError | None = None
) -> HttpResponse:
    actor = request.actor
    rows = session.attendances.select_related("enrolment__person")
    present, pager = keyset.page_of(rows, request, order=["enrolment_id", "id"], size=50)
    takes = subjects.get(selectors.SESSION).takes_documents
    length = selectors.minutes_per_hour(session.training_class)
    documents = presentation.documents(session, "portal")
    context: dict[str, Any] = {
        "session": session,
        "class": session.training_class,
        "hours": one_place(session.minutes * 10 // length),
        "present": present,
        "pager": pager,
        "case_documents": documents,
        "photos": [row for row in documents if row["media_type"].startswith("image/")],
        "case_document_kinds": subjects.get(selectors.SESSION).document_kinds,
        "case_endings": subjects.get(selectors.SESSION).endings(),
        "case_video_megabytes": settings.VIDEO_MAX_BYTES // (1024 * 1024),
        "case_upload_url": reverse("portal:case_upload", args=[selectors.SESSION, session.pk]),
        "may_upload": takes is not None and takes(session, actor),
        "may_cancel": side_of(actor) == session.side and session.cancelled_at is None,
        "refusal": refusal,
        "typed_reason": request.POST.get("reason", "") if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "portal/training/session.html", context, status=status)


@parties
@require_safe
def training_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute: what the apprentice says, what was recorded, and the answer."""
    return _dispute_page(request, selectors.dispute_of(request.actor, pk))


@partners
@require_POST
def training_dispute_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold or dismiss a dispute with an answer that the apprentice reads."""
    dispute = selectors.dispute_of(request.actor, pk)
    upheld = request.POST.get("decision") == "uphold"
    try:
        answer_dispute(request.actor, dispute, upheld=upheld, answer=request.POST.get("answer", "")[:1000])
    except ShituError as refusal:
        return _dispute_page(request, dispute, refusal=refusal)
    messages.success(
        request,
        _("Upheld: the hours no longer count.")
        if upheld
        else _("Dismissed. The apprentice reads your answer."),
    )
    return redirect("portal:training_class", pk=dispute.enrolment.training_class_id)


def _dispute_page(
    request: HttpRequest, dispute: Dispute, *, refusal: ShituError | None = None
) -> HttpResponse:
    context = {
        "dispute": dispute,
        "class": dispute.enrolment.training_class,
        "may_answer": Dispute.objects.filter(selectors.to_answer(request.actor), pk=dispute.pk).exists(),
        "refusal": refusal,
        "typed_answer": request.POST.get("answer", "") if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "portal/training/dispute.html", context, status=status)
