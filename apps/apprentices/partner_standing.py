"""Whoever trains with an institution is told when the city suspends, removes or reinstates it (六（四）)."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.roles import Role
from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.casework import notices, records
from apps.casework.models import Notice
from apps.institutions.enums import Standing
from apps.institutions.models import Institution
from apps.plans.enums import PlanState
from apps.plans.models import Plan

PARTNER = "partner_standing"
_OVER = (ClassState.COMPLETED, ClassState.CANCELLED)
_PLAN_OVER = (PlanState.REJECTED, PlanState.WITHDRAWN, PlanState.ENDED)


def tell_partners(institution: Institution, params: dict[str, Any]) -> None:
    """Leave a notice for the enterprise of each class that is not over and of each plan that has none yet.

    The district of a class is told as well where it is not the institution's own, which is told anyway.
    `params` say what changed (`records.standing_params`).
    """
    told = {"partner": institution.organisation.name, **params}
    notices.leave([*_of_classes(institution, told), *_of_plans(institution, told)])


def _of_classes(institution: Institution, told: dict[str, Any]) -> Iterator[Notice]:
    rows = TrainingClass.objects.filter(institution=institution).exclude(state__in=_OVER).order_by("pk")
    for row in rows:
        about = {
            "subject_type": "apprentices.trainingclass",
            "subject_id": row.pk,
            "code": PARTNER,
            "params": {**told, "name": f"{row.number} {row.name}"},
        }
        yield Notice(**about, role=Role.ENTERPRISE_OPERATOR, organisation_id=row.enterprise_id)
        if row.district_id != institution.organisation.district_id:
            yield Notice(**about, role=Role.DISTRICT_REVIEWER, district_code=row.district_id)


def _of_plans(institution: Institution, told: dict[str, Any]) -> Iterator[Notice]:
    rows = Plan.objects.filter(institution=institution, classes=None).exclude(state__in=_PLAN_OVER)
    for row in rows.order_by("pk"):
        yield Notice(
            subject_type="plans.plan",
            subject_id=row.pk,
            code=PARTNER,
            params={**told, "name": f"{row.number} {row.title}"},
            role=Role.ENTERPRISE_OPERATOR,
            organisation_id=row.enterprise_id,
        )


def partner_in_words(notice: Notice) -> str:
    """What became of the institution, and what that asks of who trains with it; the reason stands below."""
    told, values = notice.params, records.standing_values(notice)
    values["partner"] = told["partner"]
    if told["standing"] == Standing.LISTED:
        return _("%(name)s: its institution %(partner)s may train again from %(since)s on.") % values
    values["standing"] = Standing(told["standing"]).label
    if told["until"]:
        text = _(
            "%(name)s: its institution %(partner)s may not train from %(since)s to %(until)s (%(standing)s)."
        )
    else:
        text = _("%(name)s: its institution %(partner)s may not train since %(since)s (%(standing)s).")
    if notice.subject_type == "plans.plan":
        way = _("No class opens with it meanwhile; a plan that is written or returned can name another one.")
    else:
        way = _("Suspend the apprentices’ training, transfer them to a class with another one, or wait.")
    return f"{text % values} {way}"
