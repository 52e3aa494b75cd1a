"""Tell who has to settle a class that it is over, and its district that the time for it has passed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.roles import Role
from apps.apprentices.models import TrainingClass
from apps.casework.models import Notice
from apps.casework.notices import leave
from apps.payouts.unsettled import ended_classes, settlement_due, unsettled_classes

ENDED = "apprentices.trainingclass.settle"
OVERDUE = "apprentices.trainingclass.unsettled"


def remind_settlements(on: date) -> int:
    """Leave each notice once for a class that ended with advances to whom nothing is due; returns how many.

    When it is over, enterprise and institution learn by when it has to be settled; when that day has passed,
    the reviewers of the district learn that they can ask the advance back. Safe to run again.
    """
    classes = TrainingClass.objects.all()
    rows = [
        *_told(_untold(ended_classes(classes, on), ENDED), ENDED, on),
        *_told(_untold(unsettled_classes(classes, on), OVERDUE), OVERDUE, on),
    ]
    with transaction.atomic():
        leave(rows)
    return len(rows)


def _untold(classes: QuerySet[TrainingClass], code: str) -> QuerySet[TrainingClass]:
    known = Notice.objects.filter(code=code, subject_type="apprentices.trainingclass")
    return classes.exclude(pk__in=known.order_by().values("subject_id")).order_by("pk")


def _told(classes: Iterable[TrainingClass], code: str, on: date) -> Iterable[Notice]:
    for one in classes:
        due_on = settlement_due(one, on)
        for to in _addressees(one, code):
            yield Notice(
                subject_type="apprentices.trainingclass",
                subject_id=one.pk,
                code=code,
                params={"name": f"{one.number} {one.name}", "due": due_on.isoformat() if due_on else ""},
                **to,
            )


def _addressees(one: TrainingClass, code: str) -> list[dict[str, Any]]:
    if code == OVERDUE:
        return [{"role": Role.DISTRICT_REVIEWER, "district_code": one.district_id}]
    return [
        {"role": Role.ENTERPRISE_OPERATOR, "organisation_id": one.enterprise_id},
        {"role": Role.INSTITUTION_OPERATOR, "organisation_id": one.institution_id},
    ]
