"""By what an enterprise mentor or an institution teacher qualifies (Beijing 2022-11, part 3(2)2)."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from apps.plans.enums import MentorSide, Qualification
from apps.plans.models import Mentor
from apps.policy.enums import TitleGrade
from apps.policy.rules import Rules

_TEACHING = frozenset({Qualification.DUAL_QUALIFIED, Qualification.TEACHING_YEARS})
_COMMON = frozenset({Qualification.SKILL_CERTIFICATE, Qualification.TITLE})

# Which ways suit which side; how much of each is asked for stands in the policy document.
WAYS: dict[str, frozenset[Qualification]] = {
    MentorSide.ENTERPRISE: _COMMON | {Qualification.PRACTICE_YEARS, Qualification.BACKBONE},
    MentorSide.INSTITUTION: _COMMON | _TEACHING,
}
_PREFIX = {MentorSide.ENTERPRISE: "mentor", MentorSide.INSTITUTION: "teacher"}


def why_not_qualified(person: Mentor, rules: Rules, ranks: Mapping[str, int], on: date) -> str:
    """Say what this person lacks, or nothing for one who qualifies.

    `ranks` gives the rank of each level; years, level and grade are parameters of the document.
    """
    way = Qualification(person.qualification)
    if way not in WAYS[person.side]:
        return _("“%(way)s” does not qualify on this side. Choose another way.") % {"way": way.label}
    prefix = _PREFIX[MentorSide(person.side)]
    if way in (Qualification.PRACTICE_YEARS, Qualification.TEACHING_YEARS):
        return _years(person, rules.value(f"{prefix}_experience_years_min", on))
    if way == Qualification.SKILL_CERTIFICATE:
        return _certificate(person, rules.value(f"{prefix}_certificate_level_min", on), ranks, rules)
    if way == Qualification.TITLE:
        return _title(person, rules.value(f"{prefix}_title_grade_min", on))
    return ""


def _years(person: Mentor, least: int) -> str:
    if person.years is None:
        return _("Enter the years.")
    if person.years < least:
        return _("%(years)s years are fewer than the %(least)s asked for.") % {
            "years": person.years,
            "least": least,
        }
    return ""


def _certificate(person: Mentor, least: str, ranks: Mapping[str, int], rules: Rules) -> str:
    if person.certificate_level_id is None:
        return _("Choose the level of the certificate.")
    if not person.certificate_no.strip():
        return _("Enter the number of the certificate.")
    if ranks.get(person.certificate_level_id, 0) < _rank(least, ranks, rules):
        return _("The certificate is below the level asked for (%(least)s).") % {
            "least": rules.levels[least].name
        }
    return ""


def _rank(level: str, ranks: Mapping[str, int], rules: Rules) -> int:
    return ranks[level] if level in ranks else rules.levels[level].rank


def _title(person: Mentor, least: str | None) -> str:
    if not person.title_grade:
        return _("Choose the grade of the title.")
    grades = TitleGrade.values
    if least is not None and grades.index(person.title_grade) < grades.index(least):
        return _("The title is below the grade asked for (%(least)s).") % {"least": TitleGrade(least).label}
    return ""
