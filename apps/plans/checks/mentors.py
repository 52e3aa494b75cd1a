"""Who teaches, and by what right."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core.errors import Problem
from apps.plans.articles import article
from apps.plans.checks.qualifying import why_not_qualified
from apps.plans.content import PlanFacts
from apps.plans.enums import MentorSide


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
