"""A result stands from the moment when a claim that rests on it is handed in, until that claim comes back."""

from typing import Any

from django.db.models import QuerySet

from apps.core import clock
from apps.training.models import Assessment


def lock_results(assessments: QuerySet[Any]) -> None:
    """Fix these results (a query of their ids): the database refuses every change from here on."""
    Assessment.objects.filter(pk__in=assessments, locked_at=None).update(locked_at=clock.now())


def unlock_results(assessments: QuerySet[Any]) -> None:
    """Open these results for correction; the database refuses while a handed-in claim rests on one."""
    Assessment.objects.filter(pk__in=assessments).exclude(locked_at=None).update(locked_at=None)
