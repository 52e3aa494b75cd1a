"""Whom it concerns is told when the city changes where an institution stands in the directory."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import records
from apps.casework.models import Notice
from apps.institutions.enums import Standing
from apps.institutions.models import Institution

STANDING = "institution_standing"
# The institution itself, and its district, which may have reported it.
_CONCERNED = (Role.INSTITUTION_OPERATOR, Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR)


Telling = Callable[[Institution, dict[str, Any]], None]
_others: list[Telling] = []


def also_tell(others: Telling) -> None:
    """Let a higher floor tell whom it knows to depend on the institution; it gets what changed."""
    _others.append(others)


def tell_standing(institution: Institution, actor: Actor) -> None:
    """Who is concerned learns that an institution is listed, suspended, removed or listed again."""
    days = institution.standing_from, institution.standing_until
    params = records.standing_params(institution.standing, institution.standing_reason, *days, actor)
    records.tell(records.INSTITUTION, institution.organisation, STANDING, params, to=_CONCERNED)
    for tell in _others:
        tell(institution, params)


def standing_in_words(notice: Notice) -> str:
    """Since when and until when it does not train, or that it does; the reason stands below."""
    told, values = notice.params, records.standing_values(notice)
    if told["standing"] == Standing.LISTED:
        return _("%(name)s is in the directory from %(since)s on and may train.") % values
    values["standing"] = Standing(told["standing"]).label
    if told["until"]:
        text = _("%(name)s from %(since)s to %(until)s: %(standing)s. Its lessons do not count until then.")
    else:
        text = _("%(name)s since %(since)s: %(standing)s. Its lessons do not count from then on.")
    return text % values
