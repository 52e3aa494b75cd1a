"""What each reader of a class does next, in a sentence."""

from dataclasses import replace

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import ClassState
from apps.apprentices.models import RosterFile, TrainingClass
from apps.core.errors import Problem
from apps.payouts.unsettled import Unsettled
from apps.portal.views.plans.next_steps import NextStep
from apps.training.checks import side_of


def next_step(
    training_class: TrainingClass,
    actor: Actor,
    *,
    people: int,
    missing: list[Problem],
    reading: RosterFile | None = None,
    open_advance: Unsettled | None = None,
    advance_due: bool = False,
) -> NextStep:
    """Return what this reader does next with the class, or whom everybody waits for.

    `advance_due` says whether the advance of somebody in the class can be claimed now.
    """
    if open_advance is not None:
        return _to_settle(training_class, open_advance, actor)
    if not actor.is_enterprise:
        return _waiting(training_class)
    if training_class.state in (ClassState.ROSTER, ClassState.RETURNED):
        return _with_open_roster(training_class, people=people, missing=missing, reading=reading)
    if training_class.state == ClassState.OPEN:
        return _in_training(training_class, advance_due)
    return _waiting(training_class)


def _in_training(training_class: TrainingClass, advance_due: bool) -> NextStep:
    if advance_due:
        text = _("Then record the training, and keep changes of status up to date.")
        page = f"{reverse('portal:claim_list')}#claimable"
        return NextStep(_("The class is open: claim the advance"), text, page, _("To the claims"))
    text = _("Sessions of your side count once they are recorded. Keep changes of status up to date.")
    page = reverse("portal:training_class", args=[training_class.pk])
    return NextStep(_("Record the training"), text, page, _("To the training"))


def _to_settle(training_class: TrainingClass, found: Unsettled, actor: Actor) -> NextStep:
    """The class is over, and for some of those who were advanced money nothing is due, or not yet."""
    day = date_format(found.due_on, "DATE_FORMAT")
    if not actor.is_enterprise:
        title = _("Report every result by %(day)s") if found.without_result else _("The class is over")
        text = _("Afterwards the district can ask back what was advanced for apprentices without a result.")
        step = NextStep(title % {"day": day}, text if found.without_result else "")
        if not found.without_result or side_of(actor) is None:
            return step
        results = reverse("portal:result_class", args=[training_class.pk])
        return replace(step, url=results, label=_("To the results"))
    title = _("The class is over: settle it by %(day)s") % {"day": day}
    text = _(
        "Have every result reported, then claim the remainder. Afterwards the district can ask back what was"
        " advanced for whom nothing is due."
    )
    return NextStep(title, text, reverse("portal:claim_list"), _("To the claims"))


def _with_open_roster(
    training_class: TrainingClass, *, people: int, missing: list[Problem], reading: RosterFile | None
) -> NextStep:
    upload = reverse("portal:roster_upload", args=[training_class.pk])
    page = reverse("portal:class_detail", args=[training_class.pk])
    if reading is not None:
        text = _("You may leave this page; the reading goes on.")
        watch = reverse("portal:roster_detail", args=[reading.pk])
        return NextStep(_("A roster file is being read"), text, watch, _("Watch it"), tone="waiting")
    if not people:
        text = _("Upload the roster as a file, or register single people by form.")
        return NextStep(_("Register the apprentices"), text, upload, _("Upload a roster"))
    if training_class.state == ClassState.RETURNED:
        text = _("Correct everything that was named, then hand the roster in again.")
        return NextStep(_("Correct the roster"), text, f"{page}#hand-in", _("Hand in"))
    if missing:
        return NextStep(
            _("Complete the roster"), str(missing[0].message), f"{page}#hand-in", _("What is missing")
        )
    text = _("The district reviews it, sets up the enrolment records and opens the class.")
    return NextStep(_("Hand the roster in"), text, f"{page}#hand-in", _("Hand in"))


def _waiting(training_class: TrainingClass) -> NextStep:
    titles = {
        ClassState.ROSTER: _("The enterprise is filling in the roster"),
        ClassState.RETURNED: _("The enterprise is correcting the roster"),
        ClassState.DISTRICT_REVIEW: _("The district is reviewing the roster"),
        ClassState.OPEN: _("The class is in training"),
        ClassState.COMPLETED: _("The class is completed"),
        ClassState.CANCELLED: _("The class was cancelled"),
    }
    over = training_class.state in (ClassState.COMPLETED, ClassState.CANCELLED)
    text = _("There is nothing to do for you now; you get a notice when it moves.")
    if over or training_class.state == ClassState.OPEN:
        text = ""
    return NextStep(titles[ClassState(training_class.state)], text, tone="done" if over else "waiting")
