"""Hours and results of days on which the institution was kept from training (停训)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.core.clock import BEIJING
from apps.core.errors import Problem
from apps.institutions.halts import HALT_ARTICLE, Halt, halt_on, halts_of
from apps.institutions.models import Institution
from apps.training.enums import SessionSide
from apps.training.models import TrainingSession

Halts = Sequence[Halt]


def span_in_words(halt: Halt) -> str:
    """The days of a suspension or removal, as a sentence names them."""
    if halt.last is None:
        return _("since %(first)s") % {"first": halt.first}
    return _("%(first)s to %(last)s") % {"first": halt.first, "last": halt.last}


def no_lesson_then(side: str, day: date, halts: Halts) -> Iterator[Problem]:
    """The institution gives no lesson on such a day (6(4)); what the enterprise gives on the job goes on."""
    halt = halt_on(halts, day) if side == SessionSide.INSTITUTION else None
    if halt is not None:
        message = _("The institution may not train on %(day)s: %(standing)s %(span)s (%(reason)s).")
        yield Problem("institution_halted", message % _words(halt, day), HALT_ARTICLE, "starts_at")


def no_assessment_then(day: date, halts: Halts) -> Iterator[Problem]:
    """Both assess together (3(2)3), so nobody is assessed on such a day."""
    halt = halt_on(halts, day)
    if halt is not None:
        message = _("The institution may not assess on %(day)s: %(standing)s %(span)s (%(reason)s).")
        yield Problem("institution_halted", message % _words(halt, day), HALT_ARTICLE, "assessed_on")


def _words(halt: Halt, day: date) -> dict[str, object]:
    return {
        "day": day,
        "standing": halt.standing.label,
        "span": span_in_words(halt),
        "reason": halt.reason,
    }


def lessons_in(halts: Halts) -> QuerySet[TrainingSession]:
    """Lessons of institutions that stand and lie in one of these spans; none where there is no span.

    They were recorded before a suspension was entered backward. They stand until somebody takes them back.
    """
    if not halts:
        return TrainingSession.objects.none()
    spans = reduce(or_, (_within(halt) for halt in halts))
    return TrainingSession.objects.filter(spans, side=SessionSide.INSTITUTION, cancelled_at=None)


def _within(halt: Halt) -> Q:
    within = Q(starts_at__gte=datetime.combine(halt.first, time.min, BEIJING))
    if halt.last is not None:
        after = datetime.combine(halt.last + timedelta(days=1), time.min, BEIJING)
        within &= Q(starts_at__lt=after)
    return within


@dataclass(frozen=True)
class Affected:
    """What a suspension means for a class: whether it holds today, and the lessons that lie in one."""

    now: Halt | None
    lessons: int
    first: date | None
    last: date | None

    @property
    def span(self) -> str:
        return span_in_words(self.now) if self.now else ""


def affected(training_class: TrainingClass, on: date) -> Affected:
    """How a class is touched by suspensions of its institution."""
    halts = halts_of(training_class.institution_id)
    found = (
        lessons_in(halts)
        .filter(training_class=training_class)
        .aggregate(many=Count("id"), first=Min("starts_at"), last=Max("starts_at"))
    )
    running = training_class.state not in (ClassState.COMPLETED, ClassState.CANCELLED)
    days = [timezone.localtime(at).date() if at else None for at in (found["first"], found["last"])]
    return Affected(halt_on(halts, on) if running else None, found["many"], *days)


def lessons_by_class(actor: Actor, institution: Institution) -> list[tuple[TrainingClass, int]]:
    """Classes in the actor's scope with lessons in a suspension of this institution, and how many."""
    found = lessons_in(halts_of(institution.pk)).filter(training_class__institution=institution)
    rows = TrainingSession.objects.visible_to(actor).filter(pk__in=found)
    many = dict(rows.order_by().values_list("training_class").annotate(many=Count("id")))
    return [(row, many[row.pk]) for row in TrainingClass.objects.filter(pk__in=many).order_by("pk")]
