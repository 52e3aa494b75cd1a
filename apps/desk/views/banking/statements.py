"""Bank statements: taken in, and what in them is not explained yet."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import access, money_confirmation_required
from apps.accounts.roles import Role
from apps.banking.models import BankStatement, PayingAccount, StatementLine
from apps.banking.parts import counted
from apps.banking.selectors import hints, unmatched_lines
from apps.banking.services.match_lines import match_recovery, match_return
from apps.banking.services.take_statement import take_statement
from apps.banking.uploads import read_upload
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound, ShituError
from apps.desk.forms.banking import MatchForm, StatementForm
from apps.desk.views.banking import READERS
from apps.payouts.models import Recovery
from apps.reconciliation.checks import BY_ITS_ITEM

OPEN_SHOWN = 100


@access(*READERS, write=[Role.FINANCE_OFFICER])
@require_http_methods(["GET", "POST"])
def statement_list(request: HttpRequest) -> HttpResponse:
    """Statements, a form for the next one, and every movement that nothing explains yet."""
    if request.method == "GET":
        return _list(request, StatementForm(request.actor))
    form = StatementForm(request.actor, request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=400)
    try:
        content, name = read_upload(form.cleaned_data["file"])
        taken = take_statement(request.actor, form.cleaned_data["account"], content, name=name, on=today())
    except ShituError as refusal:
        return _list(
            request,
            form,
            refused=refusal.problems or refusal.sentences,
            refused_name=form.cleaned_data["file"].name,
            status=refusal.status,
        )
    if taken.already and taken.known:
        text = ngettext(
            "The %(known)s movement of this file was taken in already; it has no effect.",
            "All %(known)s movements of this file were taken in already; it has no effect.",
            taken.known,
        )
        messages.info(request, text % {"known": taken.known})
    elif taken.already:
        messages.info(request, _("This file was taken in already; it has no effect a second time."))
    elif taken.known:
        text = _(
            "The statement was taken in: %(known)s movements were known already, %(lines)s are new,"
            " %(matched)s were explained by it."
        )
        about = {"known": taken.known, "lines": taken.statement.line_count, "matched": taken.matched}
        messages.success(request, text % about)
    else:
        text = ngettext(
            "The statement was taken in: %(lines)s movement, %(matched)s explained by it.",
            "The statement was taken in: %(lines)s movements, %(matched)s explained by it.",
            taken.statement.line_count,
        )
        about = {"lines": taken.statement.line_count, "matched": taken.matched}
        messages.success(request, text % about)
    return redirect("desk:statement_detail", pk=taken.statement.pk)


def _list(request: HttpRequest, form: StatementForm, status: int = 200, **more: Any) -> HttpResponse:
    rows = BankStatement.objects.visible_to(request.actor).select_related("paying_account")
    page, pager = keyset.page_of(rows, request, order=("-id",))
    unmatched = unmatched_lines(request.actor)
    shown = list(unmatched[:OPEN_SHOWN])
    seems = hints(shown)
    context = {
        "statements": page,
        "pager": pager,
        "form": form,
        "unmatched": [(line, seems.get(line.pk)) for line in shown],
        "unmatched_count": unmatched.count(),
        "may_take": request.actor.role == Role.FINANCE_OFFICER,
        "has_account": PayingAccount.objects.visible_to(request.actor).exists(),
        **more,
    }
    return render(request, "desk/banking/statements.html", context, status=status)


@access(*READERS)
@require_GET
def statement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A statement with what each movement was found to be."""
    statement = (
        BankStatement.objects.visible_to(request.actor).select_related("paying_account").filter(pk=pk).first()
    )
    if statement is None:
        raise NotFound(_("There is no such statement."), code="no_such_statement")
    lines = statement.lines.filter(division=None).select_related(
        "match__entry__batch", "match__receipt__recovery", "match__returned", "match__transaction"
    )
    page, pager = keyset.page_of(lines, request, order=("row",), size=50)
    seems = hints(line for line in page if getattr(line, "match", None) is None)
    parts = counted(page)
    context = {
        "statement": statement,
        "lines": [(line, seems.get(line.pk), parts.get(line.pk)) for line in page],
        "pager": pager,
        "open_count": statement.lines.filter(match=None).count(),
        "may_match": request.actor.role == Role.FINANCE_OFFICER,
        "in_suspense": BY_ITS_ITEM,
    }
    return render(request, "desk/banking/statement.html", context)


@access(Role.FINANCE_OFFICER)
@require_POST
@money_confirmation_required
def movement_match(request: HttpRequest, pk: int) -> HttpResponse:
    """Say for which recovery notice money came in."""
    line = _movement(request, pk)
    form = MatchForm(request.POST)
    number = form.data.get("number", "").strip()[:40]
    recovery = Recovery.objects.visible_to(request.actor).filter(number=number).first()
    if recovery is None:
        messages.error(
            request, _("There is no recovery notice with the number “%(number)s”.") % {"number": number}
        )
        return _back(line)
    match_recovery(request.actor, line, recovery, on=today())
    messages.success(request, _("The money was received for notice %(number)s.") % {"number": number})
    return _back(line)


@access(Role.FINANCE_OFFICER)
@require_POST
@money_confirmation_required
def movement_returned(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a movement is a payment that the bank sent back."""
    line = _movement(request, pk)
    match = match_return(request.actor, line, on=today())
    text = _("The payment %(order)s was undone; it stands among the failed payments now.")
    messages.success(request, text % {"order": match.returned})
    return _back(line)


def _back(line: StatementLine) -> HttpResponse:
    """To the statement, or from a part to its movement."""
    if line.division is not None:
        return redirect("desk:movement_detail", pk=line.division.line_id)
    return redirect("desk:statement_detail", pk=line.statement_id)


def _movement(request: HttpRequest, pk: int) -> StatementLine:
    line = StatementLine.objects.filter(
        paying_account__in=PayingAccount.objects.visible_to(request.actor), pk=pk
    ).first()
    if line is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    return line
