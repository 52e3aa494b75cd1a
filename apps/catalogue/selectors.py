"""Reading the catalogue on a day. Each question has a form for one occupation and one for many."""

from datetime import date

from django.db.models import Q, QuerySet

from apps.catalogue.enums import OccupationList
from apps.catalogue.models import Level, Occupation, OccupationListing, ProhibitedIndustry


def listed(list_code: str, on: date) -> QuerySet[OccupationListing]:
    """The rows of a list that hold on a day."""
    return OccupationListing.objects.filter(_on(on), list=list_code)


def listed_codes(list_code: str, on: date) -> frozenset[str]:
    """The occupations that stand on a list on a day for every level, in one query."""
    return frozenset(listed(list_code, on).filter(level=None).values_list("occupation_id", flat=True))


def is_listed(list_code: str, occupation_code: str, on: date, level_code: str | None = None) -> bool:
    """Whether an occupation stands on a list on a day, for all levels or for this one."""
    levels = Q(level=None) if level_code is None else Q(level=None) | Q(level=level_code)
    return listed(list_code, on).filter(levels, occupation=occupation_code).exists()


def is_scarce(occupation_code: str, on: date) -> bool:
    """Whether an occupation is on the city's list of scarce occupations on a day."""
    return is_listed(OccupationList.SCARCE, occupation_code, on)


def scarce_codes(on: date) -> frozenset[str]:
    """Every occupation on the scarce list on a day, in one query."""
    return listed_codes(OccupationList.SCARCE, on)


def in_evaluation_scope(occupation_code: str, level_code: str, on: date) -> bool:
    """Whether the city evaluates this occupation at this level on a day."""
    return is_listed(OccupationList.EVALUATION_SCOPE, occupation_code, on, level_code)


def evaluation_scope_pairs(on: date) -> frozenset[tuple[str, str]]:
    """Every (occupation, level) within the evaluation scope on a day, in two queries."""
    levels = list(Level.objects.values_list("code", flat=True))
    rows = listed(OccupationList.EVALUATION_SCOPE, on).values_list("occupation_id", "level_id")
    return frozenset(
        (occupation, level)
        for occupation, only_level in rows
        for level in ([only_level] if only_level is not None else levels)
    )


def is_prohibited_industry(code: str, on: date) -> bool:
    """Whether an industry, or one that it belongs to, is on the prohibited list on a day.

    Codes are those of GB/T 4754: each longer code belongs to its shorter beginnings (2614 to 261 and 26),
    and the letter of a section may stand before it (C2614 belongs to C as well).
    """
    section = code[:1] if code[:1].isalpha() else ""
    digits = code[len(section) :]
    beginnings = [section, *(digits[:length] for length in range(1, len(digits) + 1))]
    return ProhibitedIndustry.objects.filter(_on(on), industry__in=beginnings).exists()


def prohibited_industry_codes(on: date) -> frozenset[str]:
    """The codes on the prohibited list on a day, in one query; each covers every code that begins with it."""
    return frozenset(ProhibitedIndustry.objects.filter(_on(on)).values_list("industry_id", flat=True))


def occupations_found(text: str) -> QuerySet[Occupation]:
    """Occupations whose code begins with, or whose names contain, what was typed."""
    wanted = text.strip()
    return Occupation.objects.filter(
        Q(code__startswith=wanted) | Q(name__icontains=wanted) | Q(name_en__icontains=wanted)
    )


def _on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
