"""What waits for an enterprise, an institution or a superior unit, of every kind, in one list."""

from dataclasses import replace
from datetime import date

from apps.accounts.actors import Actor
from apps.core.workdays import left_of, working_days_to_each
from apps.portal.todo.sources import SOURCES
from apps.portal.todo.task import Task


def tasks_of(actor: Actor, on: date) -> list[Task]:
    """Everything that waits for this actor: what has a deadline first, the earliest before the others."""
    found = [task for source in SOURCES for task in source(actor, on)]
    days = working_days_to_each(on, (task.due_on for task in found if task.due_on))
    dated = [
        replace(task, days=left_of(days[task.due_on], on, task.due_on)) if task.due_on else task
        for task in found
    ]
    return sorted(dated, key=lambda task: (task.due_on is None, task.due_on or on))
