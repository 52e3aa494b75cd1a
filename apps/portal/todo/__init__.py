"""What waits for an enterprise, an institution or a superior unit, of every kind, in one list."""

from dataclasses import dataclass, replace
from datetime import date

from apps.accounts.actors import Actor
from apps.core.workdays import left_of, working_days_to_each
from apps.portal.todo.sources import sources_for
from apps.portal.todo.task import SHOWN_MAX, Asked, Task


@dataclass(frozen=True)
class Todo:
    """What waits, the most urgent first; `more` where a kind has more than its list shows."""

    tasks: list[Task]
    more: bool

    @property
    def late(self) -> bool:
        """Whether a deadline of these is over."""
        return any(task.days is not None and task.days < 0 for task in self.tasks)


def todo_of(actor: Actor, on: date, *, overdue: bool = False) -> Todo:
    """Everything that waits for this actor: what has a deadline first, the earliest before the others.

    `overdue` narrows it to what is late.
    """
    kinds = [list(source(Asked(actor, on))) for source in sources_for(actor)]
    if overdue:
        kinds = [[task for task in kind if task.due_on is not None and task.due_on < on] for kind in kinds]
    found = [task for kind in kinds for task in kind[:SHOWN_MAX]]
    days = working_days_to_each(on, (task.due_on for task in found if task.due_on))
    dated = [
        replace(task, days=left_of(days[task.due_on], on, task.due_on)) if task.due_on else task
        for task in found
    ]
    tasks = sorted(dated, key=lambda task: (task.due_on is None, task.due_on or on))
    return Todo(tasks, more=any(len(kind) > SHOWN_MAX for kind in kinds))
