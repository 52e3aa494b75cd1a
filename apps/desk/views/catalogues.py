"""Catalogues that decide on money, as they stand on a day, and the minimum wage by date."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access
from apps.accounts.roles import OFFICIALS, READERS, Role
from apps.catalogue.enums import OccupationList
from apps.catalogue.models import Occupation
from apps.catalogue.selectors import listed
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.desk.forms.policy import MinimumWageForm
from apps.policy.models import MinimumWage
from apps.policy.selectors import minimum_wage_on
from apps.policy.services.record_minimum_wage import record_minimum_wage

OCCUPATIONS = "occupations"
TEXT_MAX = 60


@access(*OFFICIALS, *READERS)
@require_safe
def catalogues(request: HttpRequest) -> HttpResponse:
    """Occupations, the scarce list, the evaluation scope: to read, on any day."""
    tab = request.GET.get("list", "")
    tab = tab if tab in OccupationList.values else OCCUPATIONS
    text = request.GET.get("q", "").strip()[:TEXT_MAX].replace("\x00", "")
    on = _day(request.GET.get("on", ""))
    context: dict[str, Any] = {"tab": tab, "lists": OccupationList.choices, "text": text, "on": on}
    if tab == OCCUPATIONS:
        found = Occupation.objects.filter(_named(text, ""))
        context["occupations"], context["pager"] = keyset.page_of(found, request, order=["code"], size=50)
    else:
        rows = listed(tab, on).filter(_named(text, "occupation__")).select_related("occupation", "level")
        context["rows"], context["pager"] = keyset.page_of(
            rows, request, order=["occupation_id", "id"], size=50
        )
    return render(request, "desk/catalogues/catalogues.html", context)


def _named(text: str, path: str) -> Q:
    if not text:
        return Q()
    names = (f"{path}code__startswith", f"{path}name__icontains", f"{path}name_en__icontains")
    return Q(*((name, text) for name in names), _connector=Q.OR)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()


@access(*OFFICIALS, *READERS, write=[Role.CITY_OFFICER])
@require_http_methods(["GET", "HEAD", "POST"])
def minimum_wage(request: HttpRequest) -> HttpResponse:
    """The minimum wage by date with its documents; the city appends what is published."""
    form = MinimumWageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_minimum_wage(
                request.actor,
                valid_from=given["valid_from"],
                amount_fen=given["amount"],
                document=given["document"],
                article=given["article"],
                on=today(),
            )
        except ShituError as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(
                request, _("The minimum wage was recorded. Plans are checked with it from now on.")
            )
            return redirect("desk:minimum_wage")
    context = {
        "form": form,
        "rows": MinimumWage.objects.select_related("recorded_by__person")[:200],
        "now": minimum_wage_on(today()),
        "may_record": request.actor.role == Role.CITY_OFFICER,
    }
    return render(request, "desk/catalogues/minimum_wage.html", context, status=422 if form.errors else 200)
