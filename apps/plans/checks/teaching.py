"""The teaching plan: enough hours, from both sides, in about the right proportion."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from apps.core.errors import Problem
from apps.plans.articles import article
from apps.plans.content import LineFacts, PlanFacts
from apps.plans.enums import LessonKind, Place


def check_hours(facts: PlanFacts) -> Iterator[Problem]:
    """The hours are enough for the credits required (part 3(3)1)."""
    if not facts.courses:
        message = _("Write the teaching plan: courses with their hours.")
        yield Problem("teaching.none", message, article(facts.rules, "credits"))
        return
    for each in facts.lines:
        if each.hours < each.hours_needed:
            message = _(
                "%(line)s: %(hours)s hours are planned; %(credits)s credits need at least %(needed)s hours."
            ) % {
                "line": each.line,
                "hours": each.hours,
                "credits": each.credits_min,
                "needed": each.hours_needed,
            }
            yield Problem("teaching.too_few_hours", message, article(facts.rules, "credits"))


def check_places(facts: PlanFacts) -> Iterator[Problem]:
    """Enterprise and institution both train (part 3(2)1)."""
    for each in facts.lines if facts.courses else ():
        for place in Place:
            if not each.hours_by_place.get(place):
                message = _("%(line)s: no hours are given by: %(place)s. Both sides train.") % {
                    "line": each.line,
                    "place": place.label,
                }
                yield Problem("teaching.one_sided", message, article(facts.rules, "both_places"))


@dataclass(frozen=True)
class Share:
    """One of the three kinds of hours beside its part of the whole."""

    kind: LessonKind
    hours: int
    actual: Fraction
    wanted: Fraction

    def is_off(self, tolerance: Fraction) -> bool:
        """Whether it is further from its part than the tolerance (a fraction of that part)."""
        return abs(self.actual - self.wanted) > tolerance * self.wanted


def shares_of(each: LineFacts, parts: tuple[int, ...]) -> list[Share]:
    """The shares of general, theory and practice in the hours of a line."""
    whole = each.hours
    return [
        Share(
            kind,
            hours := each.hours_by_kind.get(kind, 0),
            Fraction(hours, whole) if whole else Fraction(0),
            Fraction(part, sum(parts)),
        )
        for kind, part in zip(LessonKind, parts, strict=True)
    ]


def warn_proportion(facts: PlanFacts) -> Iterator[Problem]:
    """General, theory and practice stand about 1 : 3 : 6 by hours, in principle (part 3(1))."""
    parts = facts.rules.value("teaching_plan_proportion", facts.on)
    tolerance = facts.rules.value("teaching_plan_tolerance", facts.on)
    for each in facts.lines:
        off = [share.kind.label for share in shares_of(each, parts) if share.is_off(tolerance)]
        if each.hours and off:
            message = _("%(line)s: the hours are far from %(parts)s in: %(kinds)s.") % {
                "line": each.line,
                "parts": " : ".join(map(str, parts)),
                "kinds": _(", ").join(map(str, off)),
            }
            yield Problem("teaching.proportion", message, article(facts.rules, "proportion"))
