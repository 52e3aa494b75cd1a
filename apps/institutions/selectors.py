"""Reads about institutions: standing on a day, what the licence covers, the directory."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.errors import Problem
from apps.institutions.enums import Standing
from apps.institutions.models import Institution, LicenceScope


def standing_on(institution: Institution, on: date) -> Standing:
    """The standing on a day; a suspension applies between its days only, then it is listed again."""
    standing = Standing(institution.standing)
    if standing in (Standing.SUSPENDED, Standing.REMOVED):
        begun = institution.standing_from is not None and institution.standing_from <= on
        over = institution.standing_until is not None and institution.standing_until < on
        if begun and not over:
            return standing
        return Standing.LISTED if institution.listed_on else Standing.APPLIED
    return standing


def standing_problems(institution: Institution, on: date) -> list[Problem]:
    """Why the institution may not train on a day; empty when it may."""
    problems = []
    standing = standing_on(institution, on)
    if standing != Standing.LISTED:
        problems.append(
            Problem(
                code="institution_standing",
                message=_("The institution is not in the directory on this day: %(standing)s. %(reason)s")
                % {"standing": standing.label, "reason": institution.standing_reason},
            )
        )
    too_early = on < institution.licence_valid_from
    if too_early or (institution.licence_valid_to is not None and on > institution.licence_valid_to):
        problems.append(
            Problem(
                code="institution_licence",
                message=_("The licence %(number)s of the institution is not valid on %(on)s.")
                % {"number": institution.licence_no, "on": on},
            )
        )
    return problems


def scope_covers(institution: Institution, occupation_code: str, level_code: str, on: date) -> bool:
    """Whether the licence covers an occupation at a level on a day."""
    return (
        LicenceScope.objects.filter(
            institution=institution,
            occupation_code=occupation_code,
            level_code=level_code,
            valid_from__lte=on,
        )
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        .exists()
    )
