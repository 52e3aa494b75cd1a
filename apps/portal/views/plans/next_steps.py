"""What each reader of a plan does next, in a sentence."""

from collections.abc import Container
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.plans.enums import PlanState
from apps.plans.models import Plan


@dataclass(frozen=True)
class NextStep:
    """The next thing to do; `tone` is "waiting" where it is somebody else's turn, "done" where it is over."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""
    tone: str = ""


def next_step(plan: Plan, actor: Actor, with_room: Container[int]) -> NextStep:
    """Return what this reader does next with the plan, or whom everybody waits for.

    `with_room` are the plans for which a class can still be opened.
    """
    if actor.is_enterprise:
        own = _of_enterprise(plan, plan.pk in with_room)
        if own is not None:
            return own
    page = reverse("portal:plan_detail", args=[plan.pk])
    if actor.is_superior and plan.state == PlanState.CONSENT:
        text = _("Read what the enterprise applies for, then give or withhold the consent.")
        return NextStep(_("Decide on the consent"), text, f"{page}#decide", _("Decide"))
    if actor.is_institution and plan.state == PlanState.COUNTERSIGN:
        text = _("Read what the institution takes on, then countersign or decline.")
        return NextStep(_("Countersign the plan"), text, f"{page}#decide", _("Decide"))
    return _waiting(plan)


def _of_enterprise(plan: Plan, has_room: bool) -> NextStep | None:
    edit = reverse("portal:plan_edit", args=[plan.pk])
    if plan.state == PlanState.DRAFT:
        text = _("Fill in the steps; what is missing is listed before you hand in.")
        return NextStep(_("Complete the plan and hand it in"), text, edit, _("Continue writing"))
    if plan.state == PlanState.RETURNED:
        text = _("Correct everything that was named, then hand the plan in again.")
        return NextStep(_("Correct the plan"), text, edit, _("Correct"))
    if plan.state == PlanState.APPROVED and not has_room:
        title = _("Every place of the plan is taken, or its period is over")
        return NextStep(title, "", reverse("portal:class_list"), _("To the classes"), tone="done")
    if plan.state == PlanState.APPROVED:
        text = _("The plan is approved: open a class and register the apprentices.")
        return NextStep(_("Register apprentices"), text, reverse("portal:class_open"), _("Open a class"))
    return None


def _waiting(plan: Plan) -> NextStep:
    titles = {
        PlanState.DRAFT: _("The enterprise is writing the plan"),
        PlanState.RETURNED: _("The enterprise is correcting the plan"),
        PlanState.CONSENT: _("The superior unit decides on its consent"),
        PlanState.COUNTERSIGN: _("The institution countersigns"),
        PlanState.DISTRICT_REVIEW: _("The district is reviewing"),
        PlanState.CITY_RECHECK: _("The city is rechecking"),
        PlanState.APPROVED: _("The plan is approved"),
        PlanState.REJECTED: _("The plan was rejected; a new plan can be written"),
        PlanState.WITHDRAWN: _("The plan was withdrawn; a new plan can be written"),
        PlanState.ENDED: _("The plan was ended; a new plan can be written"),
    }
    over = plan.state in (PlanState.APPROVED, PlanState.REJECTED, PlanState.WITHDRAWN, PlanState.ENDED)
    text = "" if over else _("There is nothing to do for you now; you get a notice when it moves.")
    return NextStep(titles[PlanState(plan.state)], text, tone="done" if over else "waiting")
