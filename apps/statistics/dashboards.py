"""What a dashboard shows: the funnel, what is overdue and with whom, the money. A fixed number of queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.accounts.staffing import empty_seats
from apps.apprentices.enums import ClassState, EnrolmentState
from apps.casework import subjects
from apps.claims.enums import ClaimState
from apps.ledger.models import Budget, Fund
from apps.payouts.models import OPEN_FEN, Recovery
from apps.plans.enums import PlanState
from apps.statistics.counting import state_counts

PLAN, CLASS, ENROLMENT, CLAIM = (
    "plans.plan",
    "apprentices.trainingclass",
    "apprentices.enrolment",
    "claims.claim",
)

# The stages of the funnel: label, subject, and the states that count as having come so far.
FUNNEL = (
    (_("Plans begun"), PLAN, tuple(PlanState.values)),
    (
        _("Plans handed in"),
        PLAN,
        tuple(s for s in PlanState.values if s not in (PlanState.DRAFT, PlanState.WITHDRAWN)),
    ),
    (_("Plans approved"), PLAN, (PlanState.APPROVED,)),
    (_("Classes enrolled"), CLASS, (ClassState.OPEN, ClassState.COMPLETED)),
    (_("Classes completed"), CLASS, (ClassState.COMPLETED,)),
    (_("Claims handed in"), CLAIM, tuple(s for s in ClaimState.values if s != ClaimState.DRAFT)),
    (_("Claims paid or settled"), CLAIM, (ClaimState.PAID, ClaimState.SETTLED)),
)


@dataclass(frozen=True)
class Late:
    """How many files of one kind are overdue in one district, and whose turn it is."""

    subject: subjects.Subject
    district: District
    state: str
    roles: str
    count: int
    oldest: date


@dataclass(frozen=True)
class Stuck:
    """A role that nobody holds in a district, and how many files wait there for it."""

    district: District
    role: Role
    count: int


@dataclass(frozen=True)
class FundMoney:
    """One fund in one year: what was made available, promised, spent. In fen."""

    fund: str
    year: int
    appropriated_fen: int
    committed_fen: int
    paid_fen: int

    @property
    def free_fen(self) -> int:
        return self.appropriated_fen - self.committed_fen - self.paid_fen


@dataclass(frozen=True)
class Dashboard:
    """Everything on the page, for one district or for the city."""

    funnel: list[tuple[str, int]]
    enrolments: list[tuple[str, str, int]]
    late: list[Late]
    late_count: int
    stuck: list[Stuck]
    funds: list[FundMoney]
    to_recover_fen: int
    overdue_recovery_fen: int
    districts: list[dict[str, Any]]


def dashboard(actor: Actor, on: date, district: str | None = None) -> Dashboard:
    """The dashboard of a district, or of the whole city where neither it nor the actor names one."""
    code = actor.district_code or district or None
    counts = state_counts(code)
    late = _late(actor, on, code)
    owed = _owed(code, on)
    return Dashboard(
        funnel=[(str(label), _sum(counts, subject, states)) for label, subject, states in FUNNEL],
        enrolments=[
            (state, str(label), _sum(counts, ENROLMENT, (state,))) for state, label in EnrolmentState.choices
        ],
        late=late,
        late_count=sum(row.count for row in late),
        stuck=_stuck(counts, on, code),
        funds=_funds(code),
        to_recover_fen=owed["open"],
        overdue_recovery_fen=owed["overdue"],
        districts=[] if code else _by_district(counts),
    )


def _sum(counts: dict, subject: str, states: tuple[str, ...]) -> int:
    return sum(
        count for by_state in counts[subject].values() for state, count in by_state.items() if state in states
    )


def _late(actor: Actor, on: date, code: str | None) -> list[Late]:
    """One query for each kind of file; the indexes of the queues serve them."""
    names = {row.pk: row for row in District.objects.all()}
    found = []
    for subject in subjects.all_subjects():
        if subject.table is None or not subject.table.working or subject.label == ENROLMENT:
            continue
        rows = subject.model.objects.visible_to(actor).filter(
            deadline_on__lt=on, state__in=list(subject.table.working)
        )
        if code:
            rows = rows.filter(district_id=code)
        for row in rows.values("district_id", "state").annotate(count=Count("id"), oldest=Min("deadline_on")):
            roles = subject.table.working[row["state"]]
            found.append(
                Late(
                    subject=subject,
                    district=names[row["district_id"]],
                    state=subject.state_label(row["state"]),
                    roles=", ".join(sorted(str(Role(role).label) for role in roles)),
                    count=row["count"],
                    oldest=row["oldest"],
                )
            )
    return sorted(found, key=lambda row: (row.oldest, -row.count))


def _stuck(counts: dict, on: date, code: str | None) -> list[Stuck]:
    return [
        Stuck(seat.district, seat.role, _waiting_for(seat.role, seat.district.pk, counts))
        for seat in empty_seats(on, code)
    ]


def _waiting_for(role: Role, district: str, counts: dict) -> int:
    return sum(
        count
        for subject, by_district in counts.items()
        if (table := subjects.get(subject).table) is not None
        for state, count in by_district.get(district, {}).items()
        if role in table.working.get(state, ())
    )


def _funds(code: str | None) -> list[FundMoney]:
    rows = Budget.objects.all()
    if code:
        rows = rows.filter(district_code=code)
    return [
        FundMoney(
            fund=Fund(name=row["fund__name"], name_en=row["fund__name_en"]).label,
            year=row["year"],
            appropriated_fen=row["appropriated"],
            committed_fen=row["reserved"],
            paid_fen=row["used"],
        )
        for row in rows.values("fund__name", "fund__name_en", "year")
        .annotate(appropriated=Sum("appropriated_fen"), reserved=Sum("reserved_fen"), used=Sum("used_fen"))
        .order_by("-year", "fund__name")
    ]


def _owed(code: str | None, on: date) -> dict[str, int]:
    rows = Recovery.objects.still_open()
    if code:
        rows = rows.filter(district_id=code)
    return rows.aggregate(
        open=Sum(OPEN_FEN, default=0), overdue=Sum(OPEN_FEN, filter=Q(due_on__lt=on), default=0)
    )


def _by_district(counts: dict) -> list[dict[str, Any]]:
    """One row per district: files in review, apprentices in training, money of the newest year."""
    year = Budget.objects.order_by("-year").values_list("year", flat=True).first()
    budgets = Budget.objects.none() if year is None else Budget.objects.filter(year=year)
    money: dict[str, Any] = {
        row["district_code"]: row
        for row in budgets.values("district_code").annotate(
            committed=Sum("reserved_fen"), paid=Sum("used_fen")
        )
    }
    rows = []
    for district in District.objects.order_by("position"):
        code = district.pk
        mine = money.get(code, {})
        rows.append(
            {
                "district": district,
                "in_review": counts[PLAN][code].get(PlanState.DISTRICT_REVIEW, 0)
                + counts[CLASS][code].get(ClassState.DISTRICT_REVIEW, 0)
                + counts[CLAIM][code].get(ClaimState.DISTRICT_REVIEW, 0),
                "training": counts[ENROLMENT][code].get(EnrolmentState.ENROLLED, 0),
                "completed": counts[ENROLMENT][code].get(EnrolmentState.COMPLETED, 0),
                "committed_fen": mine.get("committed", 0),
                "paid_fen": mine.get("paid", 0),
            }
        )
    return rows
