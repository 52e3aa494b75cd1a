"""Reads about plans; every one starts from what the actor may see."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.models import Decision, Deficiency
from apps.core.errors import NotFound
from apps.plans.enums import PlanState, PlanStep
from apps.plans.models import Consolidation, Plan, PlanSubmission
from apps.plans.transitions import PLAN_TRANSITIONS


def plan_of(actor: Actor | None, pk: int) -> Plan:
    """The plan with its parties, if the actor may see it. Raises `NotFound` otherwise."""
    plan = (
        Plan.objects.visible_to(actor)
        .select_related(
            "enterprise__organisation",
            "institution__organisation",
            "entrusted_to__organisation",
            "superior_unit",
            "district",
            "policy_document",
            "consolidation",
        )
        .filter(pk=pk)
        .first()
    )
    if plan is None:
        raise NotFound(_("There is no such plan, or it is not yours."), code="no_such_case")
    return plan


def plans_for(actor: Actor | None, *, state: str = "", text: str = "", mine: bool = False) -> QuerySet[Plan]:
    """The plans that the actor may see, narrowed by state, by text and by whose turn it is."""
    rows = Plan.objects.visible_to(actor).select_related(
        "enterprise__organisation", "institution__organisation", "district"
    )
    if state in PlanState.values:
        rows = rows.filter(state=state)
    if mine and actor is not None:
        rows = rows.filter(state__in=states_of(actor))
    wanted = text.strip()
    if wanted:
        rows = rows.filter(
            Q(number__icontains=wanted)
            | Q(title__icontains=wanted)
            | Q(enterprise__organisation__name__icontains=wanted)
            | Q(institution__organisation__name__icontains=wanted)
        )
    return rows.annotate(headcount=Sum("lines__headcount"))


def states_of(actor: Actor) -> list[str]:
    """The states in which this role has to act."""
    return [state for state, roles in PLAN_TRANSITIONS.working.items() if actor.role in roles]


def counts_by_state(actor: Actor | None) -> dict[str, int]:
    """How many plans the actor sees in each state."""
    rows = Plan.objects.visible_to(actor).values_list("state").annotate(many=Count("id")).order_by()
    return dict(rows)


def consent_taken_back(plan: Plan) -> Decision | None:
    """The decision by which the superior unit stopped the plan, as long as it has not consented again."""
    if plan.state != PlanState.CONSENT:
        return None
    last = Decision.objects.of(plan).filter(role=Role.SUPERIOR_UNIT).order_by("-id").first()
    return last if last is not None and last.action == "take_back_consent" else None


def count_waiting(actor: Actor) -> int:
    """How many plans wait for this role."""
    return Plan.objects.visible_to(actor).filter(state__in=states_of(actor)).count()


def submissions_of(plan: Plan) -> list[PlanSubmission]:
    """What was handed in, the newest first."""
    return list(plan.submissions.order_by("-version"))


def last_two_submissions(plan: Plan) -> tuple[PlanSubmission | None, PlanSubmission | None]:
    """The newest submission and the one before, where they exist: (before, newest)."""
    rows = list(plan.submissions.order_by("-version")[:2])
    newest = rows[0] if rows else None
    return (rows[1] if len(rows) > 1 else None), newest


def last_read_submission(plan: Plan, actor: Actor) -> PlanSubmission | None:
    """The submission on which somebody in this role decided last, before the one that lies here now."""
    versions = (
        Decision.objects.of(plan)
        .filter(role=actor.role, content_version__lt=plan.version)
        .order_by("-id")
        .values_list("content_version", flat=True)
    )
    version = versions.first()
    return plan.submissions.filter(version=version).first() if version is not None else None


def open_deficiencies(plan: Plan) -> dict[str, list[Deficiency]]:
    """The deficiencies that the applicant has to answer now, by the step of the form they belong to.

    Those without a step of their own stand under the empty key.
    """
    found: dict[str, list[Deficiency]] = {}
    if plan.state != PlanState.RETURNED:
        return found
    rows = Deficiency.objects.filter(subject_type="plans.plan", subject_id=plan.pk, resolved_at=None)
    for row in rows.order_by("id"):
        step = row.code.partition(".")[0]
        found.setdefault(step if step in PlanStep.values else "", []).append(row)
    return found


def last_decision(plan: Plan, actions: Iterable[str]) -> Decision | None:
    """The newest decision of one of these actions, with who took it."""
    return (
        Decision.objects.of(plan)
        .filter(action__in=list(actions))
        .select_related("person")
        .prefetch_related("deficiencies")
        .order_by("-id")
        .first()
    )


def next_waiting(actor: Actor, plan: Plan, on: date) -> Plan | None:
    """The plan that waits next for this role after this one: by deadline, then by age."""
    rows = Plan.objects.visible_to(actor).filter(state__in=states_of(actor)).exclude(pk=plan.pk)
    day = plan.deadline_on or on
    later = rows.filter(Q(deadline_on__gt=day) | Q(deadline_on=day, pk__gt=plan.pk))
    order = ("deadline_on", "pk")
    return later.order_by(*order).first() or rows.order_by(*order).first()


def to_consolidate(actor: Actor | None) -> QuerySet[Plan]:
    """Confirmed plans that stand on no list yet, the oldest first."""
    return (
        Plan.objects.visible_to(actor)
        .filter(state=PlanState.APPROVED, consolidation=None)
        .select_related("enterprise__organisation", "institution__organisation", "district")
        .annotate(headcount=Sum("lines__headcount"))
        .order_by("approved_on", "pk")
    )


def consolidation_of(actor: Actor | None, pk: int) -> Consolidation:
    """One of the city's lists. Raises `NotFound`."""
    found = Consolidation.objects.visible_to(actor).select_related("made_by__person").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such list."), code="no_such_case")
    return found
