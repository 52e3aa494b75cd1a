"""Dashboards of a district and of the city: every figure leads to the records behind it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.widgets import Chart, Series
from apps.desk.views.recoveries import READERS as MONEY_READERS
from apps.statistics.dashboards import CLAIM, CLASS, FUNNEL, PLAN, Dashboard, dashboard

READERS = (
    Role.DISTRICT_REVIEWER,
    Role.DISTRICT_SUPERVISOR,
    Role.CITY_OFFICER,
    Role.FINANCE_OFFICER,
)


@access(*READERS)
@require_GET
def home(_request: HttpRequest) -> HttpResponse:
    """Where an official begins: the files that wait."""
    return redirect("desk:queue")


@access(*READERS, Role.AUDITOR)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The dashboard of the reader's district, or of the city and any of its districts."""
    chosen = request.GET.get("district", "") if request.actor.district_code is None else ""
    district = District.objects.filter(pk=request.actor.district_code or chosen).first()
    with_money = request.actor.role in MONEY_READERS
    found = dashboard(request.actor, clock.today(), district.pk if district else None)
    context = {
        "dashboard": found,
        "district": district,
        "districts": District.objects.all() if request.actor.district_code is None else (),
        "charts": _charts(found, district, with_money=with_money),
        "may_see_money": with_money,
        "today": clock.today(),
    }
    return render(request, "desk/dashboards/overview.html", context)


_REGISTERS = {PLAN: "desk:plan_list", CLASS: "desk:class_list", CLAIM: "desk:claim_list"}


def _shares() -> list[int | None]:
    """Each stage is a share of the one before it where both count the same kind of file."""
    kinds = [subject for _label, subject, _states in FUNNEL]
    return [place - 1 if place and kinds[place - 1] == kind else None for place, kind in enumerate(kinds)]


def _charts(found: Dashboard, district: District | None, *, with_money: bool) -> dict[str, Chart]:
    chosen = {"district": district.pk} if district else {}
    suffix = f"?{urlencode(chosen)}" if chosen else ""
    charts = {
        "funnel": Chart(
            key="funnel",
            title=_("From the plan to the payment"),
            kind="funnel",
            categories=[label for label, _count in found.funnel],
            series=[Series(_("Number"), [count for _label, count in found.funnel])],
            category_label=_("Stage"),
            unit_label=_("cases"),
            links=[reverse(_REGISTERS[subject]) + suffix for _label, subject, _states in FUNNEL],
            share_of=_shares(),
        ),
        "enrolments": Chart(
            key="enrolments",
            title=_("Apprentices by state of their enrolment"),
            kind="bar",
            categories=[label for _state, label, _count in found.enrolments],
            series=[Series(_("Apprentices"), [count for _state, _label, count in found.enrolments])],
            category_label=_("State"),
            unit_label=_("people"),
            links=[
                f"{reverse('desk:enrolment_list')}?{urlencode({'state': state, **chosen})}"
                for state, _label, _count in found.enrolments
            ],
            horizontal=True,
        ),
        "funds": Chart(
            key="funds",
            title=_("Budgets by fund and year"),
            kind="stacked",
            categories=[f"{row.year} {row.fund}" for row in found.funds],
            series=[
                Series(_("Paid"), [row.paid_fen for row in found.funds]),
                Series(_("Committed"), [row.committed_fen for row in found.funds]),
                Series(_("Free"), [row.free_fen for row in found.funds]),
            ],
            category_label=_("Fund"),
            unit="fen",
            links=[reverse("desk:budgets")] * len(found.funds) if with_money else (),
            horizontal=True,
        ),
    }
    if found.districts:
        charts["districts"] = Chart(
            key="districts",
            title=_("Money by district, this year"),
            kind="stacked",
            categories=[row["district"].label for row in found.districts],
            series=[
                Series(_("Paid"), [row["paid_fen"] for row in found.districts]),
                Series(_("Committed"), [row["committed_fen"] for row in found.districts]),
            ],
            category_label=_("District"),
            unit="fen",
            links=[f"?district={row['district'].pk}" for row in found.districts],
            horizontal=True,
        )
    return charts
