"""Open a class for a line of an approved plan."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.checks import may_not_train
from apps.apprentices.models import LineSeats, TrainingClass
from apps.apprentices.requirements import PROGRAMME
from apps.apprentices.roster.days import add_months
from apps.casework.acting import acting
from apps.core.errors import Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.numbering import next_key
from apps.plans.enums import PlanState
from apps.plans.models import Plan, PlanLine
from apps.policy.selectors import governing_document

NAME_LENGTH_MAX = 120


@transaction.atomic
def open_class(
    actor: Actor, plan: Plan, line: PlanLine, *, name: str = "", starts_on: date | None = None, on: date
) -> TrainingClass:
    """Open a class of this line and return it, ready for its roster.

    Training runs from `starts_on` (by default the plan's first day, or today when that is past) for the
    term that was approved with the line. Raises `NotFound` for a plan or line that is not the actor's,
    `Forbidden` for another role, `Refused` when the plan is not approved, enterprise or institution may not
    begin a training or its headcount is used up, `InvalidInput` for a start before the approval or after the
    plan's period. Source: Beijing 2022-11, part 5.
    """
    if not actor.is_enterprise:
        raise Forbidden(_("Only the enterprise opens classes."), code="not_your_step")
    found = Plan.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=plan.pk).first()
    if found is None or line.plan_id != found.pk:
        raise NotFound(_("There is no such plan, or it is not yours."), code="no_such_case")
    plan = found
    if plan.state != PlanState.APPROVED:
        raise Refused(_("A class can be opened once the plan is approved."), code="plan_not_approved")
    barred = may_not_train(plan.enterprise, plan.institution, on)
    if barred:
        raise Refused(barred[0].message, code=barred[0].code, problems=barred)
    seats = LineSeats.objects.select_for_update().filter(line=line).first()
    if seats is not None and seats.free < 1:
        raise Refused(
            _("All %(seats)s places of this line are taken.") % {"seats": seats.seats}, code="no_seat"
        )
    starts_on = starts_on or max(plan.starts_on or on, on)
    if plan.approved_on is not None and starts_on < plan.approved_on:
        message = _("Training cannot begin before the plan was approved (%(day)s).")
        raise InvalidInput(
            problems=[
                Problem("starts_before_approval", message % {"day": plan.approved_on}, "五", "starts_on")
            ]
        )
    if plan.ends_on is not None and starts_on > plan.ends_on:
        message = _("Training begins within the period of the plan, by %(day)s.")
        raise InvalidInput(
            problems=[Problem("starts_after_plan", message % {"day": plan.ends_on}, "五", "starts_on")]
        )
    pk = next_key(TrainingClass)
    training_class = TrainingClass(
        pk=pk,
        number=f"{plan.district_id}-{on:%Y}-{pk:05d}",
        name=name.strip()[:NAME_LENGTH_MAX] or _name_of(line),
        plan=plan,
        line=line,
        enterprise_id=plan.enterprise_id,
        institution_id=plan.institution_id,
        district_id=plan.district_id,
        policy_document=governing_document(PROGRAMME, on),
        starts_on=starts_on,
        ends_on=add_months(starts_on, line.term_months),
        created_by_id=actor.account_id,
    )
    with acting(actor, "create"):
        training_class.save(force_insert=True)
    return training_class


def _name_of(line: PlanLine) -> str:
    """What a class is called that nobody named: all read it, whatever language its maker reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(line)
