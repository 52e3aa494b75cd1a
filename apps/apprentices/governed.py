"""What the document that governs the day of enrolment says of a roster that was filled in before.

Between registration and enrolment a successor may come into force, somebody reach an age, a contract end:
a record that is set up all the same could never be claimed for, or stands for somebody who may not have it.
"""

import json
from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DateField, F, Func, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from apps.apprentices.enums import EnrolmentState, PostKind
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.problems import finding, sentence
from apps.apprentices.requirements import PROGRAMME, Requirements, requirements_on
from apps.catalogue.selectors import in_evaluation_scope
from apps.core.errors import Problem
from apps.policy.apprenticeship import Facts, quote
from apps.policy.enums import DateBasis
from apps.policy.models import PolicyDocument
from apps.policy.problems import UngovernedDay
from apps.policy.selectors import governing_document, occupation_kind, parameter

SHOWN_MAX = 20


def registered(training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Those on the roster whose records are still to be set up."""
    return Enrolment.objects.filter(training_class=training_class, state=EnrolmentState.REGISTERED)


def kinds_by_day(training_class: TrainingClass, document: PolicyDocument, on: date) -> dict[date, str]:
    """The kind of the class's occupation for each day of registration, for records set up on a day."""
    days = registered(training_class).annotate(day=TruncDate("created_at"))
    at_registration = parameter(document, "scarce_list_date_basis", on) == DateBasis.REGISTRATION_DAY
    occupation = training_class.line.occupation_id
    return {
        day: occupation_kind(document, occupation, day if at_registration else on)
        for day in days.values_list("day", flat=True).distinct()
    }


def kinds_as_json(training_class: TrainingClass, document: PolicyDocument, on: date) -> str:
    """The same for a statement."""
    return json.dumps(
        {day.isoformat(): kind for day, kind in kinds_by_day(training_class, document, on).items()}
    )


def not_granted(training_class: TrainingClass, on: date) -> Iterator[Problem]:
    """Why the document of the day would pay nothing for records set up on it: no such term, no such rate.

    The plan was approved under the document of its own day (2022-11, 4(2)).
    """
    try:
        document = governing_document(PROGRAMME, on)
    except UngovernedDay as refusal:
        yield Problem(refusal.code, refusal.message)
        return
    line = training_class.line
    by_registration = parameter(document, "rate_date_basis", on) == DateBasis.REGISTRATION_DAY
    scope = in_evaluation_scope(line.occupation_id, line.level_id, on)
    told: set[str] = set()
    for day, kind in kinds_by_day(training_class, document, on).items():
        facts = Facts(line.level_id, line.term_months, kind or None, scope)
        rates_on = max(day, document.in_force_from) if by_registration else on
        for step in quote(document.rules, facts, rates_on).refusals:
            if step.code not in told:
                told.add(step.code)
                message = _(
                    "%(why)s Records set up today are governed by %(number)s: nothing could be claimed."
                    " The class cannot be opened: the enterprise cancels it and applies anew."
                )
                words = {"why": step.text, "number": document.number}
                yield Problem(step.code, message % words, step.article)


def no_longer_meets(training_class: TrainingClass, on: date) -> Iterator[Problem]:
    """People on the roster who may not be enrolled on a day by the document that governs it (2(1)).

    At most `SHOWN_MAX` are named.
    """
    try:
        requirements = requirements_on(on)
    except UngovernedDay:
        return
    conditions = list(_conditions(requirements))
    rows = _with_least_end(registered(training_class), requirements)
    # Mostly there is nobody, which one look tells.
    if not rows.filter(reduce(or_, (condition for _found, condition in conditions))).exists():
        return
    left = SHOWN_MAX
    for found, condition in conditions:
        for enrolment in rows.filter(condition).select_related("person").order_by("id")[:left]:
            left -= 1
            message = _("%(name)s: %(why)s Refuse this row, or return the roster for correction.")
            words = {"name": enrolment.person.name, "why": sentence(found)}
            yield Problem(found["code"], message % words, requirements.article(found["code"]))
        if not left:
            return


def _conditions(requirements: Requirements) -> Iterator[tuple[dict[str, Any], Q]]:
    """Each reason against somebody on a roster, and whom it is against, as the judge of rows has them."""
    least, ends = requirements.age_min, requirements.age_end
    yield finding("too_young", least=least), Q(person__birth_date__gt=requirements.born_by)
    for sex, born_after in requirements.born_after.items():
        condition = Q(person__sex=sex, person__birth_date__lte=born_after)
        yield finding("too_old", most=ends[sex]), condition
    for status in sorted(requirements.excluded):
        yield finding(status), Q(person_status=status)
    if not requirements.dispatched_allowed:
        yield finding("dispatched"), Q(post_kind=PostKind.DISPATCHED)
    if requirements.insurance_required:
        yield finding("not_insured"), Q(insured_in_city=False)
    yield finding("contract_over"), Q(contract_to__lt=requirements.on)
    too_short = Q(contract_to__gte=requirements.on, contract_to__lt=F("least_end"))
    yield finding("contract_too_short", least=requirements.contract_months_min), too_short


def _with_least_end(rows: QuerySet[Enrolment], requirements: Requirements) -> QuerySet[Enrolment]:
    """The rows with the earliest last day that a contract from their first day on may have.

    As in the judge: where the month has no such day, the term ends with the month.
    """
    return rows.alias(
        least_end=Func(
            F("contract_from"),
            function="",
            template=(
                "(SELECT CASE WHEN extract(day FROM later) = extract(day FROM d) THEN later - 1"
                " ELSE later END FROM (SELECT d, (d + make_interval(months => {months}))::date AS later"
                " FROM (SELECT %(expressions)s AS d) one) two)"
            ).replace("{months}", str(int(requirements.contract_months_min))),
            output_field=DateField(),
        )
    )
