"""The city's consolidation (复核汇总): choose confirmed plans, freeze the list, print it or take it away."""

import io
from collections.abc import Iterator
from typing import Any, Literal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.core.spreadsheets import Column, Sheet, write_workbook
from apps.plans import selectors, services
from apps.plans.models import Consolidation

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHOICE_MAX = 500
_KEY_DIGITS = 19
city_only = access(Role.CITY_OFFICER)


@city_only
@require_GET
def consolidation_list(request: HttpRequest) -> HttpResponse:
    """The lists that were made, the newest first, and how many plans wait for the next one."""
    rows, pager = keyset.page_of(
        Consolidation.objects.visible_to(request.actor).select_related("made_by__person"),
        request,
        order=["-id"],
    )
    waiting = selectors.to_consolidate(request.actor).count()
    return render(
        request, "desk/plans/consolidations.html", {"rows": rows, "pager": pager, "waiting": waiting}
    )


@city_only
@require_http_methods(["GET", "POST"])
def consolidation_new(request: HttpRequest) -> HttpResponse:
    """Choose among the confirmed plans and make the list."""
    refusal: ShituError | None = None
    chosen: set[int] = set()
    if request.method == "POST":
        chosen = {
            int(pk) for pk in request.POST.getlist("plan") if pk.isascii() and pk.isdigit() and len(pk) < 19
        }
        try:
            made = services.consolidate_plans(
                request.actor, chosen, on=today(), note=request.POST.get("note", "")
            )
        except ShituError as error:
            refusal = error
        else:
            text = ngettext("%(number)s: %(count)s plan.", "%(number)s: %(count)s plans.", made.plan_count)
            messages.success(request, text % {"number": made.number, "count": made.plan_count})
            return redirect("desk:consolidation_detail", pk=made.pk)
    district = request.GET.get("district", "")
    found = selectors.to_consolidate(request.actor)
    if district.isdecimal():
        found = found.filter(district_id=district)
    rows = list(found[:_CHOICE_MAX])
    context = {
        "rows": rows,
        "chosen": chosen if request.method == "POST" else {plan.pk for plan in rows},
        "refusal": refusal,
        "note": request.POST.get("note", ""),
        "district": district,
        "districts": District.objects.all(),
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/plans/consolidation_new.html", context, status=status)


@city_only
@require_GET
def consolidation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list as it was frozen."""
    made = selectors.consolidation_of(request.actor, pk)
    rows = [_shown(row) for row in made.content["plans"]]
    return render(request, "desk/plans/consolidation.html", {"made": made, "rows": rows})


@city_only
@require_GET
def consolidation_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as a workbook: one row a line of a plan."""
    made = selectors.consolidation_of(request.actor, pk)
    buffer = io.BytesIO()
    write_workbook(buffer, [Sheet(made.number, _columns(), _cells(made))])
    response = HttpResponse(buffer.getvalue(), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{made.number}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _named(row: dict[str, Any], name: str) -> str:
    return str(row[name] if _is_chinese() else row.get(f"{name}_en") or row[name])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the frozen list with names in the reader's language."""
    lines = [
        line | {"label": f"{_named(line, 'occupation_name')} · {_named(line, 'level_name')}"}
        for line in row["lines"]
    ]
    return row | {"district_label": _named(row["district"], "name"), "lines": lines}


def _columns() -> list[Column]:
    titles = (
        ("number", _("Plan number")),
        ("district", _("District")),
        ("enterprise", _("Enterprise")),
        ("institution", _("Training institution")),
        ("occupation", _("Occupation")),
        ("level", _("Level")),
        ("headcount", _("Headcount")),
        ("term_months", _("Term (months)")),
        ("standard", _("Full standard (yuan)")),
        ("period", _("Training period")),
        ("approved_on", _("Approved on")),
    )
    kinds: dict[str, Literal["number", "yuan"]] = {
        "headcount": "number",
        "term_months": "number",
        "standard": "yuan",
    }
    return [Column(key, title, kind=kinds.get(key, "text")) for key, title in titles]


def _cells(made: Consolidation) -> Iterator[dict[str, Any]]:
    for row in map(_shown, made.content["plans"]):
        for line in row["lines"]:
            yield {
                "number": row["number"],
                "district": row["district_label"],
                "enterprise": row["enterprise"],
                "institution": row["institution"],
                "occupation": _named(line, "occupation_name"),
                "level": _named(line, "level_name"),
                "headcount": line["headcount"],
                "term_months": line["term_months"],
                "standard": line["standard_fen"],
                "period": f"{row['starts_on']} – {row['ends_on']}",
                "approved_on": row["approved_on"],
            }
