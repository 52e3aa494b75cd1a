"""Differences: the list, and one with both of its sides."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound
from apps.desk.forms.reconciliation import ORDERS, BreakFilter
from apps.desk.views.reconciliation import READERS
from apps.desk.views.reconciliation.sheets import break_sheet
from apps.reconciliation import selectors
from apps.reconciliation.checks import changed_a_budget
from apps.reconciliation.enums import FITTING, MOVEMENTS, STANDING, CorrectionKind, RunState
from apps.reconciliation.enums import BreakKind as K
from apps.reconciliation.models import Break, Run
from apps.reconciliation.rules import NAMES
from apps.reconciliation.services.take_break import TAKERS, give_back_break, take_break

SHEET_MAX = 50_000
Text = str | Promise
# The two sides of a kind, and what its owner does about it.
_BOOKS, _BANK = gettext_lazy("Our books"), gettext_lazy("The bank")
_ORDER, _RESULT = gettext_lazy("Payment order"), gettext_lazy("Result file")
SIDES: dict[str, tuple[Text, Text]] = {
    K.RESULT_AMOUNT: (_ORDER, _RESULT),
    K.RESULT_STATE: (_ORDER, _RESULT),
    K.BATCH_TOTAL: (gettext_lazy("Payments of the batch"), gettext_lazy("Control total")),
    K.CLAIM_PAID: (gettext_lazy("Claim"), _ORDER),
    K.LEDGER_MISSING: (_ORDER, _BOOKS),
    K.LEDGER_AMOUNT: (_ORDER, _BOOKS),
    K.LEDGER_UNFOUNDED: (_ORDER, _BOOKS),
    K.FUND_SPLIT: (gettext_lazy("Part of the order"), _BOOKS),
    K.RECEIPT_LEDGER: (gettext_lazy("Receipt"), _BOOKS),
}
ADVICE: dict[str, Text] = {
    K.RESULT_UNSEEN: gettext_lazy(
        "Take in the next statement. If the payment is not in it either, ask the bank: what it did not"
        " make is undone by a correction."
    ),
    K.ORDER_UNSEEN: gettext_lazy(
        "Take in the next statement. A payment recorded by hand is found by the bank's serial number."
    ),
    K.MADE_AFTER_ALL: gettext_lazy(
        "The payment was undone because the bank had not made it, and a statement shows that it did. Do not"
        " pay it again: undo the return. Was it paid anew meanwhile, it lies in suspense until the payee has"
        " paid it back."
    ),
    K.LINE_OUT: gettext_lazy(
        "Find out what was paid. Take in the result file if there is one; else book it, or take it to"
        " suspense until it is known."
    ),
    K.LINE_IN: gettext_lazy(
        "Ask who paid. Match it with a recovery notice or a payment that came back, or divide it where it is"
        " several; else take it to suspense until it is known."
    ),
    K.CHARGE: gettext_lazy("It is above what the rule books: book it with the bank's voucher."),
    K.INTEREST: gettext_lazy("It is above what the rule books: book it with the bank's voucher."),
    K.LINE_AMOUNT: gettext_lazy("Ask the bank which amount is right; until then it lies in suspense."),
    K.MATCH_AMOUNT: gettext_lazy("Compare both: undo the match if it is not the same payment."),
    K.DAY_DIFFERS: gettext_lazy("Compare both: undo the match if it is not the same payment."),
    K.RECEIPT_UNSEEN: gettext_lazy(
        "Take in the next statement. If the money never came, the receipt was recorded in error."
    ),
    K.POSTING_UNSEEN: gettext_lazy(
        "Take in the next statement. If the money never moved, reverse the posting by a correction."
    ),
    K.BALANCE: gettext_lazy(
        "Compare the first statement with the books. Money that lay on the account before is booked as its"
        " opening balance, fund by fund."
    ),
    K.SUSPENSE: gettext_lazy("It lies in suspense too long: find out whose it is and take it out."),
    K.FUND_SPLIT: gettext_lazy("Have it reversed and posted again as the order says."),
    K.LEDGER_MISSING: gettext_lazy("Have it posted as the order says."),
    K.LEDGER_UNFOUNDED: gettext_lazy("Have the posting reversed."),
    K.LEDGER_AMOUNT: gettext_lazy("Have it reversed and posted again as the order says."),
}
_BUDGET = gettext_lazy(
    "Take in the next statement. If the money never moved, have the budget changed back by a request with its"
    " document: both postings take each other back on this account, and the difference is gone."
)
_ELSE = gettext_lazy(
    "This cannot come about by the steps of the system. Stop paying from it and tell the administrators:"
    " the nightly audit names the rows."
)


@access(*READERS)
@require_safe
def break_list(request: HttpRequest) -> HttpResponse:
    """Differences of the actor's scope, by age."""
    actor, on = request.actor, today()
    form = BreakFilter(request.GET, own_district=actor.district_code)
    rows = _filtered(request, form)
    order = ORDERS.get(form.chosen("order") or "oldest", ORDERS["oldest"])
    if request.GET.get("file") == "xlsx" and form.is_valid():
        log_access(actor, AccessAction.EXPORTED, ("reconciliation.break", ""), request=request)
        listed = list(rows.order_by(*order)[:SHEET_MAX])
        return break_sheet(listed, selectors.ages({row.day for row in listed}, on), on)
    page, pager = keyset.page_of(rows, request, order=order)
    ages = selectors.ages({row.day for row in page}, on)
    context = {
        "form": form,
        "rows": [(row, ages[row.day], (on - row.day).days) for row in page],
        "pager": pager,
        "filtered": bool(request.GET),
        "compared": Run.objects.filter(state=RunState.DONE).exists(),
        "counts": selectors.counts(actor),
    }
    return render(request, "desk/reconciliation/breaks.html", context, status=200 if form.is_valid() else 422)


def _filtered(request: HttpRequest, form: BreakFilter) -> Any:
    rows = selectors.differences(request.actor)
    state = form.chosen("state") or "standing"
    if state == "standing":
        rows = rows.filter(state__in=STANDING)
    elif state != "all":
        rows = rows.filter(state=state)
    for name, column in (("kind", "kind"), ("fund", "fund")):
        if form.chosen(name):
            rows = rows.filter(**{column: form.chosen(name)})
    if form.place:
        rows = rows.filter(district=form.place)
    return selectors.owned_by(rows, request.actor, form.chosen("whose"))


@dataclass(frozen=True)
class Side:
    """One side of a difference: what it says, and where that stands."""

    name: Text
    fen: int
    records: tuple[tuple[Text, str, str], ...]


@access(*READERS)
@require_safe
def break_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A difference with both sides, its age and owner, and what can be done."""
    row = load(request, pk)
    on = today()
    may_correct = selectors.may_correct(request.actor, row)
    of_budget = row.kind == K.POSTING_UNSEEN and row.transaction and changed_a_budget(row.transaction)
    context = {
        "row": row,
        "sides": _sides(row),
        "advice": _BUDGET if of_budget else ADVICE.get(row.kind, _ELSE),
        "rule": NAMES.get(row.rule, row.rule),
        "age": selectors.ages([row.day], on)[row.day],
        "days": (on - row.day).days,
        "owner": Role(row.owner_role).label,
        "events": row.events.select_related("person", "run").order_by("id"),
        "corrections": row.corrections.select_related("requested_by", "signed_by").order_by("-id"),
        "fitting": [(kind, CorrectionKind(kind).label) for kind in FITTING.get(row.kind, ())]
        if may_correct and not of_budget
        else [],
        "divisible": row.kind in MOVEMENTS and row.line is not None and row.line.division_id is None,
        "may_take": request.actor.role in TAKERS and row.stands,
        "mine": row.taken_by_id is not None and row.taken_by_id == request.actor.person_id,
    }
    return render(request, "desk/reconciliation/break.html", context)


def load(request: HttpRequest, pk: int) -> Break:
    """A difference of the actor's scope with its records. Raises `NotFound`."""
    rows = selectors.differences(request.actor).select_related(
        "district",
        "fund",
        "batch",
        "taken_by",
        "claim",
        "order",
        "receipt__recovery",
        "line__statement",
        "line__paying_account",
        "paying_account",
        "transaction",
        "item",
        "first_run",
        "last_run",
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such difference, or it is not yours."), code="no_such_break")
    return found


def _sides(row: Break) -> tuple[Side, Side]:
    ours, theirs = SIDES.get(row.kind, (_BOOKS, _BANK))
    own: list[tuple[Text, str, str]] = []
    if row.claim is not None:
        own.append((_("Claim"), str(row.claim), reverse("desk:claim_review", args=[row.claim.pk])))
    if row.order is not None:
        own.append((_("Payment order"), str(row.order), ""))
    if row.batch is not None:
        own.append((_("Payment batch"), str(row.batch), reverse("desk:batch_detail", args=[row.batch.pk])))
    if row.receipt is not None:
        notice = row.receipt.recovery
        own.append((_("Recovery notice"), str(notice), reverse("desk:recovery_detail", args=[notice.pk])))
    if row.item is not None:
        own.append((_("Correction"), str(row.item), reverse("desk:correction", args=[row.item.pk])))
    posted = row.transaction
    booked = [(_("Posting"), f"{posted.on} {posted.memo}", "")] if posted is not None else []
    other: list[tuple[Text, str, str]] = []
    if row.line is not None:
        line = row.line
        address = reverse("desk:statement_detail", args=[line.statement_id])
        about = " ".join(
            filter(None, [line.bank_serial, str(line.booked_on), line.counterparty_name, line.reference])
        )
        other.append((_("Movement"), about, address))
        other.append((_("Statement"), str(line.statement), address))
    if row.paying_account is not None:
        address = reverse("desk:reconciliation_balance", args=[row.paying_account.pk])
        other.append((_("Account"), str(row.paying_account), address))
    (other if theirs is _BOOKS else own).extend(booked)
    return Side(ours, row.ours_fen, tuple(own)), Side(theirs, row.theirs_fen, tuple(other))


@access(*sorted(TAKERS))
@require_POST
def break_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a difference, or leave it to others again."""
    row = load(request, pk)
    if request.POST.get("verb") == "give_back":
        give_back_break(request.actor, row)
        messages.success(request, _("The difference is left to others."))
    else:
        take_break(request.actor, row, on=today())
        messages.success(request, _("The difference is yours now."))
    return redirect("desk:break_detail", pk=pk)
