"""The city's consolidation (复核汇总): a frozen, numbered list of confirmed plans."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.errors import Conflict, Forbidden, InvalidInput
from apps.plans.content import PlanFacts, gather
from apps.plans.enums import PlanState
from apps.plans.models import Consolidation, Plan
from apps.plans.services.editing import account_of
from apps.policy.rules import digest

_LOCK = 7_120_011
PLANS_MAX = 2_000


@transaction.atomic
def consolidate_plans(actor: Actor, plan_ids: Iterable[int], *, on: date, note: str = "") -> Consolidation:
    """Put confirmed plans on one list with their totals, digest and a running number of the year.

    The full standard is computed as of `on`. Raises `Forbidden` for anybody but the city, `InvalidInput`
    for an empty choice, `Conflict` where a plan is not confirmed or stands on a list already.
    """
    if not actor.is_city:
        raise Forbidden(_("Only the city consolidates plans."), code="not_the_city")
    wanted = sorted(set(plan_ids))
    if not wanted or len(wanted) > PLANS_MAX:
        raise InvalidInput(
            _("Choose the plans to consolidate, %(max)s at most.") % {"max": PLANS_MAX}, code="no_plans"
        )
    plans = list(
        Plan.objects.visible_to(actor)
        .filter(pk__in=wanted, state=PlanState.APPROVED, consolidation=None)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len(plans) != len(wanted):
        raise Conflict(
            _("Some of the plans are not confirmed or stand on a list already. Reload the page."),
            code="not_to_consolidate",
        )
    rows = [_row(gather(plan, on)) for plan in plans]
    content = {"made_on": on.isoformat(), "plans": rows}
    made = Consolidation.objects.create(
        number=_next_number(on.year),
        made_by_id=account_of(actor),
        made_on=on,
        note=" ".join(note.split())[:300],
        plan_count=len(rows),
        headcount=sum(row["headcount"] for row in rows),
        standard_fen=sum(row["standard_fen"] for row in rows),
        content=content,
        sha256=digest(content),
    )
    Plan.objects.filter(pk__in=wanted).update(consolidation=made)
    return made


def _next_number(year: int) -> str:
    with connection.cursor() as cursor:
        # Numbers run without a gap: whoever makes a list waits for the one before.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    begun = Consolidation.objects.filter(number__startswith=f"HZ-{year}-").count()
    return f"HZ-{year}-{begun + 1:03d}"


def _row(facts: PlanFacts) -> dict[str, Any]:
    plan = facts.plan
    return {
        "id": plan.pk,
        "number": plan.number,
        "title": plan.title,
        "version": plan.version,
        "submission_sha256": _submitted(plan),
        "district": {"code": plan.district_id, "name": plan.district.name, "name_en": plan.district.name_en},
        "enterprise": plan.enterprise.organisation.name,
        "institution": plan.institution.organisation.name if plan.institution else "",
        "policy": facts.document.number,
        "approved_on": plan.approved_on.isoformat() if plan.approved_on else "",
        "starts_on": plan.starts_on.isoformat() if plan.starts_on else "",
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else "",
        "headcount": facts.headcount,
        "standard_fen": facts.standard_fen,
        "lines": [_line(each) for each in facts.lines],
    }


def _submitted(plan: Plan) -> str:
    shas: Sequence[str] = list(plan.submissions.filter(version=plan.version).values_list("sha256", flat=True))
    return shas[0] if shas else ""


def _line(each: Any) -> dict[str, Any]:
    return {
        "occupation": each.line.occupation_id,
        "occupation_name": each.line.occupation.name,
        "occupation_name_en": each.line.occupation.name_en,
        "level": each.line.level_id,
        "level_name": each.line.level.name,
        "level_name_en": each.line.level.name_en,
        "headcount": each.line.headcount,
        "term_months": each.line.term_months,
        "occupation_kind": each.quote.facts.occupation_kind,
        "standard_fen": each.standard_fen,
    }
