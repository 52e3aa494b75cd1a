"""Records of the registers are no cases: whom a change of one concerns is told all the same."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.accounts.roles import DISTRICT_OPTIONAL, DISTRICT_ROLES, ORGANISATION_OF, Role
from apps.casework import notices
from apps.casework.models import Notice

# What the register of enterprises and that of institutions call their records.
ENTERPRISE = "enterprises.enterprise"
INSTITUTION = "institutions.institution"


def tell(
    label: str, organisation: Organisation, code: str, params: dict[str, Any], *, to: Iterable[Role]
) -> None:
    """Leave a notice for each of these roles: the organisation's own, its district's, the city's.

    `label` is the kind of record, which has the key of its organisation; `params` are what the sentence of
    `code` (`wording.say`) is made of, besides the name of the organisation.
    """
    notices.leave(
        Notice(
            subject_type=label,
            subject_id=organisation.pk,
            code=code,
            params={"name": organisation.name, **params},
            role=role,
            **_scope(role, organisation),
        )
        for role in to
    )


def standing_params(
    standing: str, reason: str, since: date | None, until: date | None, actor: Actor
) -> dict[str, Any]:
    """What is kept of a changed standing: plain words, which each reader gets in the own language."""
    days = {"since": str(since or ""), "until": str(until or "")}
    return {"standing": str(standing), **days, "reason": reason, "by": actor.name}


def standing_values(notice: Notice) -> dict[str, Any]:
    """Name and days of a changed standing, as the reader writes days."""
    told = notice.params
    days = {key: date.fromisoformat(told[key]) if told[key] else "" for key in ("since", "until")}
    return {"name": told["name"], **{key: date_format(day) if day else "" for key, day in days.items()}}


def _scope(role: Role, organisation: Organisation) -> dict[str, Any]:
    if role in ORGANISATION_OF:
        return {"organisation_id": organisation.pk}
    if role in DISTRICT_ROLES | DISTRICT_OPTIONAL:
        return {"district_code": organisation.district_id or ""}
    return {}
