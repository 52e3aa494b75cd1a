"""From an actor to the rows that the actor may reach: one rule for every `visible_to`."""

from collections.abc import Callable

from django.db.models import Q

from apps.accounts.actors import Actor
from apps.accounts.roles import Role

NOTHING = Q(pk__in=[])
# Not the empty Q(), which vanishes when somebody writes `scope_q(…) | other`.
EVERYTHING = ~NOTHING


def scope_q(
    actor: Actor | None,
    *,
    district: str | None = "district_id",
    enterprise: str | None = "enterprise_id",
    institution: str | None = "institution_id",
    superior: str | None = None,
    person: str | None = None,
    auditor: Callable[[Actor], Q] | None = None,
) -> Q:
    """Return the condition that limits a query to what `actor` may see.

    Each keyword is the path from the queried table to an id (or a district's code); None hides the
    table from the roles which would need that path. `superior` is by default reached through the
    enterprise's organisation; `auditor` returns what the engagements of an auditor cover, and without it an
    auditor reads the whole city. City officers and a city's finance officers see everything, administrators
    and strangers nothing.
    """
    if actor is None:
        return NOTHING
    role = actor.role
    if role in (Role.SYSTEM, Role.CITY_OFFICER) or (role == Role.FINANCE_OFFICER and not actor.district_code):
        return EVERYTHING
    if role == Role.AUDITOR:
        return auditor(actor) if auditor is not None else EVERYTHING
    if superior is None and enterprise is not None:
        superior = enterprise.removesuffix("_id") + "__organisation__superior_id"
    paths = {
        Role.DISTRICT_REVIEWER: (district, actor.district_code),
        Role.DISTRICT_SUPERVISOR: (district, actor.district_code),
        Role.FINANCE_OFFICER: (district, actor.district_code),
        Role.ENTERPRISE_OPERATOR: (enterprise, actor.organisation_id),
        Role.INSTITUTION_OPERATOR: (institution, actor.organisation_id),
        Role.SUPERIOR_UNIT: (superior, actor.organisation_id),
        Role.OBSERVER: (superior, actor.organisation_id),
        Role.APPRENTICE: (person, actor.person_id),
    }
    path, value = paths.get(role, (None, None))
    return Q(**{path: value}) if path and value else NOTHING
