"""Reminders for deadlines that passed."""

from datetime import date
from typing import Any

from apps.accounts.roles import Role
from apps.casework import subjects
from apps.casework.models import Notice

_OWN_SCOPE = {
    Role.ENTERPRISE_OPERATOR: "enterprise_id",
    Role.INSTITUTION_OPERATOR: "institution_id",
    Role.SUPERIOR_UNIT: "superior_unit_id",
}


def remind_overdue(on: date) -> int:
    """Leave one notice per overdue case and working role; safe to run again on the same day."""
    created = 0
    for subject in subjects.all_subjects():
        if subject.table is None:
            continue
        rows = subject.model.objects.filter(deadline_on__lt=on, state__in=list(subject.table.working))
        for case in rows.iterator(chunk_size=500):
            for role in subject.table.working[case.state]:
                created += _remind(case, role, on)
    return created


def _remind(case: Any, role: Role, on: date) -> int:
    label, pk = case.subject
    scope: dict[str, Any] = {"role": role, "organisation_id": None, "district_code": ""}
    if role in _OWN_SCOPE:
        scope["organisation_id"] = getattr(case, _OWN_SCOPE[role], None)
    elif role != Role.CITY_OFFICER:
        scope["district_code"] = case.district_id
    params = {"name": str(case), "due": case.deadline_on.isoformat(), "day": on.isoformat()}
    known = Notice.objects.filter(subject_type=label, subject_id=pk, code="overdue", params=params, **scope)
    if known.exists():
        return 0
    Notice.objects.create(subject_type=label, subject_id=pk, code="overdue", params=params, **scope)
    return 1
