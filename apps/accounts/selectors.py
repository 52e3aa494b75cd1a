"""Reads of the access log about one record."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from apps.accounts.models import AccessLog, Person


@dataclass(frozen=True)
class Trace:
    """One thing that was done to a record: what, when, by whom in which role, and why."""

    action: str
    label: str
    at: datetime
    who: str
    role_label: str
    reason: str
    about: models.Model | None = None


def record_history(*subjects: models.Model, limit: int = 50) -> list[Trace]:
    """What the access log tells about records that the caller may see, the newest first."""
    condition = models.Q(pk__in=[])
    known = {(subject._meta.label_lower, str(subject.pk)): subject for subject in subjects}
    for label, key in known:
        condition |= models.Q(subject_type=label, subject_id=key)
    rows = list(AccessLog.objects.filter(condition).order_by("-id")[:limit])
    people = {row.person_id for row in rows if row.person_id}
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    return [
        Trace(
            action=row.action,
            label=row.action_label,
            at=row.at,
            who=names.get(row.person_id or 0, ""),
            role_label=str(row.get_role_display()) if row.role else "",
            reason=row.reason,
            about=known[row.subject_type, row.subject_id],
        )
        for row in rows
    ]
