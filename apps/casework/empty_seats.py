"""City and administrators are told when nobody is left in a district who could move its files."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import staffing
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.accounts.staffing import EmptySeat
from apps.casework.models import Notice
from apps.casework.notices import leave

CODE = "seat_empty"
SUBJECT = "accounts.district"
# Administrators read it in their mail and on their pages: no notice is shown to them.
_TOLD = (Role.CITY_OFFICER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def tell(seats: Sequence[EmptySeat], on: date) -> None:
    """Tell the city's officers and the administrators of seats that nobody holds from this day on."""
    leave(_notices(seats, on))


def tell_empty_seats(on: date) -> int:
    """Tell of seats that became empty by themselves, because a role was given until a day; returns how many.

    Each is told once until somebody is appointed again. Safe to run again.
    """
    untold = [seat for seat in staffing.empty_seats(on) if not _is_told(seat)]
    with transaction.atomic():
        leave(_notices(untold, on))
    return len(untold)


def in_words(notice: Notice) -> str:
    """Where whose files cannot move, and what to do about it."""
    district = District.objects.filter(pk=notice.params["district"]).first()
    return _(
        "%(district)s has nobody left as %(role)s: files that wait for that role cannot move until somebody "
        "is appointed."
    ) % {
        "district": district.label if district else notice.params["district"],
        "role": Role(notice.params["role"]).label,
    }


def _is_told(seat: EmptySeat) -> bool:
    told = Notice.objects.filter(
        code=CODE, subject_type=SUBJECT, subject_id=int(seat.district.pk), params__role=seat.role
    )
    granted = staffing.last_granted_at(seat)
    return (told.filter(at__gte=granted) if granted else told).exists()


def _notices(seats: Iterable[EmptySeat], on: date) -> list[Notice]:
    return [
        Notice(
            subject_type=SUBJECT,
            subject_id=int(seat.district.pk),
            code=CODE,
            params={
                "district": seat.district.pk,
                "role": str(seat.role),
                "day": on.isoformat(),
                "late": True,
            },
            role=to,
        )
        for seat in seats
        for to in _TOLD
    ]
