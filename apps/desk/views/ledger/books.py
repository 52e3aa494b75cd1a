"""Reading the books: nothing here changes anything."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.accounts.enums import AccessAction
from apps.accounts.services import log_access
from apps.casework import subjects
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import InvalidInput
from apps.desk.forms.ledger import DayFilter, ExportForm, JournalForm, SpanFilter
from apps.desk.naming import district_names
from apps.desk.views.ledger import READERS
from apps.desk.views.ledger.sheets import journal_sheet, statement_sheet, trial_balance_sheet
from apps.ledger.exporting import FORMATS, Scope, export
from apps.ledger.journal import (
    WORKBOOK_MAX,
    JournalFilter,
    account_of,
    journal,
    statement_page,
    with_entries,
)
from apps.ledger.kinds import kind_label
from apps.ledger.models import Account, Fund, Transaction
from apps.ledger.selectors import BalanceRow, account_statement, trial_balance


@access(*READERS)
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """The chart of accounts with what each holds now."""
    rows = trial_balance(district=request.actor.district_code)
    held: dict[str, int] = {}
    for row in rows:
        held[row.account.pk] = held.get(row.account.pk, 0) + row.balance_fen
    accounts = [(account, held.get(account.pk, 0)) for account in Account.objects.all()]
    context = {"accounts": accounts, "funds": Fund.objects.all(), "on": today()}
    return render(request, "desk/ledger/chart.html", context)


@access(*READERS)
@require_safe
def journal_page(request: HttpRequest) -> HttpResponse:
    """Every transaction with its legs, the newest number first."""
    form = JournalForm(request.GET, own_district=request.actor.district_code)
    wanted = _wanted(form)
    if _as_workbook(request) and form.is_valid():
        found = journal(wanted)
        _refuse_too_many(found[: WORKBOOK_MAX + 1].count())
        log_access(request.actor, AccessAction.EXPORTED, ("ledger.journal", ""), request=request)
        return journal_sheet(found.iterator(chunk_size=2_000), wanted.district)
    page, pager = keyset.page_of(journal(wanted), request, order=("-id",))
    districts = district_names()
    entries = [
        {
            "head": head,
            "legs": [(leg, districts.get(leg.district_code, leg.district_code)) for leg in legs],
            "kind": kind_label(head.kind),
            "subject": _subject(head),
        }
        for head, legs in with_entries(page, wanted.district)
    ]
    context = {"form": form, "entries": entries, "pager": pager}
    return render(request, "desk/ledger/journal.html", context, status=200 if form.is_valid() else 422)


def _wanted(form: JournalForm) -> JournalFilter:
    chosen = form.chosen
    return JournalFilter(
        since=chosen("since") or None,
        until=chosen("until") or None,
        account=chosen("account"),
        district=form.place,
        fund=chosen("fund"),
        kind=chosen("kind"),
        subject_type=chosen("subject_type"),
        subject_id=chosen("subject_id") or None,
    )


@access(*READERS)
@require_safe
def trial_balance_page(request: HttpRequest) -> HttpResponse:
    """Debits and credits by fund and account, at the end of any day."""
    form = DayFilter(request.GET, own_district=request.actor.district_code)
    on = form.chosen("on") or None
    rows = trial_balance(
        on,
        fund=form.chosen("fund") or None,
        district=form.place or None,
        by_district=bool(form.chosen("by_district")),
    )
    if _as_workbook(request) and form.is_valid():
        log_access(request.actor, AccessAction.EXPORTED, ("ledger.trialbalance", ""), request=request)
        return trial_balance_sheet(rows)
    context = {
        "form": form,
        "groups": _by_fund(rows, district_names()),
        "debit_fen": sum(row.debit_fen for row in rows),
        "credit_fen": sum(row.credit_fen for row in rows),
        "on": on or today(),
        "by_district": bool(form.chosen("by_district")),
    }
    return render(request, "desk/ledger/trial_balance.html", context, status=200 if form.is_valid() else 422)


def _by_fund(rows: list[BalanceRow], districts: dict[str, str]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(
            row.fund.pk, {"fund": row.fund, "rows": [], "debit_fen": 0, "credit_fen": 0}
        )
        group["rows"].append((row, districts.get(row.district, row.district)))
        group["debit_fen"] += row.debit_fen
        group["credit_fen"] += row.credit_fen
    return list(groups.values())


@access(*READERS)
@require_safe
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """The legs of one account by day, each with the balance after it."""
    account = account_of(code)
    form = SpanFilter(request.GET, own_district=request.actor.district_code)
    wanted: dict[str, Any] = {
        "district": form.place or None,
        "fund": form.chosen("fund") or None,
        "since": form.chosen("since") or None,
        "until": form.chosen("until") or None,
    }
    if _as_workbook(request) and form.is_valid():
        lines = account_statement(account.pk, **wanted, limit=WORKBOOK_MAX + 1)
        _refuse_too_many(len(lines))
        log_access(request.actor, AccessAction.EXPORTED, account, request=request)
        return statement_sheet(account.pk, lines)
    page = statement_page(account, **wanted, after=request.GET.get("after", ""))
    funds, districts = {row.pk: row.label for row in Fund.objects.all()}, district_names()
    context = {
        "form": form,
        "account": account,
        "page": page,
        "lines": [
            {
                "line": line,
                "kind": kind_label(line.kind),
                "fund": funds.get(line.fund, line.fund),
                "district": districts.get(line.district, line.district),
            }
            for line in page.lines
        ],
        "next_url": _with(request, after=page.next_mark) if page.next_mark else "",
        "first_url": _with(request, after="") if request.GET.get("after") else "",
    }
    return render(request, "desk/ledger/statement.html", context, status=200 if form.is_valid() else 422)


@access(*READERS)
@require_safe
def export_page(request: HttpRequest) -> HttpResponse:
    """What the export holds and how the two programs check it."""
    return render(request, "desk/ledger/export.html", {"form": ExportForm(initial={"until": ""})})


@access(*READERS)
@require_safe
def export_file(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The books as a journal for another program; a district's officer has the own district's."""
    form = ExportForm(request.GET)
    if not form.is_valid():
        return render(request, "desk/ledger/export.html", {"form": form}, status=422)
    chosen = FORMATS[form.cleaned_data["format"]]
    scope = Scope(form.cleaned_data["until"], request.actor.district_code)
    log_access(request.actor, AccessAction.EXPORTED, ("ledger.books", chosen.code), request=request)
    response = StreamingHttpResponse(export(chosen, scope), content_type=chosen.media_type)
    response["Content-Disposition"] = f'attachment; filename="shitu.{chosen.ending}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _as_workbook(request: HttpRequest) -> bool:
    return request.GET.get("file") == "xlsx"


def _refuse_too_many(count: int) -> None:
    if count > WORKBOOK_MAX:
        raise InvalidInput(
            _("These are more than %(most)s rows. Choose fewer days, or take the export for other programs.")
            % {"most": WORKBOOK_MAX},
            code="too_many_rows",
        )


def _subject(head: Transaction) -> dict[str, str]:
    """What a transaction is about: its words and, where it has one, the address of its page."""
    known = {row.label: row for row in subjects.all_subjects()}
    about = known.get(head.subject_type)
    if about is None or head.subject_id is None:
        return {}
    url = reverse(about.desk_url, args=[head.subject_id]) if about.desk_url else ""
    return {"name": f"{about.name} {head.subject_id}", "url": url}


def _with(request: HttpRequest, **changes: str) -> str:
    query = {name: value for name, value in request.GET.items() if value} | changes
    return "?" + urlencode({name: value for name, value in query.items() if value})
