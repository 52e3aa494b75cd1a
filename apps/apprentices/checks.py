"""What must hold before a step: one function per step, listed on the page and refused with by the service."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.apprentices.enums import (
    LIVE_STATES,
    STANDING_STATES,
    YEARLY_STATES,
    ClassState,
    EnrolmentState,
    RosterState,
)
from apps.apprentices.governed import no_longer_meets, not_granted
from apps.apprentices.models import Enrolment, RosterFile, TrainingClass
from apps.apprentices.requirements import requirements_on
from apps.core import rls
from apps.core.errors import Problem
from apps.core.models.job import LIVE_STATES as LIVE_JOBS
from apps.enterprises.models import Enterprise
from apps.enterprises.selectors import standing_problems as enterprise_problems
from apps.institutions.models import Institution
from apps.institutions.selectors import standing_problems as institution_problems

# Where the document asks for a training agreement with each apprentice, or one for a whole batch.
AGREEMENT_ARTICLE = "三（二）1"
SHOWN_MAX = 20
# States of a class in which its roster may still change.
OPEN_ROSTER = (ClassState.ROSTER, ClassState.RETURNED)


def may_not_train(enterprise: Enterprise, institution: Institution | None, on: date) -> list[Problem]:
    """Why no training of this enterprise with this institution begins on a day (2(2), 6(4))."""
    problems = enterprise_problems(enterprise, on)
    return problems + (institution_problems(institution, on) if institution is not None else [])


def missing_for_submit(training_class: TrainingClass, on: date) -> list[Problem]:
    """What a roster still lacks before the district can review it (Beijing 2022-11, part 5)."""
    problems = [*enterprise_problems(training_class.enterprise, on), *not_granted(training_class, on)]
    registered = training_class.enrolments.filter(state=EnrolmentState.REGISTERED)
    if being_read(training_class).exists():
        problems.append(
            Problem("roster_being_read", _("A roster file is still being read. Wait until it is done."))
        )
    if not registered.exists():
        problems.append(
            Problem(
                "no_apprentices", _("Nobody is registered yet. Upload a roster or register by form."), "五"
            )
        )
    without = registered.filter(agreement_signed_on=None).count()
    if without:
        problems.append(
            Problem(
                "agreement_missing",
                ngettext(
                    "%(count)s apprentice has no day on which the training agreement was signed.",
                    "%(count)s apprentices have no day on which the training agreement was signed.",
                    without,
                )
                % {"count": without},
                AGREEMENT_ARTICLE,
                "agreement_signed_on",
            )
        )
    return problems


def missing_for_approve(training_class: TrainingClass, actor: Actor, on: date) -> list[Problem]:
    """What keeps the district from setting up the enrolment records on a day."""
    problems = [
        *own_case(training_class, actor),
        *trained_elsewhere(training_class),
        *year_full(training_class, on),
        *not_granted(training_class, on),
        *no_longer_meets(training_class, on),
        *may_not_train(training_class.enterprise, training_class.institution, on),
    ]
    if not training_class.enrolments.filter(state=EnrolmentState.REGISTERED).exists():
        problems.append(
            Problem("no_apprentices", _("Nobody is left on the roster. Return it instead of approving it."))
        )
    return problems


def trained_elsewhere(training_class: TrainingClass) -> Iterable[Problem]:
    """People whose other record came to stand, overlapping or for the same level, since they registered."""
    standing = Enrolment.objects.filter(person=OuterRef("person"), state__in=STANDING_STATES)
    same = Q(occupation=OuterRef("occupation"), level=OuterRef("level"))
    overlapping = Q(starts_on__lt=OuterRef("ends_on"), ends_on__gt=OuterRef("starts_on"))
    rows = training_class.enrolments.filter(state=EnrolmentState.REGISTERED)
    blocked = rows.filter(Exists(standing.filter(same | overlapping))).select_related("person")
    # The other record may stand in any district; only people of this class are named.
    with rls.whole_city():
        found = list(blocked[:SHOWN_MAX])
    for enrolment in found:
        message = _("%(name)s has another training in this time or at this level. Refuse this row.")
        yield Problem("trained_elsewhere", message % {"name": enrolment.person.name})


def year_full(training_class: TrainingClass, on: date) -> Iterable[Problem]:
    """People for whom this would be one subsidised training too many in the year of the enrolment."""
    of_the_year = Enrolment.objects.filter(
        person=OuterRef("person"), state__in=YEARLY_STATES, set_up_on__year=on.year
    )
    many = of_the_year.order_by().values("person").annotate(many=Count("id")).values("many")
    rows = training_class.enrolments.filter(state=EnrolmentState.REGISTERED)
    # Only who was ever enrolled is counted for: of a new roster that is next to nobody.
    known = rows.filter(Exists(of_the_year)).annotate(many=Subquery(many))
    # The other records may stand in any district; only people of this class are named.
    with rls.whole_city():
        if not known.exists():
            return
        requirements = requirements_on(on)
        found = list(known.filter(many__gte=requirements.trainings_max).select_related("person")[:SHOWN_MAX])
    message = _(
        "%(name)s already has %(most)s subsidised trainings in %(year)s, the most in one year."
        " Refuse this row."
    )
    for enrolment in found:
        words = {"name": enrolment.person.name, "most": requirements.trainings_max, "year": on.year}
        yield Problem("year_full", message % words, requirements.article("year_full"))


def own_case(training_class: TrainingClass, actor: Actor) -> Iterable[Problem]:
    """Nobody decides on a roster that they filled in or stand on (domain, section 1)."""
    if actor.person_id is None:
        return
    on_roster = training_class.enrolments.filter(person_id=actor.person_id, state__in=LIVE_STATES)
    filled_in = (
        training_class.created_by.person_id == actor.person_id
        or training_class.roster_files.filter(uploaded_by__person_id=actor.person_id).exists()
    )
    if on_roster.exists():
        yield Problem(
            "own_enrolment", _("You stand on this roster yourself. Another officer must review it.")
        )
    elif filled_in:
        yield Problem("own_case", _("You filled in this roster yourself. Another officer must review it."))


def missing_for_complete(training_class: TrainingClass, _actor: Actor | None = None) -> list[Problem]:
    """A class closes when nobody in it is training any more."""
    training = training_class.enrolments.filter(state__in=LIVE_STATES).count()
    if not training:
        return []
    message = ngettext(
        "%(count)s apprentice is still in training. Complete, withdraw or transfer the record first.",
        "%(count)s apprentices are still in training. Complete, withdraw or transfer each of them first.",
        training,
    )
    return [Problem("still_training", message % {"count": training}, "三（二）3")]


def missing_for_cancel(training_class: TrainingClass, _actor: Actor | None = None) -> list[Problem]:
    """A class is cancelled empty, so that nobody stays registered in a class that is not held."""
    if being_read(training_class).exists():
        return [Problem("roster_being_read", _("A roster file is still being read. Wait until it is done."))]
    return []


def being_read(training_class: TrainingClass) -> QuerySet[RosterFile]:
    """Roster files of a class that a live job still reads."""
    return RosterFile.objects.filter(
        training_class=training_class,
        state__in=(RosterState.WAITING, RosterState.READING),
        job__state__in=LIVE_JOBS,
    )


def flags(enrolment: Enrolment) -> list[Problem]:
    """Doubts that a reviewer should see about one row; none of them refuses it by itself."""
    contract, agreement = "二（一）", AGREEMENT_ARTICLE
    found = []
    if enrolment.contract_to is not None and enrolment.contract_to < enrolment.ends_on:
        message = _("The labour contract ends before the training does.")
        found.append(Problem("contract_ends_early", message, contract))
    if enrolment.contract_from > enrolment.starts_on:
        found.append(
            Problem("contract_begins_late", _("The labour contract begins after the training."), contract)
        )
    signed_on = enrolment.agreement_signed_on
    if signed_on is None:
        message = _("No day of signature of the training agreement.")
        found.append(Problem("agreement_missing", message, agreement))
    elif signed_on > enrolment.starts_on:
        message = _("The training agreement was signed after the training began.")
        found.append(Problem("agreement_late", message, agreement))
    return found
