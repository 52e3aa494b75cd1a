"""Reads of training records, all within what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import STANDING_STATES, ClassState, EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.casework.models import CaseDocument
from apps.core.errors import NotFound
from apps.plans.enums import MentorSide, Place
from apps.plans.models import Course, Mentor
from apps.policy.selectors import parameter
from apps.training.checks import side_of
from apps.training.credits import Credits, credits_of, with_minutes
from apps.training.enums import DisputeState, EvidenceKind, SessionSide
from apps.training.models import Attendance, Dispute, TrainingSession

SESSION = "training.trainingsession"
_TAUGHT = (ClassState.OPEN, ClassState.COMPLETED)


def sessions_of(actor: Actor, training_class: TrainingClass, *, side: str = "") -> QuerySet[TrainingSession]:
    """The sessions of a class, newest first, with how many were there and how many files prove it."""
    rows = TrainingSession.objects.visible_to(actor).filter(training_class=training_class)
    if side in SessionSide.values:
        rows = rows.filter(side=side)
    return (
        rows.select_related("course", "mentor", "recorded_by__person")
        .annotate(present=Count("attendances", filter=Q(attendances__voided_at=None)))
        .order_by("-starts_at", "-id")
    )


def evidence_of(sessions: Iterable[TrainingSession]) -> dict[int, int]:
    """How many files of evidence each of these sessions has, in one query."""
    rows = CaseDocument.objects.filter(
        subject_type=SESSION,
        subject_id__in=[row.pk for row in sessions],
        replaced_by=None,
        removed_at=None,
    )
    return dict(rows.values_list("subject_id").annotate(many=Count("id")).order_by())


def _proofs() -> QuerySet[CaseDocument]:
    return CaseDocument.objects.filter(subject_type=SESSION, replaced_by=None, removed_at=None)


def without_evidence(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Those sessions that count and have no file to prove them."""
    return sessions.filter(cancelled_at=None).exclude(pk__in=_proofs().values("subject_id"))


@dataclass(frozen=True)
class Proof:
    """How well a class is proven: photos and videos against what the settlement asks for."""

    found: int
    needed: int
    sessions: int
    bare: int

    @property
    def missing(self) -> int:
        """Photos or videos that the settlement still asks for."""
        return max(0, self.needed - self.found)


def proof_of(training_class: TrainingClass) -> Proof:
    """Count the evidence of a class (3(3)1; the number is a parameter of its document)."""
    held = TrainingSession.objects.filter(training_class=training_class, cancelled_at=None)
    every = TrainingSession.objects.filter(training_class=training_class).values("pk")
    pictures = _proofs().filter(kind__in=[EvidenceKind.PHOTO, EvidenceKind.VIDEO], subject_id__in=every)
    needed = parameter(training_class.policy_document, "settlement_evidence_min", training_class.rules_on)
    return Proof(
        found=pictures.count(),
        needed=int(needed),
        sessions=held.count(),
        bare=without_evidence(held).count(),
    )


def open_disputes_by_person(people: Sequence[Enrolment]) -> dict[int, int]:
    """How many disputes of these enrolments are open, in one query."""
    rows = Dispute.objects.filter(enrolment__in=[row.pk for row in people], state=DisputeState.OPEN)
    return dict(rows.values_list("enrolment").annotate(many=Count("id")).order_by())


def session_of(actor: Actor, pk: int) -> TrainingSession:
    """The session, if the actor may see it. Raises `NotFound` otherwise."""
    rows = TrainingSession.objects.visible_to(actor).select_related(
        "training_class", "course", "mentor", "recorded_by__person"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such session, or it is not yours."), code="no_such_case")
    return found


def taught_classes(actor: Actor, *, text: str = "") -> QuerySet[TrainingClass]:
    """The classes that train or have trained."""
    rows = (
        TrainingClass.objects.visible_to(actor)
        .filter(state__in=_TAUGHT)
        .select_related(
            "enterprise__organisation", "institution__organisation", "line__occupation", "line__level"
        )
    )
    wanted = text.strip().replace("\x00", "")
    if wanted:
        rows = rows.filter(Q(number__icontains=wanted) | Q(name__icontains=wanted))
    return rows


def taught_class(actor: Actor, pk: int) -> TrainingClass:
    """One class that trains or has trained, if the actor may see it. Raises `NotFound` otherwise."""
    found = taught_classes(actor).select_related("plan", "policy_document").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such class in training, or it is not yours."), code="no_such_case")
    return found


@dataclass
class Totals:
    """What a list of classes says of each."""

    institution_minutes: int = 0
    enterprise_minutes: int = 0
    people: int = 0
    assessed: int = 0
    disputes: int = 0


def totals_of(classes: Sequence[TrainingClass]) -> dict[int, Totals]:
    """Minutes given by each side, people, results and open disputes of these classes, in three queries."""
    found = {row.pk: Totals() for row in classes}
    sessions = TrainingSession.objects.filter(training_class__in=found, cancelled_at=None)
    for pk, side, minutes in (
        sessions.values_list("training_class", "side").annotate(minutes=Sum("minutes")).order_by()
    ):
        setattr(found[pk], f"{side}_minutes", minutes)
    people = Enrolment.objects.filter(training_class__in=found, state__in=STANDING_STATES)
    for pk, many, assessed in (
        people.values_list("training_class")
        .annotate(many=Count("id"), assessed=Count("assessment"))
        .order_by()
    ):
        found[pk].people, found[pk].assessed = many, assessed
    disputes = Dispute.objects.filter(enrolment__training_class__in=found, state=DisputeState.OPEN)
    for pk, many in disputes.values_list("enrolment__training_class").annotate(many=Count("id")).order_by():
        found[pk].disputes = many
    return found


@dataclass(frozen=True)
class CourseHours:
    """A course of the plan: class hours planned, and minutes given so far."""

    course: Course
    minutes: int
    sessions: int
    minutes_per_hour: int

    @property
    def hours(self) -> str:
        """Class hours given so far, with one place where they are not whole."""
        whole, tenth = divmod(self.minutes * 10 // self.minutes_per_hour, 10)
        return f"{whole}.{tenth}" if tenth else str(whole)

    @property
    def percent(self) -> int:
        return min(100, self.minutes * 100 // (self.course.hours * self.minutes_per_hour))


def minutes_per_hour(training_class: TrainingClass) -> int:
    """How long a class hour is in the document that governs the class."""
    return int(parameter(training_class.policy_document, "minutes_per_class_hour", training_class.rules_on))


def course_progress(training_class: TrainingClass) -> list[CourseHours]:
    """Every course of the class's line with what was given of it so far."""
    given = {
        course: (minutes, sessions)
        for course, minutes, sessions in TrainingSession.objects.filter(
            training_class=training_class, cancelled_at=None
        )
        .values_list("course")
        .annotate(minutes=Sum("minutes"), sessions=Count("id"))
        .order_by()
    }
    length = minutes_per_hour(training_class)
    courses = Course.objects.filter(
        Q(line=None) | Q(line_id=training_class.line_id), plan_id=training_class.plan_id
    )
    return [CourseHours(row, *given.get(row.pk, (0, 0)), length) for row in courses.order_by("place", "id")]


def courses_for(training_class: TrainingClass, side: SessionSide) -> QuerySet[Course]:
    """The courses of a class's plan that this side gives."""
    place = Place.INSTITUTION if side == SessionSide.INSTITUTION else Place.ENTERPRISE
    return Course.objects.filter(
        Q(line=None) | Q(line_id=training_class.line_id), plan_id=training_class.plan_id, place=place
    ).order_by("id")


def mentors_for(training_class: TrainingClass, side: SessionSide) -> QuerySet[Mentor]:
    """The teachers or mentors of a class's plan on this side."""
    of = MentorSide.INSTITUTION if side == SessionSide.INSTITUTION else MentorSide.ENTERPRISE
    return Mentor.objects.filter(plan_id=training_class.plan_id, side=of).order_by("id")


def enrolled_in(training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Who can be present at a session of the class."""
    rows = Enrolment.objects.filter(training_class=training_class, state=EnrolmentState.ENROLLED)
    return rows.select_related("person").order_by("id")


def people_of(training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Everybody whose record in the class stands, with result."""
    rows = Enrolment.objects.filter(training_class=training_class, state__in=STANDING_STATES)
    return rows.select_related("person", "assessment")


def credits_by_person(people: Sequence[Enrolment]) -> dict[int, Credits]:
    """The credits of these enrolments, in one query however many there are."""
    counted = with_minutes(Enrolment.objects.filter(pk__in=[row.pk for row in people]))
    return {row.pk: credits_of(row) for row in counted.select_related("policy_document")}


@dataclass
class Readiness:
    """How far a class is: who has the credits, who was assessed, who may be completed."""

    people: int = 0
    with_credits: int = 0
    assessed: int = 0
    to_complete: int = 0
    required: int = 0

    @property
    def all_assessed(self) -> bool:
        """Whether there is somebody, and a result for everybody."""
        return 0 < self.people == self.assessed


def readiness_of(training_class: TrainingClass) -> Readiness:
    """Count a whole class by its credits and results, in one query."""
    rows = with_minutes(
        Enrolment.objects.filter(training_class=training_class, state__in=STANDING_STATES)
    ).select_related("policy_document", "assessment")
    found = Readiness()
    for row in rows:
        earned = credits_of(row)
        assessed = getattr(row, "assessment", None) is not None
        found.people += 1
        found.with_credits += earned.enough
        found.assessed += assessed
        found.to_complete += assessed and row.state == EnrolmentState.ENROLLED
        found.required = earned.required
    return found


def attendances_of(actor: Actor, enrolment: Enrolment) -> QuerySet[Attendance]:
    """What an apprentice attended, newest first; for the apprentice's own page and the class's offices."""
    visible = Enrolment.objects.visible_to(actor).filter(pk=enrolment.pk)
    disputed = Dispute.objects.filter(attendance=OuterRef("pk"), state=DisputeState.OPEN)
    return (
        Attendance.objects.filter(enrolment__in=visible)
        .select_related("session__course", "session__mentor")
        .annotate(disputed=Exists(disputed))
        .order_by("-starts_at", "-id")
    )


def disputes_of(actor: Actor, training_class: TrainingClass) -> QuerySet[Dispute]:
    """The disputes in a class, open ones first."""
    visible = TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk)
    return (
        Dispute.objects.filter(enrolment__training_class__in=visible)
        .select_related("enrolment__person", "attendance__session__course")
        .order_by(F("answered_at").desc(nulls_first=True), "-id")
    )


def to_answer(actor: Actor) -> Q:
    """Open disputes that this side answers: about its own hours; the enterprise about a whole record, too."""
    side = side_of(actor)
    if side is None:
        return Q(pk__in=[])
    own = Q(attendance__side=side)
    if actor.is_enterprise:
        own |= Q(attendance=None)
    return Q(state=DisputeState.OPEN) & own


def dispute_of(actor: Actor, pk: int) -> Dispute:
    """A dispute of an enrolment that the actor may see. Raises `NotFound` otherwise."""
    rows = Dispute.objects.filter(enrolment__in=Enrolment.objects.visible_to(actor))
    found = (
        rows.select_related("enrolment__person", "attendance__session__course", "attendance__session__mentor")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such dispute, or it is not yours."), code="no_such_dispute")
    return found
