"""Which seats of a district's office nobody holds: files that wait for them cannot move."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from apps.accounts.models import District, Membership, Organisation
from apps.accounts.models.membership import MembershipState
from apps.accounts.roles import OrganisationKind, Role

# Without one of these a claim of the district stops: it is reviewed, signed and paid by them.
NEEDED = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER)
_ONCE_HELD = (MembershipState.ACTIVE, MembershipState.ENDED)


@dataclass(frozen=True)
class EmptySeat:
    """A role that nobody holds in a district, or that nobody holds for it."""

    district: District
    role: Role


Listener = Callable[[Sequence[EmptySeat], date], None]
_listeners: list[Listener] = []


def when_emptied(listener: Listener) -> None:
    """Let a higher floor know when the last person of a role leaves; called within the transaction."""
    _listeners.append(listener)


def empty_seats(on: date, district: str | None = None, *, without: Collection[int] = ()) -> list[EmptySeat]:
    """The roles that nobody holds on a day, in districts that are in use: with an office or an enterprise.

    `without` are memberships (by key) that are taken as ended.
    The city's finance officers pay for every district; while there is one, that seat is empty nowhere.
    """
    seats = Membership.objects.filter(role__in=NEEDED)
    held = set(
        seats.in_force(on).exclude(pk__in=without).order_by().values_list("role", "district_id").distinct()
    )
    offices = seats.filter(state__in=_ONCE_HELD).exclude(district=None).values("district_id")
    enterprises = Organisation.objects.filter(kind=OrganisationKind.ENTERPRISE).values("district_id")
    used = District.objects.filter(pk__in=offices) | District.objects.filter(pk__in=enterprises)
    if district:
        used = used.filter(pk=district)
    return [
        EmptySeat(place, role)
        for place in used.order_by("position")
        for role in NEEDED
        if not {(role, place.pk), (role, None)} & held
    ]


def emptied_by(ending: Collection[int], on: date) -> list[EmptySeat]:
    """The seats that would be empty if these memberships (by key) ended, and are not now."""
    now = empty_seats(on)
    return [seat for seat in empty_seats(on, without=ending) if seat not in now]


def last_granted_at(seat: EmptySeat) -> datetime | None:
    """When somebody was last given this role in this district; None where nobody ever was."""
    granted = Membership.objects.filter(role=seat.role, district=seat.district, state__in=_ONCE_HELD)
    moment: datetime | None = granted.aggregate(at=Max("decided_at"))["at"]
    return moment


@contextmanager
def watched(on: date) -> Iterator[None]:
    """Tell whoever listens which seats are empty after the block that were held before it."""
    before = set(empty_seats(on))
    yield
    emptied = [seat for seat in empty_seats(on) if seat not in before]
    if emptied:
        for listener in _listeners:
            listener(emptied, on)


def another_in_force(membership: Membership, on: date) -> bool:
    """Whether another person holds the role of a membership, wherever."""
    others = Membership.objects.in_force(on).filter(role=membership.role)
    return others.exclude(Q(person_id=membership.person_id)).exists()
