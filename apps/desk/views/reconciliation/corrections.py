"""Corrections: written for a difference, signed by another person; what lies in suspense."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.banking.models import PayingAccount, StatementLine
from apps.casework import presentation
from apps.casework.enums import PaperState
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound, Problem, Refused, ShituError
from apps.core.widgets import Chart, Series
from apps.desk.forms.reconciliation import CorrectionForm, UndoForm
from apps.desk.views.reconciliation import READERS
from apps.desk.views.reconciliation.breaks import load
from apps.desk.views.reconciliation.sheets import suspense_sheet
from apps.ledger.models import Account, Fund
from apps.reconciliation import selectors
from apps.reconciliation.checks import in_the_way, missing_for_correction, standing_in_the_way
from apps.reconciliation.enums import FITTING, UNDONE_BY, CorrectionKind
from apps.reconciliation.models import Correction
from apps.reconciliation.services.correct import request_correction, request_undoing, undoing
from apps.reconciliation.services.effects import legs_ahead
from apps.reconciliation.services.undo_correction import request_undoing_of

# Ages of suspense in days; the last is open to the end.
AGES = (30, 60, 90)


def _handed_on(
    request: HttpRequest, form: Form, ask: Callable[[Any], Correction]
) -> tuple[Correction | None, Sequence[Problem | str], int]:
    """What a posted form asks for, made with its file; else what is wrong with it, and the page's status."""
    if request.method != "POST":
        return None, [], 200
    if not form.is_valid():
        return None, [], 422
    try:
        made = ask(form.cleaned_data["file"])
    except ShituError as refusal:
        return None, refusal.problems or refusal.sentences, refusal.status
    messages.success(request, _("The correction was handed on. Another person signs it."))
    return made, [], 200


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write a correction of a difference with its document; another person signs."""
    row = load(request, pk)
    if kind not in FITTING.get(row.kind, ()):
        raise NotFound(_("This kind of correction does not fit the difference."), code="no_such_kind")
    form = CorrectionForm(row, kind, request.POST or None, request.FILES or None)
    made, problems, status = _handed_on(
        request,
        form,
        lambda file: request_correction(request.actor, row, form.wanted(), upload=file, on=today()),
    )
    if made is not None:
        return redirect("desk:correction", pk=made.pk)
    context = {
        "row": row,
        "form": form,
        "problems": problems,
        "kind_label": CorrectionKind(kind).label,
        "nothing_to_choose": form.nothing_to_choose,
    }
    return render(request, "desk/reconciliation/correction_new.html", context, status=status)


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def undo_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write that a movement was matched wrongly, with its document; another person signs."""
    accounts = PayingAccount.objects.visible_to(request.actor)
    rows = StatementLine.objects.filter(pk=pk, paying_account__in=accounts)
    row = rows.select_related(
        "statement",
        "match__receipt__recovery",
        "match__returned__claim",
        "match__transaction",
        "match__entry__order",
    ).first()
    if row is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    kind = undoing(row.match) if getattr(row, "match", None) is not None else None
    paid_back = Correction.objects.visible_to(request.actor).filter(
        kind=CorrectionKind.PAY_BACK, posted__isnull=False, posted__match__line=row
    )
    if kind is None and paid_back.exists():
        return redirect("desk:correction_undo", pk=paid_back.get().pk)
    if kind is None:
        message = _("This movement is not matched, or it is a payment or money in suspense.")
        raise Refused(message, code="nothing_to_undo")
    form = UndoForm(request.POST or None, request.FILES or None)
    made, problems, status = _handed_on(
        request,
        form,
        lambda file: request_undoing(request.actor, row, form.wanted(kind), upload=file, on=today()),
    )
    if made is not None:
        return redirect("desk:correction", pk=made.pk)
    context = {
        "row": row,
        "form": form,
        "problems": problems,
        "kind": kind,
        "kind_label": kind.label,
        "in_the_way": in_the_way(row.match) if request.method != "POST" else [],
    }
    return render(request, "desk/reconciliation/undo_new.html", context, status=status)


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Write that a signed correction was wrong, with its document; another person signs."""
    rows = Correction.objects.visible_to(request.actor).select_related("posted", "item", "line")
    wrong = rows.filter(pk=pk).first()
    if wrong is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    if not selectors.may_undo(request.actor, wrong):
        message = _("This correction is not undone in this way, or its undoing is written already.")
        raise Refused(message, code="not_undone_so")
    form = UndoForm(request.POST or None, request.FILES or None)
    kind = UNDONE_BY[wrong.kind]
    made, problems, status = _handed_on(
        request,
        form,
        lambda file: request_undoing_of(request.actor, wrong, form.wanted(kind), upload=file, on=today()),
    )
    if made is not None:
        return redirect("desk:correction", pk=made.pk)
    context = {
        "correction": wrong,
        "form": form,
        "problems": problems,
        "kind": kind,
        "kind_label": kind.label,
        "in_the_way": list(standing_in_the_way(wrong)) if request.method != "POST" else [],
    }
    return render(request, "desk/reconciliation/undo_correction.html", context, status=status)


@access(*READERS)
@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    """Corrections of the actor's scope, the newest first."""
    rows = Correction.objects.visible_to(request.actor).select_related("district", "difference")
    state = request.GET.get("state", "")
    if state in PaperState.values:
        rows = rows.filter(state=state)
    page, pager = keyset.page_of(rows, request, order=("-id",))
    context = {"rows": page, "pager": pager, "states": PaperState.choices, "state": state}
    return render(request, "desk/reconciliation/corrections.html", context)


@access(*READERS)
@require_safe
def correction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One correction with its document, its history and its steps."""
    found = (
        Correction.objects.visible_to(request.actor)
        .select_related(
            "difference",
            "district",
            "fund",
            "line__statement",
            "order",
            "transaction",
            "item",
            "recovery",
            "receipt",
            "undoes",
            "posted",
            "requested_by",
            "signed_by",
            "cleared_by",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    waits = found.state == PaperState.SUBMITTED
    context: dict[str, Any] = {
        **presentation.page(request.actor, found, "desk", today()),
        "correction": found,
        "legs": _legs(found),
        "undoing": selectors.undoing_of(found),
        "may_undo": selectors.may_undo(request.actor, found),
        "missing": list(missing_for_correction(found, request.actor)) if waits else [],
    }
    return render(request, "desk/reconciliation/correction.html", context)


def _legs(correction: Correction) -> list[tuple[str, str, int, int]]:
    """What was posted or, before the signature, what would be: account, fund, debit, credit."""
    accounts = {row.pk: row.label for row in Account.objects.all()}
    funds = {row.pk: row.label for row in Fund.objects.all()}
    if correction.posted is not None:
        rows = [
            (leg.account_id, leg.fund_id, leg.debit_fen, leg.credit_fen)
            for leg in correction.posted.legs.order_by("position")
        ]
    elif correction.state == PaperState.SUBMITTED:
        ahead = legs_ahead(correction)
        rows = [(leg.account_code, leg.fund, leg.debit_fen, leg.credit_fen) for leg in ahead]
    else:
        rows = []
    return [(accounts.get(row[0], row[0]), funds.get(row[1], row[1]), row[2], row[3]) for row in rows]


@access(*READERS)
@require_safe
def suspense_page(request: HttpRequest) -> HttpResponse:
    """What lies in suspense, with its age; table and chart."""
    on = today()
    rows = selectors.suspense(request.actor)
    if request.GET.get("file") == "xlsx":
        log_access(request.actor, AccessAction.EXPORTED, ("reconciliation.suspense", ""), request=request)
        return suspense_sheet(rows, on)
    listed = list(rows[:500])
    context = {
        "rows": [(row, (on - row.signed_on).days if row.signed_on else 0) for row in listed],
        "chart": _chart(listed, on),
        "in_fen": sum(row.amount_fen for row in listed if row.line and row.line.amount_fen > 0),
        "out_fen": sum(row.amount_fen for row in listed if row.line and row.line.amount_fen < 0),
        "cleared": Correction.objects.visible_to(request.actor)
        .filter(Q(kind=CorrectionKind.SUSPENSE) & ~Q(cleared_by=None))
        .count(),
    }
    return render(request, "desk/reconciliation/suspense.html", context)


def _chart(rows: list[Correction], on: Any) -> Chart:
    edges = [0, *AGES]
    names = [
        _("%(first)s to %(last)s days") % {"first": first, "last": last - 1}
        for first, last in zip(edges, AGES, strict=False)
    ]
    names.append(ngettext("%(days)s day and more", "%(days)s days and more", AGES[-1]) % {"days": AGES[-1]})
    came, left = [0] * len(names), [0] * len(names)
    for row in rows:
        days = (on - row.signed_on).days if row.signed_on else 0
        place = sum(days >= edge for edge in AGES)
        (came if row.line and row.line.amount_fen > 0 else left)[place] += row.amount_fen
    return Chart(
        key="suspense",
        title=_("Suspense by age"),
        kind="stacked",
        categories=names,
        series=[Series(_("Came in, not identified"), came), Series(_("Left, to be looked into"), left)],
        category_label=_("Age"),
        unit="fen",
    )
