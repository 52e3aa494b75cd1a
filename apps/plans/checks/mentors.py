"""Who teaches, and by what right."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core import rls
from apps.core.errors import Problem
from apps.plans.articles import article
from apps.plans.checks.qualifying import why_not_qualified
from apps.plans.content import PlanFacts
from apps.plans.enums import MentorSide, PlanState
from apps.plans.models import Mentor, Plan


def check_mentors(facts: PlanFacts) -> Iterator[Problem]:
    """Enterprise mentors qualify by one of the ways of part 3(2)2."""
    yield from _side(facts, MentorSide.ENTERPRISE, "mentor", _("Name at least one enterprise mentor."))


def check_teachers(facts: PlanFacts) -> Iterator[Problem]:
    """The institution's teachers qualify by one of the ways of part 3(2)2."""
    yield from _side(facts, MentorSide.INSTITUTION, "teacher", _("Name at least one institution teacher."))


def _side(facts: PlanFacts, side: MentorSide, topic: str, if_none: str) -> Iterator[Problem]:
    people, where = facts.mentors_of(side), article(facts.rules, topic)
    if not people:
        yield Problem(f"mentors.no_{topic}", if_none, where)
    for person in people:
        reason = why_not_qualified(person, facts.rules, facts.level_ranks, facts.on)
        if reason:
            yield Problem(f"mentors.{topic}_not_qualified", f"{person.name}: {reason}", where)


def check_conduct(facts: PlanFacts) -> Iterator[Problem]:
    """Mentors and teachers are fit and of good conduct (part 3(2)2)."""
    for person in facts.mentors:
        if not person.fit_and_of_good_conduct:
            message = _("%(name)s: confirm that this person is fit and of good conduct.") % {
                "name": person.name
            }
            yield Problem("mentors.conduct", message, article(facts.rules, "conduct"))


def warn_mentors_cover(facts: PlanFacts) -> Iterator[Problem]:
    """Each occupation has somebody on either side, unless they are named for all (part 3(2)2)."""
    for side in MentorSide:
        people = facts.mentors_of(side)
        covered = {person.occupation_id for person in people}
        if not people or None in covered:
            continue
        for each in facts.lines:
            if each.line.occupation_id not in covered:
                message = _("%(line)s: nobody is named for this occupation as: %(side)s.") % {
                    "line": each.line,
                    "side": side.label,
                }
                yield Problem("mentors.not_covered", message, article(facts.rules, "mentor"))


_OVER = (PlanState.DRAFT, PlanState.REJECTED, PlanState.WITHDRAWN, PlanState.ENDED)
OTHERS_SHOWN_MAX = 20


def mentors_elsewhere(plan: Plan) -> list[Problem]:
    """Mentors and teachers who stand in another plan of the same months, with its number; for offices.

    No document forbids it, so it is something to look at and never a reason to refuse. It looks beyond the
    district, because the same names on paper in several districts are what audits found; of the other plan
    it tells the number and the district alone.
    """
    if plan.starts_on is None or plan.ends_on is None:
        return []
    own = {row.id_index: row.name for row in plan.mentors.exclude(id_index=None)}
    with rls.whole_city():
        others = list(
            Mentor.objects.filter(
                id_index__in=list(own), plan__starts_on__lte=plan.ends_on, plan__ends_on__gte=plan.starts_on
            )
            .exclude(plan=plan.pk)
            .exclude(plan__state__in=_OVER)
            .select_related("plan__district")
            .order_by("name", "plan__number")[:OTHERS_SHOWN_MAX]
        )
    message = _("%(name)s stands in plan %(number)s (%(district)s) for the same months as well.")
    return [
        Problem(
            "mentors.elsewhere",
            message
            % {
                "name": own[row.id_index],
                "number": row.plan.number,
                "district": row.plan.district.label,
            },
        )
        for row in others
    ]
