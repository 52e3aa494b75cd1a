"""Public notices: what is to be paid, for everybody to read and to object to; nobody signs in."""

import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access
from apps.claims.forms import ObjectionForm
from apps.claims.models import NoticeLine, PublicNotice
from apps.claims.notice_selectors import districts_with_notices, published_lines, receipt, running_notices
from apps.claims.services.raise_objection import raise_objection
from apps.core import keyset, rls
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, ShituError
from apps.core.limits import require_seldom
from apps.core.spreadsheets import Column, Sheet, write_workbook

TEXT_MAX = 60
HOUR = 3600
OBJECTIONS_AN_HOUR = 10
LOOKS_AN_HOUR = 60
SHEETS_AN_HOUR = 60
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@access.public
def notice_list(request: HttpRequest) -> HttpResponse:
    """The notices that run today, by district."""
    on = today()
    text = request.GET.get("q", "").strip()[:TEXT_MAX]
    district = request.GET.get("district", "")[:6]
    # Whoever does not sign in sees no row at all; what is published is for everybody.
    with rls.whole_city():
        rows = running_notices(on, text=text, district=district)
        page, pager = keyset.page_of(rows, request, order=("-published_on", "-id"))
    context = {
        "notices": page,
        "pager": pager,
        "text": text,
        "district": district,
        "districts": districts_with_notices(on),
    }
    return render(request, "public/notices/list.html", context)


@require_safe
@access.public
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice with its masked list."""
    text = request.GET.get("q", "").strip()[:TEXT_MAX]
    with rls.whole_city():
        notice = _running(pk)
        rows = published_lines(notice, text=text)
        page, pager = keyset.page_of(
            rows, request, order=("position",), total=None if text else notice.people
        )
    context = {"notice": notice, "lines": page, "pager": pager, "text": text}
    return render(request, "public/notices/detail.html", context)


@require_safe
@access.public
def notice_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The same masked list as a workbook."""
    require_seldom(request, "notice-sheet", most=SHEETS_AN_HOUR, seconds=HOUR)
    with rls.whole_city():
        notice = _running(pk)
        lines = list(published_lines(notice).order_by("position"))
    columns = (
        Column("position", _("Number in the list"), kind="number"),
        Column("name", _("Full name")),
        Column("enterprise", _("Enterprise"), width=30),
        Column("institution", _("Training institution"), width=30),
        Column("occupation", _("Occupation")),
        Column("level", _("Level")),
        Column("months", _("Term in months"), kind="number"),
    )
    enterprise, institution = notice.enterprise.organisation.name, notice.institution.organisation.name
    rows = (
        (
            line.position,
            line.shown_name,
            enterprise,
            institution,
            str(line.occupation),
            str(line.level),
            line.months,
        )
        for line in lines
    )
    buffer = io.BytesIO()
    write_workbook(buffer, [Sheet(notice.number, columns, rows)])
    response = HttpResponse(buffer.getvalue(), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{notice.number}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "contact", "reason")
@never_cache
def objection_new(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Object to one line: name, contact, reason, and a file if there is one."""
    form = ObjectionForm(request.POST or None, request.FILES or None)
    problems: list[Problem] = []
    status = 200
    with rls.whole_city():
        notice = _running(pk)
        line = _line(notice, position)
        if request.method == "POST" and form.is_valid():
            require_seldom(request, "objection", most=OBJECTIONS_AN_HOUR, seconds=HOUR)
            try:
                made = _raise(form, line)
            except ShituError as refusal:
                problems, status = refusal.sentences, refusal.status
            else:
                return redirect("public:objection_receipt", number=made)
    context = {"notice": notice, "line": line, "form": form, "problems": problems}
    return render(request, "public/notices/objection.html", context, status=422 if form.errors else status)


def _raise(form: ObjectionForm, line: NoticeLine) -> str:
    data: dict[str, Any] = form.cleaned_data
    made = raise_objection(
        None, line, form.objector, data["reason"], on=today(), upload=data.get("file") or None
    )
    return made.number


@require_safe
@access.public
@never_cache
def objection_lookup(request: HttpRequest) -> HttpResponse:
    """From a receipt number to what became of the objection."""
    number = request.GET.get("number", "").strip()[:32]
    return redirect("public:objection_receipt", number=number) if number else redirect("public:notice_list")


@require_safe
@access.public
@never_cache
def objection_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt of an objection, and how it was decided; an unknown number is asked for again."""
    require_seldom(request, "receipt", most=LOOKS_AN_HOUR, seconds=HOUR)
    found = receipt(number)
    if found is None:
        unknown = _("No objection has this receipt number. Compare it letter by letter.")
        context = {"unknown": unknown, "number": number}
        return render(request, "public/notices/receipt_unknown.html", context, status=404)
    return render(request, "public/notices/receipt.html", {"receipt": found})


def _running(pk: int) -> PublicNotice:
    notice = running_notices(today()).filter(pk=pk).first()
    if notice is None:
        message = _("This notice is not published any more. The list shows those that run.")
        raise NotFound(message, code="no_such_notice")
    return notice


def _line(notice: PublicNotice, position: int) -> NoticeLine:
    line = published_lines(notice).filter(position=position).first()
    if line is None:
        raise NotFound(_("This notice has no such line."), code="no_such_line")
    return line
