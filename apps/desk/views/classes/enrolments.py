"""Enrolment records at the desk: find them, read one, show a whole number with a reason."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import OFFICIALS, READERS
from apps.accounts.services import log_access, unmask
from apps.apprentices import selectors
from apps.apprentices.enums import EnrolmentState, PostKind
from apps.apprentices.models import Enrolment
from apps.casework import presentation
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError

readers = access(*OFFICIALS, *READERS)
officials = access(*OFFICIALS)
TEXT_MAX = 60
_UNMASKED = ("id_number", "mobile")


class IdSearchForm(forms.Form):
    """The whole number goes in the body of the request, never into an address."""

    id_number = forms.CharField(
        label=_("Whole ID number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


# What a row of the list shows: the records and all that they hang on are wide.
_LISTED = (
    "number",
    "state",
    "set_up_on",
    "person__name",
    "person__id_number",
    "district__name",
    "district__name_en",
    "enterprise__organisation__name",
    "occupation__name",
    "occupation__name_en",
    "level__name",
    "level__name_en",
)


@readers
@require_safe
@never_cache
def enrolment_list(request: HttpRequest) -> HttpResponse:
    """Every enrolment that the reader may see, by number, name or pinyin, the newest first."""
    return _list(request, IdSearchForm())


@officials
@require_POST
@never_cache
@sensitive_post_parameters("id_number")
def enrolment_by_id(request: HttpRequest) -> HttpResponse:
    """The enrolments of one person by the whole ID number, through its keyed hash; logged."""
    form = IdSearchForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        found = list(selectors.enrolments_of_id(request.actor, form.cleaned_data["id_number"])[:50])
    except ShituError as refusal:
        form.add_error("id_number", refusal.message)
        return _list(request, form, status=refusal.status)
    subject = ("accounts.person", found[0].person_id) if found else None
    log_access(request.actor, "person_searched", subject, request=request)
    context = {"rows": found, "form": IdSearchForm(), "searched": True, "filtered": True}
    return render(request, "desk/classes/enrolments.html", context)


def _list(request: HttpRequest, form: IdSearchForm, *, status: int = 200) -> HttpResponse:
    posted = request.GET.get("post", "")
    filters = selectors.Filters(
        state=request.GET.get("state", ""),
        text=request.GET.get("q", "")[:TEXT_MAX],
        post_kind=posted if posted in PostKind.values else "",
    )
    district = request.GET.get("district", "")[:6]
    rows, pager = keyset.page_of(
        selectors.enrolments_for(request.actor, filters, district=district).only(*_LISTED),
        request,
        order=["-id"],
        size=50,
    )
    context = {
        "rows": rows,
        "pager": pager,
        "filters": filters,
        "district": district,
        "districts": District.objects.all() if request.actor.district_code is None else (),
        "states": EnrolmentState.choices,
        "post_kinds": PostKind.choices,
        "form": form,
        "filtered": bool(filters.state or filters.text or filters.post_kind or district),
    }
    return render(request, "desk/classes/enrolments.html", context, status=status)


@readers
@require_safe
@never_cache
def enrolment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: what was registered, what was fixed, what changed, what happened."""
    return _page(request, selectors.enrolment_of(request.actor, pk))


@officials
@require_POST
@never_cache
def enrolment_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a whole number once; the reason goes into the access log."""
    enrolment = selectors.enrolment_of(request.actor, pk)
    field, reason = request.POST.get("field", ""), request.POST.get("reason", "")[:300]
    if field not in _UNMASKED:
        return _page(request, enrolment, status=422)
    try:
        value = unmask(request.actor, enrolment.person, field, reason)
    except ShituError as refusal:
        return _page(request, enrolment, refusal=refusal, status=refusal.status)
    return _page(request, enrolment, shown={field: value})


def _page(
    request: HttpRequest,
    enrolment: Enrolment,
    *,
    shown: dict[str, str] | None = None,
    refusal: ShituError | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = presentation.page(request.actor, enrolment, "desk", today()) | {
        "enrolment": enrolment,
        "class": enrolment.training_class,
        "records": enrolment.status_records.select_related("recorded_by__person", "to_class"),
        "mobile_corrections": enrolment.mobile_corrections.select_related("recorded_by__person"),
        "may_show": request.actor.role in OFFICIALS,
        "shown": shown or {},
        "refusal": refusal,
    }
    return render(request, "desk/classes/enrolment.html", context, status=status)
