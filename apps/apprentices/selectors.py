"""Reads about classes, rosters and enrolment records; every one starts from what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.services import id_index
from apps.apprentices.checks import OPEN_ROSTER
from apps.apprentices.enums import CONSUMING_STATES, ClassState, EnrolmentState, RosterState
from apps.apprentices.models import Enrolment, LineSeats, RosterFile, TrainingClass
from apps.apprentices.transitions import CLASS_TRANSITIONS
from apps.core.errors import NotFound
from apps.core.identifiers import parse_id_number
from apps.plans.enums import PlanState
from apps.plans.models import PlanLine

_NOT_YOURS = "no_such_case"


@dataclass(frozen=True)
class Filters:
    """How a reader narrows a list of enrolments. `flagged` keeps the rows with a doubt."""

    state: str = ""
    text: str = ""
    post_kind: str = ""
    flagged: bool = False


@dataclass(frozen=True)
class RosterCounts:
    """How many people of a class stand where."""

    by_state: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Everybody who was not taken off the roster."""
        gone = (EnrolmentState.REMOVED, EnrolmentState.REFUSED)
        return sum(many for state, many in self.by_state.items() if state not in gone)

    def __getattr__(self, name: str) -> int:
        if name in EnrolmentState.values:
            return self.by_state.get(name, 0)
        raise AttributeError(name)


def class_of(actor: Actor | None, pk: int) -> TrainingClass:
    """The class with its parties, if the actor may see it. Raises `NotFound` otherwise."""
    found = _with_parties(TrainingClass.objects.visible_to(actor)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such class, or it is not yours."), code=_NOT_YOURS)
    return found


def enrolment_of(actor: Actor | None, pk: int) -> Enrolment:
    """The enrolment with person and class, if the actor may see it. Raises `NotFound` otherwise."""
    rows = Enrolment.objects.visible_to(actor).select_related(
        "person",
        "training_class__line__occupation",
        "training_class__line__level",
        "training_class__plan",
        "enterprise__organisation",
        "institution__organisation",
        "district",
        "policy_document",
        "transferred_to",
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such enrolment, or it is not yours."), code=_NOT_YOURS)
    return found


def roster_file_of(actor: Actor | None, pk: int) -> RosterFile:
    """The uploaded roster, if the actor may see its class. Raises `NotFound` otherwise."""
    rows = RosterFile.objects.visible_to(actor).select_related(
        "training_class", "file", "job", "uploaded_by__person", "error_workbook"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code=_NOT_YOURS)
    return found


def _with_parties(rows: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    return rows.select_related(
        "enterprise__organisation",
        "institution__organisation",
        "district",
        "plan",
        "line__occupation",
        "line__level",
        "policy_document",
    )


def classes_for(
    actor: Actor | None, *, state: str = "", text: str = "", mine: bool = False, district: str = ""
) -> QuerySet[TrainingClass]:
    """The classes that the actor may see, narrowed by state, text, whose turn it is, and district."""
    rows = _with_parties(TrainingClass.objects.visible_to(actor))
    if state:
        rows = rows.filter(state=state)
    if mine and actor is not None:
        rows = rows.filter(state__in=states_of(actor))
    if district:
        rows = rows.filter(district_id=district)
    wanted = text.strip().replace("\x00", "")
    if wanted:
        rows = rows.filter(
            Q(number__icontains=wanted)
            | Q(name__icontains=wanted)
            | Q(enterprise__organisation__name__icontains=wanted)
            | Q(institution__organisation__name__icontains=wanted)
        )
    return rows


def states_of(actor: Actor) -> list[str]:
    """The states in which this role has to do something about the roster; training waits for nobody."""
    working = CLASS_TRANSITIONS.working.items()
    return [state for state, roles in working if actor.role in roles and state != ClassState.OPEN]


def count_waiting(actor: Actor) -> int:
    """How many rosters wait for this actor."""
    states = states_of(actor)
    return TrainingClass.objects.visible_to(actor).filter(state__in=states).count() if states else 0


def class_counts(actor: Actor | None) -> dict[str, int]:
    """How many classes the actor sees in each state."""
    rows = TrainingClass.objects.visible_to(actor).values_list("state").annotate(many=Count("id"))
    return dict(rows.order_by())


def heads_of(classes: Iterable[TrainingClass]) -> dict[int, int]:
    """How many people each of these classes has, in one query."""
    rows = Enrolment.objects.filter(training_class__in=list(classes), state__in=CONSUMING_STATES)
    return dict(rows.values_list("training_class").annotate(many=Count("id")).order_by())


def roster_counts(training_class: TrainingClass) -> RosterCounts:
    """How many people of a class stand where, in one query."""
    rows = training_class.enrolments.values_list("state").annotate(many=Count("id")).order_by()
    return RosterCounts(dict(rows))


def flagged() -> Q:
    """Rows with a doubt that a reviewer should see; the same conditions as `checks.flags`."""
    return (
        Q(contract_to__lt=F("ends_on"))
        | Q(contract_from__gt=F("starts_on"))
        | Q(agreement_signed_on__isnull=True)
        | Q(agreement_signed_on__gt=F("starts_on"))
    )


def enrolments_in(training_class: TrainingClass, filters: Filters) -> QuerySet[Enrolment]:
    """The people of a class; whoever was taken off shows only when asked for by state."""
    rows = training_class.enrolments.select_related("person")
    if filters.state in EnrolmentState.values:
        rows = rows.filter(state=filters.state)
    else:
        rows = rows.exclude(state__in=(EnrolmentState.REMOVED, EnrolmentState.REFUSED))
    return _narrowed(rows, filters)


def enrolments_for(actor: Actor | None, filters: Filters, *, district: str = "") -> QuerySet[Enrolment]:
    """Every enrolment that the actor may see, narrowed."""
    rows = Enrolment.objects.visible_to(actor).select_related(
        "person",
        "district",
        "enterprise__organisation",
        "occupation",
        "level",
    )
    if filters.state in EnrolmentState.values:
        rows = rows.filter(state=filters.state)
    if district:
        rows = rows.filter(district_id=district)
    return _narrowed(rows, filters)


def _narrowed(rows: QuerySet[Enrolment], filters: Filters) -> QuerySet[Enrolment]:
    wanted = filters.text.strip().replace("\x00", "")
    if wanted:
        by_reading = Q(person__name_pinyin__startswith=wanted.lower()) if wanted.isascii() else Q()
        rows = rows.filter(Q(person__name__icontains=wanted) | Q(number__startswith=wanted) | by_reading)
    if filters.post_kind:
        rows = rows.filter(post_kind=filters.post_kind)
    if filters.flagged:
        rows = rows.filter(flagged())
    return rows


def enrolments_of_id(actor: Actor | None, typed: str) -> QuerySet[Enrolment]:
    """The enrolments of one person by the whole ID number, within what the actor may see.

    The number is compared as a keyed hash and never written anywhere. Raises `InvalidIdentifier`.
    """
    number = parse_id_number(typed).number
    return enrolments_for(actor, Filters()).filter(person__id_index=id_index(number))


@dataclass(frozen=True)
class OpenLine:
    """A line of an approved plan for which a class can be opened, and how many seats it has left."""

    line: PlanLine
    free: int


def open_lines(actor: Actor | None, on: date, plan_id: int | None = None) -> list[OpenLine]:
    """The lines of the actor's approved plans that have room and are not over, the newest plan first."""
    from apps.plans.models import Plan

    plans = Plan.objects.visible_to(actor).filter(state=PlanState.APPROVED).exclude(ends_on__lt=on)
    if plan_id is not None:
        plans = plans.filter(pk=plan_id)
    lines = (
        PlanLine.objects.filter(plan__in=plans)
        .select_related("plan__institution__organisation", "occupation", "level")
        .order_by("-plan_id", "id")
    )
    taken = dict(LineSeats.objects.filter(line__in=lines).values_list("line_id", "taken"))
    found = [OpenLine(line, line.headcount - taken.get(line.pk, 0)) for line in lines]
    return [row for row in found if row.free > 0]


def transfer_targets(actor: Actor | None, enrolment: Enrolment) -> QuerySet[TrainingClass]:
    """Own classes of the same occupation and level that still take people."""
    return (
        TrainingClass.objects.visible_to(actor)
        .filter(
            state__in=OPEN_ROSTER,
            line__occupation_id=enrolment.occupation_id,
            line__level_id=enrolment.level_id,
        )
        .exclude(pk=enrolment.training_class_id)
    )


def reading_now(training_class: TrainingClass) -> RosterFile | None:
    """The roster file of a class that is being read, if there is one."""
    rows = training_class.roster_files.filter(state__in=(RosterState.WAITING, RosterState.READING))
    found = rows.select_related("job").first()
    return found if found is not None and found.job is not None and found.job.is_live else None
