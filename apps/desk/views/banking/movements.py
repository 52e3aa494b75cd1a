"""One movement of an account: what it is, its parts, and the form that divides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.banking.models import PayingAccount, StatementLine, UndoneMatch
from apps.banking.parts import division_in_force, divisions_taken_back, out_of_order, parts_of
from apps.banking.selectors import hints
from apps.banking.services.batch_sums import RULE as BATCH_SUM
from apps.banking.services.divide import PARTS_MAX, Part, divide, take_back
from apps.banking.suggestions import filled_in, suggestions
from apps.core import keyset
from apps.core.errors import InvalidInput, NotFound, Problem, ShituError
from apps.core.money import parse_yuan, yuan
from apps.desk.views.banking import READERS
from apps.reconciliation.checks import BY_ITS_ITEM
from apps.reconciliation.enums import STANDING
from apps.reconciliation.models import Break

# Rows of the form: at least so many, and so many more for whoever asks for more.
ROWS_MIN, ROWS_MORE = 2, 3
TAKEN_BACK_SHOWN = 20


@dataclass(frozen=True)
class FormRow:
    """A row of the form as it was typed."""

    amount: str
    about: str
    problems: tuple[Problem, ...] = ()


@access(*READERS)
@require_safe
def movement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A movement with what it was found to be; one that was divided with its parts."""
    line = load_movement(request, pk)
    if line.division is not None:
        return redirect("desk:movement_detail", pk=line.division.line_id)
    division = division_in_force(line)
    parts = parts_of(division) if division else StatementLine.objects.none()
    page, pager = keyset.page_of(parts, request, order=("part",), size=50)
    open_count = parts.filter(match=None).count()
    context = {
        "line": line,
        "rows": _rows([line]),
        "division": division,
        "by_batch_sum": division is not None and line.match.rule == BATCH_SUM,
        "parts": _rows(page),
        "parts_count": parts.count(),
        "open_count": open_count,
        "pager": pager,
        "taken_back": _taken_back(line),
        "is_open": getattr(line, "match", None) is None,
        "may_match": request.actor.role == Role.FINANCE_OFFICER,
        "may_take_back": division is not None and not parts.filter(match__isnull=False).exists(),
        "in_suspense": BY_ITS_ITEM,
    }
    return render(request, "desk/banking/movement.html", context)


def _taken_back(line: StatementLine) -> list[tuple[UndoneMatch, QuerySet[StatementLine]]]:
    """The divisions that were taken back, each with its first parts."""
    return [
        (gone, gone.division.parts.order_by("part")[:TAKEN_BACK_SHOWN])
        for gone in divisions_taken_back(line)
        if gone.division is not None
    ]


def _rows(lines: Iterable[StatementLine]) -> list[dict[str, Any]]:
    """Movements or parts with what they seem to be, what stands in the way, and their difference."""
    listed = list(lines)
    still = [line for line in listed if getattr(line, "match", None) is None]
    seems = hints(still)
    breaks = Break.objects.filter(line__in=still, state__in=STANDING).exclude(kind="suspense")
    differences = {row.line_id: row for row in breaks}
    return [
        {
            "line": line,
            "seems": seems.get(line.pk),
            "waits": list(out_of_order(line)) if line in still else [],
            "difference": differences.get(line.pk),
        }
        for line in listed
    ]


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def movement_divide(request: HttpRequest, pk: int) -> HttpResponse:
    """The form that divides a movement. `step=more` adds rows and sums up, without dividing."""
    line = load_movement(request, pk)
    if request.method != "POST":
        found = suggestions(request.actor, line)
        rows = [FormRow(yuan(fen), about) for fen, about in filled_in(line, found)]
        return _form(request, line, rows, "")
    reason = request.POST.get("reason", "")
    rows, parts = _typed(request.POST)
    if request.POST.get("step") == "more":
        return _form(request, line, [*rows, *[FormRow("", "")] * ROWS_MORE], reason)
    unread = [problem for row in rows for problem in row.problems]
    if unread:
        return _form(request, line, rows, reason, unread, 400)
    try:
        divide(request.actor, line, parts, reason=reason)
    except InvalidInput as refusal:
        return _form(request, line, rows, reason, refusal.problems, refusal.status)
    except ShituError as refusal:
        return _form(request, line, rows, reason, refusal.problems or refusal.sentences, refusal.status)
    messages.success(request, _("The movement was divided. Say of each part what it is."))
    return redirect("desk:movement_detail", pk=line.pk)


@access(Role.FINANCE_OFFICER)
@require_POST
def movement_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the division of a movement back."""
    line = load_movement(request, pk)
    take_back(request.actor, line, reason=request.POST.get("reason", ""))
    messages.success(request, _("The division was taken back; the movement is open again."))
    return redirect("desk:movement_detail", pk=line.pk)


def _typed(data: QueryDict) -> tuple[list[FormRow], list[Part]]:
    """The rows that are not empty, and the parts that they name; a row that is not read keeps its words."""
    rows, parts = [], []
    pairs = zip(data.getlist("amount"), data.getlist("about"), strict=False)
    written = [(amount, about) for amount, about in pairs if amount.strip() or about.strip()]
    for number, (amount, about) in enumerate(written[: PARTS_MAX + 1], start=1):
        problems: tuple[Problem, ...] = ()
        fen = 0
        try:
            fen = parse_yuan(amount)
        except InvalidInput as refusal:
            problems = (Problem("amount", refusal.message, row=number, field="amount_fen"),)
        rows.append(FormRow(amount, about, problems))
        parts.append(Part(fen, about))
    return rows, parts


def _form(
    request: HttpRequest,
    line: StatementLine,
    rows: list[FormRow],
    reason: str,
    problems: Iterable[Any] = (),
    status: int = 200,
) -> HttpResponse:
    told = list(problems)
    wrong = {problem.row for problem in told if isinstance(problem, Problem) and problem.row}
    made = sum(_fen(row.amount) for row in rows)
    padded = [*rows, *[FormRow("", "")] * (ROWS_MIN - len(rows))]
    context = {
        "line": line,
        "rows": [(row, number in wrong) for number, row in enumerate(padded, start=1)],
        "reason": reason,
        "problems": told,
        "made_fen": made,
        "rest_fen": line.amount_fen - made,
        "suggestions": suggestions(request.actor, line),
        "seems": hints([line]).get(line.pk),
        "is_open": getattr(line, "match", None) is None and line.division_id is None,
    }
    return render(request, "desk/banking/divide.html", context, status=status)


def _fen(text: str) -> int:
    try:
        return parse_yuan(text)
    except InvalidInput:
        return 0


def load_movement(request: HttpRequest, pk: int) -> StatementLine:
    """A movement, or a part of one, of an account that the reader sees. Raises `NotFound`."""
    accounts = PayingAccount.objects.visible_to(request.actor)
    rows = StatementLine.objects.filter(paying_account__in=accounts, pk=pk).select_related(
        "statement",
        "paying_account",
        "division",
        "match__entry__batch",
        "match__receipt__recovery",
        "match__returned",
        "match__transaction",
        "match__matched_by__person",
    )
    line = rows.first()
    if line is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    return line
