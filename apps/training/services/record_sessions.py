"""Record many sessions of a class at once: from a file, from a program, from the demo city."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.core.errors import InvalidInput, NotFound, Problem
from apps.institutions.halts import halts_of
from apps.training import checks
from apps.training.models import TrainingSession
from apps.training.services.record_session import problems_with
from apps.training.services.storing import SessionFacts, store_many
from apps.training.suspensions import suspensions

BATCH = 5000


def record_sessions(
    actor: Actor, training_class: TrainingClass, reports: Sequence[SessionFacts], *, on: date
) -> list[TrainingSession]:
    """Record all of these sessions or, where one is not sound, none.

    Raises `InvalidInput` with the problems of every report (`row` counts them from 1), `Forbidden` for
    anybody but the two partners, `Refused` for an overlap.
    """
    side = checks.own_side(actor)
    visible = TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk).first()
    if visible is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    enrolled = set(
        Enrolment.objects.filter(training_class=visible, state=EnrolmentState.ENROLLED).values_list(
            "pk", flat=True
        )
    )
    away, halts = suspensions(visible), halts_of(visible.institution_id)
    problems: list[Problem] = []
    for row, facts in enumerate(reports, start=1):
        found = problems_with(visible, side, facts, on, away, halts)
        if not set(facts.attendance) <= enrolled:
            message = _("Only apprentices who are enrolled in this class can be present.")
            found.append(Problem("not_enrolled", message, field="attendance"))
        problems += [Problem(p.code, p.message, p.article, p.field, row) for p in found]
    if problems:
        raise InvalidInput(code="sessions_unsound", problems=problems)
    return store_many(actor, visible, side, reports)
