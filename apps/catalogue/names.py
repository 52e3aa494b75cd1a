"""Names for codes that lower floors keep without knowing the catalogue."""

from collections.abc import Iterable

from apps.catalogue.models import Level, Occupation


def occupation_names(codes: Iterable[str]) -> dict[str, str]:
    """Each occupation's name in the language of the moment; a code that nobody lists names itself."""
    wanted = set(codes)
    known = {occupation.pk: str(occupation) for occupation in Occupation.objects.filter(pk__in=wanted)}
    return {code: known.get(code, code) for code in wanted}


def level_names(codes: Iterable[str]) -> dict[str, str]:
    """Each level's name in the language of the moment; a code that nobody lists names itself."""
    wanted = set(codes)
    known = {level.pk: str(level) for level in Level.objects.filter(pk__in=wanted)}
    return {code: known.get(code, code) for code in wanted}
