"""Who was suspended when: hours of such days are nobody's, also when they are recorded after the return."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.utils.translation import gettext as _

from apps.apprentices.enums import StatusChange
from apps.apprentices.models import Enrolment, StatusRecord, TrainingClass
from apps.core.errors import Problem

# By enrolment: from which day, and until which one that no longer counts (None: not back yet).
Suspensions = Mapping[int, list[tuple[date, date | None]]]
NAMES_MAX = 5


def suspensions(training_class: TrainingClass) -> Suspensions:
    """Every suspension in a class, by enrolment."""
    changes = StatusRecord.objects.filter(
        enrolment__training_class=training_class, change__in=[StatusChange.SUSPEND, StatusChange.RESUME]
    )
    found: dict[int, list[tuple[date, date | None]]] = {}
    for enrolment, change, day in changes.order_by("id").values_list("enrolment", "change", "effective_on"):
        spells = found.setdefault(enrolment, [])
        if change == StatusChange.SUSPEND:
            spells.append((day, None))
        elif spells:
            spells[-1] = (spells[-1][0], day)
    return found


def nobody_suspended(present: Iterable[int], day: date, away: Suspensions) -> Iterator[Problem]:
    """Nobody is marked as present on a day on which the record says that training was suspended."""
    wrong = [
        pk
        for pk in present
        if any(start <= day and (end is None or day < end) for start, end in away.get(pk, ()))
    ]
    if wrong:
        names = Enrolment.objects.filter(pk__in=wrong).order_by("pk").values_list("person__name", flat=True)
        message = _("Training was suspended on this day for: %(names)s. Leave them out.")
        yield Problem(
            "suspended",
            message % {"names": "、".join(names[:NAMES_MAX]) + "…" * (len(wrong) > NAMES_MAX)},
            field="attendance",
        )
