"""Roster files: template, upload, progress, result, rows to correct."""

from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.services import log_access
from apps.apprentices import selectors, services
from apps.apprentices.checks import OPEN_ROSTER
from apps.apprentices.models import RosterFile
from apps.apprentices.roster.columns import COLUMNS, TEMPLATE_NOTES
from apps.apprentices.roster.giving_back import XLSX, article_finder, cells_of, reasons_of
from apps.core import jobs, keyset
from apps.core.clock import today
from apps.core.errors import Conflict, NotFound, ShituError
from apps.core.files import open_file
from apps.core.identifiers import mask_id, mask_mobile
from apps.core.spreadsheets import template_workbook
from apps.portal.forms.classes import RosterUploadForm
from apps.portal.views.classes.classes import enterprise_only

# htmx stops asking again when an answer has this status.
STOP_POLLING = 286


@enterprise_only
@require_safe
def roster_template(_request: HttpRequest) -> HttpResponse:
    """The empty roster, in the language of the moment."""
    response = HttpResponse(template_workbook(COLUMNS, TEMPLATE_NOTES), content_type=XLSX)
    name = _("apprentice-roster.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(name)}"
    return response


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


@enterprise_only
@require_http_methods(["GET", "HEAD", "POST"])
def roster_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a roster; its reading starts in the background."""
    training_class = selectors.class_of(request.actor, pk)
    if training_class.state not in OPEN_ROSTER:
        raise Conflict(_("The roster was handed in and cannot be changed now."), code="roster_closed")
    form = RosterUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            roster_file = services.upload_roster(request.actor, training_class, upload, on=today())
        except ShituError as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("portal:roster_detail", pk=roster_file.pk)
    context = {"form": form, "class": training_class, "columns": COLUMNS, "notes": TEMPLATE_NOTES}
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/classes/upload.html", context, status=status)


@enterprise_only
@require_safe
@never_cache
def roster_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A roster file: how far its reading is, then what became of it and which rows to correct."""
    roster_file = selectors.roster_file_of(request.actor, pk)
    return render(request, "portal/classes/roster.html", _context(request, roster_file))


@enterprise_only
@require_safe
@never_cache
def roster_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that htmx asks for again; its status ends the asking."""
    roster_file = selectors.roster_file_of(request.actor, pk)
    context = _context(request, roster_file)
    status = 200 if context["job"] and context["job"].is_live else STOP_POLLING
    return render(request, "portal/classes/roster_state.html", context, status=status)


def _context(request: HttpRequest, roster_file: RosterFile) -> dict[str, Any]:
    job = roster_file.job
    context: dict[str, Any] = {
        "roster": roster_file,
        "class": roster_file.training_class,
        "job": job,
        "progress": jobs.progress(job) if job else None,
        "problems": [],
    }
    if job is None or not job.is_live:
        # The address of the fragment must not become that of the next page of the list.
        found, pager = keyset.page_of(roster_file.problems.all(), request, order=["row"], size=50)
        article = article_finder(roster_file)
        context["problems"] = [_shown(problem, article) for problem in found]
        context["pager"] = pager
    return context


def _shown(problem: Any, article: Any) -> dict[str, Any]:
    cells = cells_of(problem)
    return {
        "row": problem.row,
        "name": cells["name"],
        "id_number": mask_id(cells["id_number"]),
        "mobile": mask_mobile(cells["mobile"]),
        "reasons": reasons_of(problem, article),
    }


@enterprise_only
@require_safe
@never_cache
def roster_workbook(request: HttpRequest, pk: int) -> FileResponse:
    """The rows to correct as a workbook. It holds whole ID numbers, so taking it away is logged."""
    roster_file = selectors.roster_file_of(request.actor, pk)
    if roster_file.error_workbook is None:
        raise NotFound(_("There are no rows to correct."), code="no_workbook")
    with transaction.atomic():
        log_access(request.actor, "roster_taken_away", roster_file, request=request)
    name = _("rows-to-correct-%(number)s.xlsx") % {"number": roster_file.pk}
    return FileResponse(
        open_file(roster_file.error_workbook), as_attachment=True, filename=name, content_type=XLSX
    )
