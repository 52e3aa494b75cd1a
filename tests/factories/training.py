"""A class in training whose hours are recorded, told in few words.

of = training(people=2)                 # class, both partners
hold(of, hours=8)                       # a session of the enterprise with everybody
earn(of)                                # as many hours as the level's credits ask for
"""

from datetime import date, datetime, time, timedelta

from apps.accounts.actors import Actor
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.services import complete_class
from apps.core.clock import BEIJING
from apps.plans.enums import MentorSide, Place
from apps.policy.selectors import parameter
from apps.training.enums import Mode, SessionSide
from apps.training.models import Assessment, TrainingSession
from apps.training.services.complete_assessed import complete_assessed
from apps.training.services.record_result import ResultFacts, record_result
from apps.training.services.record_session import SessionFacts, record_session
from apps.training.services.record_sessions import record_sessions
from tests.factories import accounts, claims
from tests.factories.apprentices import ON
from tests.factories.claims import Money

LATER = date(2023, 12, 1)
_PARTS = {
    SessionSide.INSTITUTION: (Place.INSTITUTION, MentorSide.INSTITUTION, Mode.CLASSROOM),
    SessionSide.ENTERPRISE: (Place.ENTERPRISE, MentorSide.ENTERPRISE, Mode.ON_THE_JOB),
}


def training(*, people: int = 2, **options: object) -> Money:
    """A class in training with both partners."""
    return claims.money(people=people, **options)


def actor_of_side(of: Money, side: SessionSide) -> Actor:
    return of.clerk if side == SessionSide.ENTERPRISE else of.operator_of_institution


def facts(
    of: Money,
    side: SessionSide = SessionSide.ENTERPRISE,
    *,
    day: int = 1,
    start: time = time(8, 30),
    minutes: int = 240,
    present: list[Enrolment] | None = None,
    mode: Mode | None = None,
    key: str = "",
) -> SessionFacts:
    """A report of one session, `day` days after the training began; by default of everybody."""
    place, mentor_side, usual = _PARTS[side]
    plan = of.shop.plan
    starts_at = datetime.combine(ON + timedelta(days=day), start, BEIJING)
    return SessionFacts(
        course=plan.courses.get(place=place),
        mentor=plan.mentors.get(side=mentor_side),
        mode=mode or usual,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        attendance={row.pk: None for row in (of.enrolments() if present is None else present)},
        key=key,
    )


def hold(of: Money, side: SessionSide = SessionSide.ENTERPRISE, **options: object) -> TrainingSession:
    """A session as its side records it."""
    report = facts(of, side, **options)
    return record_session(actor_of_side(of, side), of.training_class, report, on=LATER)


def earn(of: Money, *, wanted: int = 80) -> None:
    """On-the-job training for so many credits, one of them a day."""
    document = of.training_class.policy_document
    minutes = parameter(document, "minutes_per_class_hour", ON) * parameter(document, "hours_per_credit", ON)
    reports = [facts(of, day=day + 1, minutes=minutes) for day in range(wanted)]
    record_sessions(of.clerk, of.training_class, reports, on=LATER)


def apprentice(enrolment: Enrolment) -> Membership:
    """The apprentice's own account."""
    return accounts.member(Role.APPRENTICE, person=enrolment.person)


def record_failure(of: Money, enrolment: Enrolment) -> Assessment:
    """The result of somebody who failed, which needs no credits."""
    return record_result(of.clerk, enrolment, ResultFacts("failed", LATER), on=LATER)


def complete(of: Money) -> TrainingClass:
    """Complete everybody with a result, and the class."""
    complete_assessed(of.clerk, of.training_class, on=LATER)
    return complete_class(of.clerk, of.training_class, on=LATER)
