"""Classes that ended and were not settled: what was advanced for people to whom nothing is due."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from apps.apprentices.enums import STANDING_STATES, ClassState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.facts import UNFINISHED, unassessed
from apps.claims.models import Claim, ClaimLine
from apps.core.workdays import add_working_days, working_day_back
from apps.payouts.rules import recovery_rule
from apps.policy.problems import UngovernedDay
from apps.training.enums import Result

_TRAINED = (ClassState.OPEN, ClassState.COMPLETED)
_ADVANCED = F("entitlement__paid_fen") - F("entitlement__recovered_fen")
_WITH_THE_ENTERPRISE = (ClaimState.DRAFT, ClaimState.RETURNED)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What an ended class still has to give back, by why; `due_on` is the enterprise's last day.

    `advanced_fen` is what they were advanced. `drafts` are claims that the enterprise wrote and did not hand
    in: they lapse.
    """

    due_on: date
    late: bool
    without_result: int
    failed: int
    left: int
    advanced_fen: int
    drafts: tuple[Claim, ...]

    @property
    def people(self) -> int:
        """How many apprentices are concerned."""
        return self.without_result + self.failed + self.left


def settlement_due(training_class: TrainingClass, on: date) -> date | None:
    """The last day on which the enterprise settles its class; None where the city sets no time (choice)."""
    days = _settle_days(on)
    return None if days is None else add_working_days(training_class.ends_on, days)


def _settle_days(on: date) -> int | None:
    """The time that enterprises have, in working days; None where no rule of the city names one."""
    try:
        days: int | None = recovery_rule("recovery_settle_days", on)
    except UngovernedDay:
        return None
    return days


def unsettled(training_class: TrainingClass, on: date) -> Unsettled | None:
    """What the district could ask back of an ended class; None while it runs and where there is nothing."""
    if training_class.state not in _TRAINED or training_class.ends_on >= on:
        return None
    due_on = settlement_due(training_class, on)
    rows = _owing(training_class)
    people = rows.count()
    if due_on is None or not people:
        return None
    left = rows.filter(state__in=UNFINISHED).count()
    without_result = rows.filter(unassessed()).count()
    return Unsettled(
        due_on=due_on,
        late=due_on < on,
        without_result=without_result,
        failed=people - left - without_result,
        left=left,
        advanced_fen=rows.aggregate(total=Sum(_ADVANCED, default=0))["total"],
        drafts=tuple(drafts_of(training_class)),
    )


def ended_classes(classes: QuerySet[TrainingClass], on: date) -> QuerySet[TrainingClass]:
    """Those of the classes that are over and hold somebody to whom less is due than was advanced."""
    if _settle_days(on) is None:
        return classes.none()
    owing = _owing_rows(Enrolment.objects.filter(training_class=OuterRef("pk")))
    return classes.filter(Exists(owing), state__in=_TRAINED, ends_on__lt=on)


def unsettled_classes(classes: QuerySet[TrainingClass], on: date) -> QuerySet[TrainingClass]:
    """Those of the classes of which a district could ask something back on this day."""
    days = _settle_days(on)
    if days is None:
        return classes.none()
    # The last day of a class whose time is over: so many working days lie between it and today.
    ended_before = working_day_back(on - timedelta(days=1), days - 1)
    return ended_classes(classes, on).filter(ends_on__lt=ended_before)


def drafts_of(training_class: TrainingClass) -> QuerySet[Claim]:
    """What the enterprise wrote, did not hand in, and in which somebody is due less than was advanced."""
    written = Claim.objects.filter(
        training_class=training_class, kind=ClaimKind.REMAINDER, state__in=_WITH_THE_ENTERPRISE
    )
    return written.filter(lines__amount_fen__lt=0, lines__voided_at=None).distinct().order_by("id")


def _owing(training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Who was advanced money and is due nothing, with no claim before the office that says so."""
    return _owing_rows(Enrolment.objects.filter(training_class=training_class))


def _owing_rows(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Of these records those who were advanced money and are due nothing, with no claim that says so."""
    asked = ClaimLine.objects.filter(
        enrolment=OuterRef("pk"), kind=ClaimKind.REMAINDER, voided_at=None
    ).exclude(claim__state__in=_WITH_THE_ENTERPRISE)
    failed = Q(state__in=STANDING_STATES, assessment__result=Result.FAILED)
    nothing_due = Q(state__in=UNFINISHED) | unassessed() | failed
    return rows.filter(
        nothing_due, ~Exists(asked), entitlement__paid_fen__gt=F("entitlement__recovered_fen")
    ).order_by()
