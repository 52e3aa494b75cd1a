"""What a training record must be, one function per rule."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.core import clock
from apps.core.errors import Forbidden, Problem
from apps.plans.enums import MentorSide, Place
from apps.plans.models import Course, Mentor
from apps.policy.selectors import parameter
from apps.training.enums import Mode, SessionSide

SIDE_OF_ROLE = {
    Role.INSTITUTION_OPERATOR: SessionSide.INSTITUTION,
    Role.ENTERPRISE_OPERATOR: SessionSide.ENTERPRISE,
}
_PLACE = {SessionSide.INSTITUTION: Place.INSTITUTION, SessionSide.ENTERPRISE: Place.ENTERPRISE}
_MENTOR = {SessionSide.INSTITUTION: MentorSide.INSTITUTION, SessionSide.ENTERPRISE: MentorSide.ENTERPRISE}
_MODES = {
    SessionSide.INSTITUTION: (Mode.CLASSROOM, Mode.ONLINE),
    SessionSide.ENTERPRISE: (Mode.ON_THE_JOB,),
}


def side_of(actor: Actor) -> SessionSide | None:
    """Whose hours this actor records; None for anybody but the two partners."""
    return SIDE_OF_ROLE.get(actor.role)


def own_side(actor: Actor) -> SessionSide:
    """Whose hours this actor records. Raises `Forbidden` for anybody but the two partners."""
    side = side_of(actor)
    if side is None:
        raise Forbidden(_("Enterprise and institution record the training."), code="not_your_step")
    return side


def modes_of(side: SessionSide) -> tuple[Mode, ...]:
    """How this side gives its hours."""
    return _MODES[side]


def class_trains(training_class: TrainingClass) -> Iterator[Problem]:
    """Hours are recorded while the class is open."""
    if training_class.state != ClassState.OPEN:
        yield Problem("class_not_open", _("The class is not in training."), article="五")


def within_term(
    training_class: TrainingClass, starts_at: datetime, ends_at: datetime, on: date
) -> Iterator[Problem]:
    """A session lies within the class's term, ends after it starts, and is over when it is recorded."""
    if ends_at <= starts_at:
        yield Problem("ends_before_start", _("The session must end after it starts."), field="ends_at")
        return
    day = timezone.localtime(starts_at).date()
    if not training_class.starts_on <= day <= training_class.ends_on:
        message = _("The day lies outside the class's term (%(start)s to %(end)s).")
        yield Problem(
            "outside_term",
            message % {"start": training_class.starts_on, "end": training_class.ends_on},
            article="三（一）",
            field="starts_at",
        )
    yield from _is_over(timezone.localtime(ends_at, clock.BEIJING), on)


def _is_over(ends_at: datetime, on: date) -> Iterator[Problem]:
    # Only what ends on the very day, or later, needs the hour: files hold thousands of earlier days.
    if ends_at.date() < on or ends_at <= clock.elapsed(on):
        return
    message = _("Record a session after it was held: this one ends on %(day)s at %(hour)s.")
    values = {"day": ends_at.date(), "hour": f"{ends_at:%H:%M}"}
    yield Problem("in_future", message % values, "三（三）1", "ends_at")


def length_is_possible(
    training_class: TrainingClass, starts_at: datetime, ends_at: datetime
) -> Iterator[Problem]:
    """No session is longer than the policy's limit (choice)."""
    most = parameter(training_class.policy_document, "session_minutes_max", training_class.rules_on)
    if ends_at - starts_at > timedelta(minutes=most):
        message = _("A session lasts at most %(hours)s hours. Record several sessions.")
        yield Problem("too_long", message % {"hours": most // 60}, article="三（三）1", field="ends_at")


def fits_the_plan(
    training_class: TrainingClass, side: SessionSide, mode: str, course: Course, mentor: Mentor
) -> Iterator[Problem]:
    """Course and teacher are those of the approved plan, on the side that gives the hours (3(2))."""
    if course.plan_id != training_class.plan_id or course.place != _PLACE[side]:
        yield Problem("course", _("Choose a course of this plan that your side gives."), "三（一）", "course")
    if mentor.plan_id != training_class.plan_id or mentor.side != _MENTOR[side]:
        yield Problem(
            "mentor", _("Choose a teacher or mentor of this plan and your side."), "三（二）2", "mentor"
        )
    if mode not in _MODES[side]:
        yield Problem("mode", _("This mode does not fit the side that gives the hours."), "三（一）", "mode")


def somebody_attended(minutes: Sequence[int], length: int) -> Iterator[Problem]:
    """At least one apprentice was there, nobody longer than the session lasted."""
    if not minutes:
        yield Problem("nobody", _("Mark at least one apprentice as present."), field="attendance")
    if length > 0 and any(value < 1 or value > length for value in minutes):
        message = _("Minutes of presence lie between 1 and %(length)s, the length of the session.")
        yield Problem("minutes", message % {"length": length}, field="attendance")
