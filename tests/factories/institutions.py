"""Training institutions with their licence, made straight in the tables."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from apps.accounts.roles import OrganisationKind
from apps.institutions.enums import InstitutionKind, Standing
from apps.institutions.models import Institution, LicenceScope
from tests.factories import accounts, numbers

LONG_AGO = date(2000, 1, 1)


def institution(name: str = "", *, covers: Iterable[tuple[str, str]] = (), **fields: Any) -> Institution:
    """A listed institution; `covers`: (occupation code, level code); `district` is its organisation's."""
    own = {key: fields.pop(key) for key in ("district", "superior", "uscc") if key in fields}
    organisation = accounts.organisation(OrganisationKind.INSTITUTION, name, **own)
    defaults = {
        "kind": InstitutionKind.VOCATIONAL_COLLEGE,
        "licence_no": f"L{numbers.credit_code()}",
        "licence_valid_from": LONG_AGO,
        "standing": Standing.LISTED,
        "listed_on": LONG_AGO,
        "standing_from": LONG_AGO,
    }
    made = Institution.objects.create(organisation=organisation, **{**defaults, **fields})
    for occupation_code, level_code in covers:
        licence_scope(made, occupation_code, level_code)
    return made


def licence_scope(
    institution: Institution,
    occupation_code: str,
    level_code: str,
    *,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
) -> LicenceScope:
    """An occupation and level that the licence covers."""
    return LicenceScope.objects.create(
        institution=institution,
        occupation_code=occupation_code,
        level_code=level_code,
        valid_from=valid_from,
        valid_to=valid_to,
    )
