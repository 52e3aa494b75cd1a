"""Payment batches: made up of released orders, checked, signed, handed to the bank, answered."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.banking import checks
from apps.banking.enums import FROZEN, BatchState
from apps.banking.formats.profiles import profile
from apps.banking.models import BatchEntry, PayingAccount, PaymentBatch
from apps.banking.selectors import (
    OF_CANDIDATE,
    candidates,
    changed_payees,
    open_orders,
    standing_letters,
)
from apps.banking.services.build_batch import BATCH_MAX, build_batch, take_out
from apps.banking.services.freezing import file_name, open_payment_file, regenerate
from apps.banking.services.take_result import ANSWERABLE, take_result
from apps.banking.tasks import AT_ONCE_MAX, hand_in_result, job_of
from apps.banking.uploads import read_upload
from apps.casework import presentation
from apps.core import jobs, keyset
from apps.core.clock import today
from apps.core.errors import InvalidInput, NotFound, ShituError
from apps.core.files import file_response
from apps.desk.forms.banking import BankFileForm, BatchForm, ChoiceOfOrders
from apps.desk.views.banking import READERS
from apps.ledger.models import Fund
from apps.payouts.models import PaymentOrder

SHOWN_MAX = 500
_UNDER_WAY = (BatchState.DRAFT, BatchState.CHECKED, BatchState.SIGNED, BatchState.SENT, BatchState.ANSWERED)


@access(*READERS)
@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    """Batches of the actor's scope, the newest first."""
    state = request.GET.get("state", "")
    rows = PaymentBatch.objects.visible_to(request.actor).select_related("district")
    if state in BatchState.values:
        rows = rows.filter(state=state)
    page, pager = keyset.page_of(rows, request, order=("-id",))
    context = {
        "batches": page,
        "pager": pager,
        "states": BatchState.choices,
        "state": state,
        "may_make": request.actor.role == Role.FINANCE_OFFICER,
    }
    return render(request, "desk/banking/list.html", context)


@access(Role.FINANCE_OFFICER)
@require_http_methods(["GET", "POST"])
def batch_new(request: HttpRequest) -> HttpResponse:
    """Choose account and orders; what cannot be paid is listed with its reason and cannot be chosen."""
    given = request.POST if request.method == "POST" else request.GET
    accounts = PayingAccount.objects.visible_to(request.actor).in_use()
    first = accounts.order_by("id").first()
    defaults = {
        "account": first.pk if first else None,
        "district": request.actor.district_code or (first.district_id if first else None),
    }
    asked = given if given.get("account") else defaults
    choice = ChoiceOfOrders(request.actor, asked)
    form = BatchForm(given if request.method == "POST" else None, initial={"pay_on": today()})
    context: dict[str, Any] = {"choice": choice, "form": form, "account": None, "problems": []}
    if choice.is_valid():
        context |= _open(request, choice)
    status = 200
    if request.method == "POST" and choice.is_valid() and form.is_valid():
        try:
            batch = _build(request, choice, form)
        except ShituError as refusal:
            context["problems"], status = refusal.sentences, refusal.status
        else:
            messages.success(request, _("The batch was made up. Another person checks it now."))
            return redirect("desk:batch_detail", pk=batch.pk)
    return render(request, "desk/banking/new.html", context, status=422 if form.errors else status)


def _open(request: HttpRequest, choice: ChoiceOfOrders) -> dict[str, Any]:
    data = choice.cleaned_data
    rows = _filtered(open_orders(request.actor, data["account"], data["district"].pk), data)
    rows = rows.select_related("enterprise__organisation")
    found = candidates(data["account"], rows[: SHOWN_MAX + 1])
    shown = found[:SHOWN_MAX]
    return {
        "account": data["account"],
        "bank": profile(data["account"].profile_key),
        "payable": [row for row in shown if not row.problems],
        "held": [row for row in shown if row.problems],
        "more": len(found) > SHOWN_MAX,
        "chosen": set(request.POST.getlist("order")),
        "payable_fen": sum(row.order.amount_fen for row in shown if not row.problems),
    }


def _filtered(rows: QuerySet[PaymentOrder], data: dict[str, Any]) -> QuerySet[PaymentOrder]:
    if data["text"]:
        rows = rows.filter(Q(number__icontains=data["text"]) | Q(account_name__icontains=data["text"]))
    if data["least"] is not None:
        rows = rows.filter(amount_fen__gte=data["least"])
    if data["most"] is not None:
        rows = rows.filter(amount_fen__lte=data["most"])
    return rows


def _build(request: HttpRequest, choice: ChoiceOfOrders, form: BatchForm) -> PaymentBatch:
    data = choice.cleaned_data
    if request.POST.get("all"):
        rows = _filtered(open_orders(request.actor, data["account"], data["district"].pk), data)
        ready = candidates(data["account"], rows.values_list(*OF_CANDIDATE, named=True)[:BATCH_MAX])
        orders = [row.order.pk for row in ready if not row.problems]
    else:
        orders = [int(pk) for pk in request.POST.getlist("order") if pk.isascii() and pk.isdigit()]
    return build_batch(
        request.actor,
        data["account"],
        district=data["district"].pk,
        orders=orders,
        pay_on=form.cleaned_data["pay_on"],
        on=today(),
    )


@access(*READERS)
@require_GET
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch with its payments, its steps, its file and what the bank answered."""
    return _detail(request, _batch(request, pk))


def _detail(request: HttpRequest, batch: PaymentBatch, **more: Any) -> HttpResponse:
    entries, pager = keyset.page_of(
        batch.entries.filter(live=True).select_related("order"), request, order=("position",), size=50
    )
    finance = request.actor.role == Role.FINANCE_OFFICER
    job = job_of(batch)
    letters = standing_letters(batch)
    shared = presentation.page(request.actor, batch, "desk", today())
    may_answer = finance and batch.state in ANSWERABLE
    context = {
        **shared,
        "batch": batch,
        "others_act": batch.state in _UNDER_WAY and not shared["case_steps"] and not may_answer,
        "bank": profile(batch.profile_key),
        "entries": [(entry, letters.get(entry.pk)) for entry in entries],
        "pager": pager,
        "funds": _by_fund(batch),
        "counts": _counts(batch),
        "missing": _missing(batch, request),
        "changed": set(changed_payees(batch).values_list("pk", flat=True)) if not batch.sent_on else set(),
        "may_take_out": finance and batch.state == BatchState.DRAFT,
        "may_open": finance and batch.state in FROZEN,
        "may_write": finance and batch.state == BatchState.SENT,
        "may_answer": may_answer,
        "result_form": BankFileForm(),
        "results": batch.result_files.select_related("taken_by__person").order_by("-id"),
        "job": job,
        "progress": jobs.progress(job) if job else None,
        **more,
    }
    status = more.get("status", 200)
    return render(request, "desk/banking/detail.html", context, status=status)


def _by_fund(batch: PaymentBatch) -> list[Any]:
    from django.db.models import Sum

    rows = batch.entries.filter(live=True).values("order__parts__fund")
    totals = rows.annotate(fen=Sum("order__parts__amount_fen")).order_by("order__parts__fund")
    funds = Fund.objects.in_bulk([row["order__parts__fund"] for row in totals])
    return [{"label": funds[row["order__parts__fund"]].label, "fen": row["fen"]} for row in totals]


def _counts(batch: PaymentBatch) -> dict[str, Any]:
    from django.db.models import Count, Sum

    rows = batch.entries.filter(live=True).values("state")
    return {
        row["state"]: row for row in rows.annotate(count=Count("id"), fen=Sum("amount_fen")).order_by("state")
    }


def _missing(batch: PaymentBatch, request: HttpRequest) -> list[Any]:
    """What keeps the next step from being taken, before anybody tries."""
    look = {
        BatchState.DRAFT: checks.missing_for_check,
        BatchState.CHECKED: checks.missing_for_signature,
        BatchState.SIGNED: checks.missing_for_sending,
        BatchState.ANSWERED: checks.missing_for_closing,
    }.get(BatchState(batch.state))
    return look(batch, request.actor) if look and batch.count <= SHOWN_MAX else []


@access(Role.FINANCE_OFFICER)
@require_POST
def batch_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frozen file, to be handed to the bank; who took it is logged."""
    batch = _batch(request, pk)
    return file_response(open_payment_file(request.actor, batch), name=file_name(batch))


@access(Role.FINANCE_OFFICER)
@require_POST
def batch_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the file again and say whether it is the same to the byte."""
    batch = _batch(request, pk)
    again = regenerate(batch)
    if again.same:
        text = _("The file was made again and is the same to the byte: SHA-256 %(digest)s.")
        messages.success(request, text % {"digest": again.made_sha256})
    elif again.form_changed:
        messages.error(request, _("The bank's form was changed since the signature; the kept file stands."))
    else:
        messages.error(
            request, _("The file made again is another one. Do not send it: tell the administrators.")
        )
    return redirect("desk:batch_detail", pk=pk)


@access(Role.FINANCE_OFFICER)
@require_POST
def batch_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a result file in; a refused one is shown line by line and has no effect."""
    batch = _batch(request, pk)
    form = BankFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _detail(request, batch, result_form=form, status=400)
    try:
        content, name = read_upload(form.cleaned_data["file"])
        if batch.count > AT_ONCE_MAX and batch.state in ANSWERABLE:
            return _in_the_background(request, batch, content, name)
        taken = take_result(request.actor, batch, content, name=name, on=today())
    except ShituError as refusal:
        return _detail(
            request,
            batch,
            refused=refusal.problems or refusal.sentences,
            refused_name=form.cleaned_data["file"].name,
            status=refusal.status,
        )
    if taken.already:
        messages.info(request, _("This file was taken in already; it has no effect a second time."))
    else:
        text = _("The result file was taken in: %(paid)s paid, %(failed)s failed, %(pending)s in process.")
        numbers = {
            "paid": taken.file.paid_count,
            "failed": taken.file.failed_count,
            "pending": taken.file.pending_count,
        }
        messages.success(request, text % numbers)
    return redirect("desk:batch_detail", pk=pk)


def _in_the_background(request: HttpRequest, batch: PaymentBatch, content: bytes, name: str) -> HttpResponse:
    hand_in_result(request.actor, batch, content, name=name)
    messages.info(request, _("The file is right and is being taken in; this page shows how far it is."))
    return redirect("desk:batch_detail", pk=batch.pk)


@access(Role.FINANCE_OFFICER)
@require_POST
def entry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a payment out of a batch that is being made up."""
    entry = (
        BatchEntry.objects.filter(batch__in=PaymentBatch.objects.visible_to(request.actor), pk=pk)
        .select_related("batch")
        .first()
    )
    if entry is None:
        raise NotFound(_("There is no such payment, or it is not yours."), code="no_such_entry")
    try:
        batch = take_out(request.actor, entry, on=today(), reason=request.POST.get("reason", ""))
    except InvalidInput as refusal:
        return _detail(request, entry.batch, out_problems=refusal.sentences, status=refusal.status)
    messages.success(request, _("%(order)s was taken out of the batch.") % {"order": entry.order_number})
    return redirect("desk:batch_detail", pk=batch.pk)


def _batch(request: HttpRequest, pk: int) -> PaymentBatch:
    found = (
        PaymentBatch.objects.visible_to(request.actor)
        .select_related("district", "file", "maker", "checker", "signer")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such batch, or it is not yours."), code="no_such_case")
    return found
