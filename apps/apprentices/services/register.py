"""Register apprentices by form, or a list of them at once: the same judging and storing as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import LIVE_STATES
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.problems import as_problems
from apps.apprentices.requirements import Requirements, requirements_on
from apps.apprentices.roster.judge import FIELDS, Judge
from apps.apprentices.roster.store import seal_rows, store_rows
from apps.apprentices.services.guards import hold_open_roster
from apps.core.errors import InvalidInput, Problem

Values = Mapping[str, Any]


@dataclass
class Registered:
    """The outcome of a list: how many were taken, and the problems of each other entry by its number."""

    good: int = 0
    problems: dict[int, list[Problem]] = field(default_factory=dict)


def register_apprentice(
    actor: Actor, training_class: TrainingClass, values: Values, *, on: date
) -> Enrolment:
    """Register one person on the class's roster and return the enrolment.

    `values` holds what was typed under the names of `roster.judge.FIELDS`: name, id_number, mobile,
    post_kind, contract_from, contract_to, insured_in_city, person_status, agreement_signed_on, remark
    (text or dates; kinds by code or by the words of the template). Raises `InvalidInput` with every
    problem at once, `Conflict` when the roster is closed.
    """
    with transaction.atomic():
        outcome, index = _register(actor, training_class, [values], on)
        if outcome.problems:
            raise InvalidInput(
                _("This person cannot be registered yet. Every reason is listed."),
                code="row_refused",
                problems=outcome.problems[1],
            )
        return Enrolment.objects.select_related("person").get(
            training_class_id=training_class.pk, person__id_index=index[0], state__in=LIVE_STATES
        )


def register_apprentices(
    actor: Actor, training_class: TrainingClass, entries: Sequence[Values], *, on: date
) -> Registered:
    """Register a list of people in one transaction: good entries are kept, others explained.

    Entries count from 1. For thousands upload a file instead: it goes in chunks and can be resumed.
    """
    with transaction.atomic():
        return _register(actor, training_class, entries, on)[0]


def _register(
    actor: Actor, training_class: TrainingClass, entries: Sequence[Values], on: date
) -> tuple[Registered, list[bytes]]:
    training_class = hold_open_roster(actor, training_class)
    requirements = requirements_on(on)
    cells = [[entry.get(name) for name in FIELDS] for entry in entries]
    judged = Judge(requirements).rows([(row, values, ()) for row, values in enumerate(cells, start=1)])
    sealed = seal_rows(judged.good)
    stored = store_rows(actor, training_class, sealed, requirements, roster_file_id=None)
    findings = {**judged.bad, **stored.bad}
    problems = {row: _problems(found, requirements) for row, found in sorted(findings.items())}
    return Registered(stored.good, problems), sealed.indexes


def _problems(found: Sequence[Mapping[str, Any]], requirements: Requirements) -> list[Problem]:
    return as_problems(found, requirements.article)
