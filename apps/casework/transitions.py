"""The one table from which guard, buttons, API actions, database trigger and diagram are made."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise

from apps.accounts.roles import Role


@dataclass(frozen=True)
class Transition:
    """One row: who may move a case from where to where, and what that asks for.

    `seat` names the chair in which the actor sits (submitter, reviewer, …): one natural person holds
    at most one chair in a case. `reason_required` asks for a sentence. `deficiencies` lets the actor
    attach the one-time deficiency list. `money` asks the officer to confirm the password again.
    `deadline` names the policy parameter (working days) that starts to run in the
    target state. `system` marks a step that a task takes on its own. `bulk` may be done on many files
    at once from a queue.
    """

    action: str
    sources: tuple[str, ...]
    target: str
    label: str | Promise
    roles: frozenset[Role] = frozenset()
    seat: str = ""
    reason_required: bool = False
    deficiencies: bool = False
    checklist: bool = False
    money: bool = False
    system: bool = False
    bulk: bool = False
    deadline: str = ""
    notify: tuple[str, ...] = ()
    tone: str = "primary"
    article: str = ""


@dataclass(frozen=True)
class TransitionTable:
    """All transitions of one kind of case.

    `subject` is the model's label (`plans.plan`); `working` names, for each open state, the roles that
    have to act there, which is what a queue and an overdue report show.
    """

    subject: str
    initial: str
    transitions: tuple[Transition, ...]
    working: dict[str, frozenset[Role]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions)

    def find(self, action: str, state: str) -> Transition | None:
        """The row for this action from this state, or None when the table has no such step."""
        for row in self.transitions:
            if row.action == action and state in row.sources:
                return row
        return None

    def named(self, action: str) -> tuple[Transition, ...]:
        """Every row of that action, whatever the state it starts from."""
        return tuple(row for row in self.transitions if row.action == action)

    def actions(self) -> tuple[str, ...]:
        """Each action once, in the order of the table."""
        return tuple(dict.fromkeys(row.action for row in self.transitions))

    def available(self, state: str, role: Role | None) -> tuple[Transition, ...]:
        """What a person in that role could do to a case in that state."""
        return tuple(row for row in self.transitions if state in row.sources and role in row.roles)

    def triples(self) -> tuple[tuple[str, str, str], ...]:
        """(from, action, to) for each permitted step: what the database trigger holds."""
        return tuple(
            dict.fromkeys(
                (source, row.action, row.target) for row in self.transitions for source in row.sources
            )
        )
