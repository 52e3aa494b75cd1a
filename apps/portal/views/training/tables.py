"""Sessions and results by file: template, upload, rows to correct."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.apprentices.roster.giving_back import XLSX
from apps.core.clock import today
from apps.core.errors import NotFound, ShituError
from apps.core.spreadsheets import Column, template_workbook
from apps.portal.forms.training import TableForm
from apps.portal.views.training.classes import partners
from apps.training import selectors, tables

# How long the rows to correct can be downloaded after an upload.
KEPT_SECONDS = 3600
_SHOWN_MAX = 50


@dataclass(frozen=True)
class Table:
    """One kind of table: its columns, its words, who reads it."""

    code: str
    title: Promise
    file_name: Promise
    columns: Sequence[Column]
    notes: Sequence[Promise]
    read: Callable
    back: str


TABLES = {
    "sessions": Table(
        "sessions",
        gettext_lazy("Upload sessions"),
        gettext_lazy("training-sessions.xlsx"),
        tables.SESSION_COLUMNS,
        tables.SESSION_NOTES,
        tables.record_sessions_from_table,
        "portal:training_class",
    ),
    "results": Table(
        "results",
        gettext_lazy("Upload results"),
        gettext_lazy("assessment-results.xlsx"),
        tables.RESULT_COLUMNS,
        tables.RESULT_NOTES,
        tables.record_results_from_table,
        "portal:result_class",
    ),
}


@partners
@require_safe
def training_template(_request: HttpRequest, table: str) -> HttpResponse:
    """The empty table, in the language of the moment."""
    kind = _table(table)
    return _download(template_workbook(kind.columns, kind.notes), str(kind.file_name))


@partners
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def training_upload(request: HttpRequest, pk: int, table: str) -> HttpResponse:
    """Read a table: good rows are recorded, the others come back with their reasons."""
    kind, found = _table(table), selectors.taught_class(request.actor, pk)
    form = TableForm(request.POST or None, request.FILES or None)
    context = {"class": found, "table": kind, "form": form, "rows_max": tables.ROWS_MAX}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            outcome = kind.read(request.actor, found, form.cleaned_data["file"], on=today())
        except ShituError as refusal:
            form.add_error("file", refusal.message)
        else:
            context |= {"outcome": outcome, "shown": outcome.bad[:_SHOWN_MAX]}
            if outcome.bad:
                context["token"] = _keep(request, outcome.workbook())
            status = 200
    return render(request, "portal/training/upload.html", context, status=status)


@partners
@require_safe
@never_cache
def training_rows(request: HttpRequest, token: str) -> HttpResponse:
    """The rows to correct of the reader's own upload, for an hour."""
    content = cache.get(_cache_key(request, token))
    if content is None:
        raise NotFound(_("These rows are no longer kept. Upload the table again."), code="rows_gone")
    return _download(content, _("rows-to-correct.xlsx"))


def _table(code: str) -> Table:
    if code not in TABLES:
        raise NotFound(_("There is no such table."), code="no_such_table")
    return TABLES[code]


def _keep(request: HttpRequest, content: bytes) -> str:
    token = secrets.token_urlsafe(16)
    cache.set(_cache_key(request, token), content, KEPT_SECONDS)
    return token


def _cache_key(request: HttpRequest, token: str) -> str:
    return f"training-rows:{request.actor.membership_id}:{token}"


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
