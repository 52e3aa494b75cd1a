"""The apprentice's own record: what is recorded, what counts, what was claimed; to confirm and to dispute."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.apprentices import selectors as records
from apps.apprentices.models import Enrolment
from apps.casework import wording
from apps.casework.models import Notice
from apps.claims.enums import PAID_OUT
from apps.claims.selectors import lines_of_person, steps_of
from apps.core import keyset
from apps.core.errors import InvalidInput, NotFound, ShituError
from apps.portal.forms.training import DisputeForm
from apps.training import selectors
from apps.training.models import Attendance
from apps.training.services.disputes import confirm_attendance, raise_dispute

own = access(Role.APPRENTICE)
_NOTICES = 5
# One less than a key of the database can have.
_KEY_DIGITS = 18


@own
@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """The newest own record, or a page that says that there is none yet."""
    newest = Enrolment.objects.visible_to(request.actor).order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        return render(request, "portal/me/none.html", {})
    return _page(request, records.enrolment_of(request.actor, newest))


@own
@require_safe
@never_cache
def me_enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the own records."""
    return _page(request, records.enrolment_of(request.actor, pk))


@own
@require_POST
def me_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm the ticked hours, or all that the page listed."""
    enrolment = records.enrolment_of(request.actor, pk)
    name = "on_page" if request.POST.get("which") == "page" else "attendance"
    chosen = [int(text) for text in request.POST.getlist(name) if _is_key(text)]
    if not chosen:
        raise InvalidInput(_("Tick at least one session, then confirm."), code="nothing_chosen")
    done = confirm_attendance(request.actor, enrolment, chosen)
    sentence = ngettext("%(count)s session was confirmed.", "%(count)s sessions were confirmed.", done)
    messages.success(request, sentence % {"count": done})
    return redirect("portal:me_enrolment", pk=pk)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def me_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with the own record, with one session of it or as a whole."""
    enrolment = records.enrolment_of(request.actor, pk)
    attendance = _attendance(request, enrolment)
    form = DisputeForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            raise_dispute(request.actor, enrolment, text=form.cleaned_data["text"], attendance=attendance)
        except ShituError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your dispute was sent. You read the answer on this page."))
            return redirect("portal:me_enrolment", pk=pk)
    context = {"enrolment": enrolment, "attendance": attendance, "form": form}
    return render(request, "portal/me/dispute.html", context, status=status)


def _attendance(request: HttpRequest, enrolment: Enrolment) -> Attendance | None:
    asked = request.GET.get("session", "")
    if not asked:
        return None
    rows = selectors.attendances_of(request.actor, enrolment)
    found = rows.filter(pk=int(asked)).first() if _is_key(asked) else None
    if found is None:
        raise NotFound(_("There is no such record."), code="no_such_attendance")
    return found


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _KEY_DIGITS


def _page(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    actor = request.actor
    rows, pager = keyset.page_of(
        selectors.attendances_of(actor, enrolment), request, order=["-starts_at", "-id"], size=20
    )
    context: dict[str, Any] = {
        "enrolment": enrolment,
        "class": enrolment.training_class,
        "others": Enrolment.objects.visible_to(actor).exclude(pk=enrolment.pk).order_by("-id")[:10],
        "credits": _credits(enrolment),
        "assessment": getattr(enrolment, "assessment", None),
        "attendances": rows,
        "unconfirmed": sum(row.confirmed_at is None and row.voided_at is None for row in rows),
        "pager": pager,
        "disputes": enrolment.disputes.select_related("attendance__session__course"),
        "paid_out": PAID_OUT,
        "lines": [{"line": line, "steps": steps_of(line)} for line in lines_of_person(enrolment)],
        "notices": [
            (row.at, wording.sentence(row))
            for row in Notice.objects.visible_to(actor).order_by("-id")[:_NOTICES]
        ],
        "records": enrolment.status_records.all(),
    }
    return render(request, "portal/me/record.html", context)


def _credits(enrolment: Enrolment) -> Any:
    """The own credits; none before the record is set up."""
    if enrolment.policy_document_id is None:
        return None
    return selectors.credits_by_person([enrolment])[enrolment.pk]
