"""What a plan's classes say when the plan is to be ended, and what becomes of those that never began."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.apprentices.checks import OPEN_ROSTER, being_read
from apps.apprentices.enums import ClassState, EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.casework.acting import acting
from apps.core import clock
from apps.core.errors import Problem
from apps.plans.models import Plan

_RUNNING = (ClassState.DISTRICT_REVIEW, ClassState.OPEN)


def classes_in_the_way(plan: Plan, ending: bool) -> Iterator[Problem]:
    """Classes under review or in training, files that are being read, and people trained to the end.

    The classes are held while the plan is `ending`, so that none is handed in meanwhile.
    """
    rows = TrainingClass.objects.filter(plan=plan).order_by("pk")
    classes = list(rows.select_for_update(of=("self",)) if ending else rows)
    for each in classes:
        words = {"number": each.number, "state": each.get_state_display()}
        if each.state in _RUNNING:
            message = _("Class %(number)s is under way (%(state)s). It has to be closed or returned first.")
            yield Problem("class_under_way", message % words)
        elif each.state in OPEN_ROSTER and being_read(each).exists():
            message = _("A roster file of class %(number)s is still being read. Wait until it is done.")
            yield Problem("roster_being_read", message % words)
    trained = Enrolment.objects.filter(training_class__in=classes, state=EnrolmentState.COMPLETED).count()
    if trained:
        message = ngettext(
            "%(count)s apprentice was trained to the end under this plan.",
            "%(count)s apprentices were trained to the end under this plan.",
            trained,
        )
        yield Problem("trained_under_plan", message % {"count": trained})


def cancel_rosters(plan: Plan, actor: Actor, reason: str, on: date) -> None:
    """Cancel the classes of an ended plan whose roster is open: everybody on it is free again."""
    classes = TrainingClass.objects.filter(plan=plan, state__in=OPEN_ROSTER)
    rows = Enrolment.objects.filter(training_class__in=classes, state=EnrolmentState.REGISTERED)
    with acting(actor, "remove", reason):
        rows.update(state=EnrolmentState.REMOVED, state_since=clock.now(), left_on=on)
    with acting(actor, "cancel", reason):
        classes.update(state=ClassState.CANCELLED, state_since=clock.now(), deadline_on=None)
