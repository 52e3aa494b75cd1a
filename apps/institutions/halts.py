"""When an institution was kept from training: every suspension and removal, also those that are over.

The record itself says where the institution stands now; what it said before is in the history that the
database writes of it. A later entry says from which day on the institution trains again; a suspension that
is entered backward covers days that have passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.apps import apps

from apps.institutions.enums import Standing

# The document's words for it: what is not put right is reported to the city, which stops the training.
HALT_ARTICLE = "六（四）"
_HALTING = (Standing.SUSPENDED, Standing.REMOVED)


@dataclass(frozen=True)
class Halt:
    """Days without training, both included; `last` is None while no end is known."""

    first: date
    last: date | None
    standing: Standing
    reason: str

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def halts_of(institution_id: int) -> tuple[Halt, ...]:
    """Every suspension or removal of an institution, in the order in which they were entered."""
    events = apps.get_model("institutions.InstitutionEvent").objects.filter(pgh_obj_id=institution_id)
    found: list[Halt] = []
    for standing, first, last, reason in events.order_by("pgh_id").values_list(
        "standing", "standing_from", "standing_until", "standing_reason"
    ):
        if first is None:
            continue
        if standing in _HALTING:
            halt = Halt(first, last, Standing(standing), reason)
            # Any other change of the record, such as of its telephone, repeats its standing.
            if not found or found[-1] != halt:
                found.append(halt)
        elif standing == Standing.LISTED:
            found = [cut for halt in found if (cut := _until(halt, first))]
    return tuple(found)


def _until(halt: Halt, listed_from: date) -> Halt | None:
    """What is left of it when the institution trains again from a day on."""
    last = listed_from - timedelta(days=1)
    if halt.last is not None and halt.last <= last:
        return halt
    return replace(halt, last=last) if halt.first <= last else None


def halt_on(halts: Sequence[Halt], day: date) -> Halt | None:
    """The suspension or removal that covers a day, if there is one."""
    return next((halt for halt in halts if halt.covers(day)), None)
