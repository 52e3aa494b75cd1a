"""Recoveries: the list with its ages, one notice, write-offs and instalment agreements."""

import csv
import io
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, money_confirmation_required
from apps.accounts.roles import Role
from apps.casework import presentation
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, ShituError
from apps.core.spreadsheets import Column, Sheet
from apps.core.spreadsheets.writing import safe_text
from apps.core.widgets import Chart, Series
from apps.desk.forms.payments import ReceiptForm
from apps.desk.forms.recoveries import RecoveryFilter, WriteOffForm
from apps.desk.views.ledger.sheets import workbook
from apps.payouts.ageing import age_rows, buckets, in_bucket, late_days, totals
from apps.payouts.agreement_page import agreement_page
from apps.payouts.instalments import standing_of
from apps.payouts.models import InstalmentAgreement, Recovery, RecoveryWriteOff
from apps.payouts.notice.sending import send_notice
from apps.payouts.selectors import parts_with_year
from apps.payouts.services.agree_instalments import missing_for_agreement
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.write_off import missing_for_write_off, request_write_off

READERS = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)
EXPORTED_MAX = 100_000


@access(*READERS)
@require_safe
def recovery_list(request: HttpRequest) -> HttpResponse:
    """Recovery notices, the newest first, with what is still open and how old it is."""
    on = today()
    form, rows = _chosen(request, on)
    ages = buckets(on)
    aged = age_rows(Recovery.objects.visible_to(request.actor), on)
    page, pager = keyset.page_of(rows.annotate(late_days=late_days(on)), request, order=("-id",))
    context = {
        "form": form,
        "recoveries": page,
        "pager": pager,
        "ages": ages,
        "aged": [(row, list(zip(ages, row.by_age, strict=True))) for row in aged],
        "totals": list(zip(ages, totals(aged, ages), strict=True)),
        "open_fen": sum(row.total_fen for row in aged),
        "chart": _chart(aged, ages) if aged else None,
        "query": request.GET.urlencode(),
        "filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "desk/payments/recoveries.html", context, status=200 if form.is_valid() else 422)


def _chosen(request: HttpRequest, on: date) -> tuple[RecoveryFilter, QuerySet[Recovery]]:
    ages = buckets(on)
    form = RecoveryFilter(request.GET, ages=ages, own_district=request.actor.district_code)
    rows: QuerySet[Recovery] = Recovery.objects.visible_to(request.actor).select_related(
        "enterprise__organisation", "district"
    )
    if not form.is_valid():
        return form, rows
    chosen = form.cleaned_data
    if chosen["state"]:
        rows = rows.filter(state=chosen["state"])
    if chosen["age"]:
        rows = in_bucket(rows, next(row for row in ages if row.key == chosen["age"]), on)
    if chosen.get("district"):
        rows = rows.filter(district=chosen["district"])
    if chosen["text"]:
        text = chosen["text"]
        rows = rows.filter(Q(number__icontains=text) | Q(enterprise__organisation__name__icontains=text))
    return form, rows


def _chart(aged: list[Any], ages: list[Any]) -> Chart:
    """Bars by age, a colour for each fund."""
    funds = {row.fund.pk: row.fund for row in aged}
    return Chart(
        key="ageing",
        title=_("Open recoveries by age and fund"),
        kind="stacked",
        categories=[row.label for row in ages],
        series=[
            Series(
                fund.label,
                [sum(row.by_age[place] for row in aged if row.fund.pk == code) for place in range(len(ages))],
            )
            for code, fund in funds.items()
        ],
        category_label=_("Age"),
        unit="fen",
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("number", _("Recovery notice"), width=24),
        Column("enterprise", _("Enterprise"), width=30),
        Column("district", _("District")),
        Column("issued_on", _("Issued on"), kind="day"),
        Column("due_on", _("To be repaid by"), kind="day"),
        Column("late", _("Days overdue"), kind="number"),
        Column("amount", _("To repay (yuan)"), kind="yuan"),
        Column("received", _("Received (yuan)"), kind="yuan"),
        Column("offset", _("Set off (yuan)"), kind="yuan"),
        Column("written_off", _("Written off (yuan)"), kind="yuan"),
        Column("open", _("Still open (yuan)"), kind="yuan"),
        Column("state", _("State")),
    )


@access(*READERS)
@require_safe
def recovery_export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook, or as comma-separated text."""
    on = today()
    _form, rows = _chosen(request, on)
    cells = (_cells(row) for row in rows.annotate(late_days=late_days(on)).order_by("-id")[:EXPORTED_MAX])
    if request.GET.get("format") != "csv":
        return workbook("recoveries", Sheet(_("Recoveries"), _columns(), cells))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([str(column.title) for column in _columns()])
    for row in cells:
        writer.writerow([_as_text(value, column) for value, column in zip(row, _columns(), strict=True)])
    # With the mark that spreadsheets need to read Chinese.
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recoveries.csv"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _cells(row: Any) -> tuple[Any, ...]:
    return (
        row.number,
        row.enterprise.organisation.name,
        row.district.label,
        row.issued_on,
        row.due_on,
        row.late_days,
        row.amount_fen,
        row.received_fen,
        row.offset_fen,
        row.written_off_fen,
        row.open_fen,
        row.get_state_display(),
    )


def _as_text(value: Any, column: Column) -> str:
    if column.kind == "yuan":
        return f"{value // 100}.{value % 100:02d}"
    return safe_text(value.isoformat() if isinstance(value, date) else str(value))


@access(*READERS, write=[Role.FINANCE_OFFICER])
@require_http_methods(["GET", "HEAD", "POST"])
@money_confirmation_required
def recovery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: what is owed, by fund; what came back, and how; a form for the next receipt."""
    recovery = _recovery(request, pk)
    form = ReceiptForm(request.POST or None, initial={"received_on": today(), "key": f"page:{uuid4()}"})
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            receive_recovery(
                request.actor,
                recovery,
                amount_fen=form.cleaned_data["amount"],
                received_on=form.cleaned_data["received_on"],
                bank_serial=form.cleaned_data["bank_serial"],
                key=form.cleaned_data["key"],
                on=today(),
            )
        except ShituError as refusal:
            problems = refusal.problems or [Problem(refusal.code, refusal.message)]
        else:
            messages.success(request, _("The receipt was recorded and posted."))
            return redirect("desk:recovery_detail", pk=pk)
    finance = request.actor.role == Role.FINANCE_OFFICER
    agreements = list(recovery.agreements.order_by("-id"))
    context = {
        "recovery": recovery,
        "today": today(),
        "late_days": max((today() - recovery.due_on).days, 0) if recovery.open_fen else 0,
        "parts": parts_with_year(recovery),
        "receipts": recovery.receipts.select_related("undone").order_by("-id"),
        "offsets": recovery.offsets.select_related("claim").order_by("-id"),
        "write_offs": recovery.write_offs.order_by("-id"),
        "agreements": agreements,
        "instalments": _standing(agreements, recovery),
        "reminders": recovery.reminders.order_by("-id"),
        "form": form,
        "problems": problems,
        "may_record": finance and recovery.wanted_fen > 0,
        "may_write_off": finance
        and recovery.open_fen > 0
        and not recovery.write_offs.filter(state__in=["draft", "submitted"]).exists(),
        "may_agree": finance and recovery.open_fen > 0 and not _runs(agreements),
    }
    return render(
        request, "desk/payments/recovery.html", context, status=422 if problems or form.errors else 200
    )


def _runs(agreements: list[InstalmentAgreement]) -> bool:
    return any(row.state in ("draft", "submitted", "in_force") for row in agreements)


def _standing(agreements: list[InstalmentAgreement], recovery: Recovery) -> list[Any]:
    """The instalments of the agreement in force, with what of each was repaid."""
    running = next((row for row in agreements if row.state == "in_force"), None)
    return standing_of(running, recovery.open_fen) if running else []


@access(*READERS)
@require_safe
def recovery_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as a PDF; `lang` chooses the language, else it is the reader's."""
    return send_notice(request, _recovery(request, pk))


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
@money_confirmation_required
def write_off_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a write-off with its document; another person signs."""
    recovery = _recovery(request, pk)
    form = WriteOffForm(request.POST or None, request.FILES or None, initial={"amount": recovery.open_fen})
    problems: list[Problem] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = request_write_off(
                request.actor,
                recovery,
                amount_fen=data["amount"],
                document=data["document"],
                reason=data["reason"],
                upload=data["file"],
                on=today(),
            )
        except ShituError as refusal:
            problems, status = refusal.sentences, refusal.status
        else:
            messages.success(request, _("The request was handed on. Another person signs it."))
            return redirect("desk:write_off", pk=made.pk)
    context = {"form": form, "problems": problems, "recovery": recovery}
    return render(request, "desk/payments/write_off_new.html", context, status=422 if form.errors else status)


@access(*READERS)
@require_safe
def write_off(request: HttpRequest, pk: int) -> HttpResponse:
    """One write-off with its document, its history and its steps."""
    found = (
        RecoveryWriteOff.objects.visible_to(request.actor)
        .select_related("recovery__enterprise__organisation", "district", "requested_by", "signed_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "desk", today()),
        "write_off": found,
        "missing": list(missing_for_write_off(found, request.actor)) if found.state == "submitted" else [],
    }
    return render(request, "desk/payments/write_off.html", context)


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
@money_confirmation_required
def agreement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an instalment agreement with its document; another person signs."""
    return agreement_page(
        request,
        _recovery(request, pk),
        template="desk/payments/agreement_new.html",
        done=_("The agreement was handed on. Another person signs it."),
        goes_to="desk:agreement",
    )


@access(*READERS)
@require_safe
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One instalment agreement: its schedule, its document, its history and its steps."""
    found = (
        InstalmentAgreement.objects.visible_to(request.actor)
        .select_related("recovery__enterprise__organisation", "district", "requested_by", "signed_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    waits = found.state == "submitted"
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "desk", today()),
        "agreement": found,
        "today": today(),
        "instalments": standing_of(found, found.recovery.open_fen)
        if found.state == "in_force"
        else standing_of(found, found.amount_fen),
        "missing": list(missing_for_agreement(found, request.actor)) if waits else [],
    }
    return render(request, "desk/payments/agreement.html", context)


def _recovery(request: HttpRequest, pk: int) -> Recovery:
    found = (
        Recovery.objects.visible_to(request.actor)
        .select_related("claim", "enterprise__organisation", "district")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such notice."), code="no_such_recovery")
    return found
