"""Record the results of many apprentices of a class: by one form, by file, from a program."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment, TrainingClass
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused, ShituError
from apps.institutions.halts import halts_of
from apps.training.credits import credits_of, with_minutes
from apps.training.halts import Halts
from apps.training.models import Assessment
from apps.training.services.record_result import (
    ResultFacts,
    assessment_values,
    certificate_used,
    problems_with,
    record_result,
    require_credits,
    result_locked,
)

BATCH = 2000


def record_results(
    actor: Actor, training_class: TrainingClass, reports: Mapping[int, ResultFacts], *, on: date
) -> dict[int, ShituError]:
    """Record what can be recorded of `reports` (enrolment id to facts); return why each other one was not.

    Every apprentice is judged alone, by the rules of `record_result`. Raises `Forbidden` for anybody but the
    two partners, `NotFound` for another's class; nothing is raised for a single report.
    """
    if actor.role not in (Role.INSTITUTION_OPERATOR, Role.ENTERPRISE_OPERATOR):
        raise Forbidden(_("Enterprise and institution report results."), code="not_your_step")
    if not TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk).exists():
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    with transaction.atomic():
        people = _held(training_class, reports)
        refused = _refused(people, reports, on, halts_of(training_class.institution_id))
        good = [pk for pk in reports if pk in people and pk not in refused]
        try:
            with transaction.atomic():
                _write(actor, [people[pk] for pk in good], reports)
        except IntegrityError:
            # A certificate number is taken, here or by somebody quicker: find out whose.
            for pk in good:
                try:
                    record_result(actor, people[pk], reports[pk], on=on)
                except ShituError as refusal:
                    refused[pk] = refusal
    for pk in reports.keys() - people.keys():
        refused[pk] = NotFound(_("There is no such apprentice in this class."), code="no_such_case")
    return refused


def _held(training_class: TrainingClass, reports: Mapping[int, ResultFacts]) -> dict[int, Enrolment]:
    """The enrolments, locked in one order, with the minutes that count; in the order of the reports.

    Of two reports with one certificate number the first stands, whatever order the database reads in.
    """
    rows = Enrolment.objects.filter(training_class=training_class, pk__in=reports)
    locked = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    counted = with_minutes(Enrolment.objects.filter(pk__in=locked)).select_related("policy_document")
    found = {row.pk: row for row in counted}
    return {pk: found[pk] for pk in reports if pk in found}


def _refused(
    people: Mapping[int, Enrolment], reports: Mapping[int, ResultFacts], on: date, halts: Halts
) -> dict[int, ShituError]:
    before = Assessment.objects.filter(enrolment__in=people).select_for_update()
    fixed = {row.enrolment_id for row in before if row.locked_at is not None}
    refused: dict[int, ShituError] = {}
    numbers: dict[tuple[str, str], int] = {}
    for pk, person in people.items():
        facts = reports[pk]
        problems = problems_with(person, facts, on, halts)
        certificate = (facts.certificate_kind, facts.certificate_number.strip())
        if problems:
            refused[pk] = InvalidInput(code="result_unsound", problems=problems)
        elif pk in fixed:
            refused[pk] = result_locked()
        elif certificate[1] and certificate in numbers:
            refused[pk] = certificate_used()
        else:
            refusal = _credits_missing(person, facts)
            if refusal is not None:
                refused[pk] = refusal
            elif certificate[1]:
                numbers[certificate] = pk
    return refused


def _credits_missing(person: Enrolment, facts: ResultFacts) -> Refused | Conflict | None:
    try:
        require_credits(credits_of(person), facts)
    except Refused as refusal:
        return refusal
    return None


def _write(actor: Actor, people: list[Enrolment], reports: Mapping[int, ResultFacts]) -> None:
    rows = []
    for person in people:
        values = assessment_values(actor, person, reports[person.pk], credits_of(person))
        rows.append(Assessment(enrolment=person, **values))
    fields = [
        "result",
        "assessed_on",
        "credits_tenths",
        "certificate_kind",
        "certificate_number",
        "certificate_on",
        "certificate_occupation",
        "certificate_level",
        "recorded_by",
    ]
    Assessment.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["enrolment"], update_fields=fields
    )
