"""Suspend an enterprise from applying, put it on the integrity list, restore it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.accounts.services.guards import require, require_reason
from apps.core.errors import InvalidInput, NotFound
from apps.enterprises import telling
from apps.enterprises.enums import Standing
from apps.enterprises.models import Enterprise


@transaction.atomic
def suspend(
    actor: Actor,
    enterprise: Enterprise,
    reason: str,
    *,
    on: date,
    until: date | None = None,
    standing: Standing = Standing.SUSPENDED,
) -> Enterprise:
    """Keep an enterprise from applying between two days, both included; without `until` until it is restored.

    `standing` REMOVED is the integrity list. A district's supervisor does it for the own district, a city
    officer for all. Raises Forbidden, NotFound, InvalidInput (no reason, days the wrong way round).
    """
    require(actor, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)
    given = require_reason(reason)
    if until is not None and until < on:
        raise InvalidInput(_("The last day lies before the first."), code="span")
    locked = _own_locked(actor, enterprise)
    locked.standing = standing
    locked.standing_reason = given
    locked.standing_from, locked.standing_until = on, until
    locked.save(update_fields=["standing", "standing_reason", "standing_from", "standing_until"])
    log_access(actor, AccessAction.STANDING_CHANGED, locked, given)
    telling.tell_standing(locked, actor, given)
    return locked


@transaction.atomic
def restore(actor: Actor, enterprise: Enterprise, reason: str, *, on: date) -> Enterprise:
    """Put an enterprise back in good standing from a day on, with the reason."""
    require(actor, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)
    given = require_reason(reason)
    locked = _own_locked(actor, enterprise)
    locked.standing = Standing.GOOD
    locked.standing_reason = given
    locked.standing_from, locked.standing_until = on, None
    locked.save(update_fields=["standing", "standing_reason", "standing_from", "standing_until"])
    log_access(actor, AccessAction.STANDING_CHANGED, locked, given)
    telling.tell_standing(locked, actor, given)
    return locked


def _own_locked(actor: Actor, enterprise: Enterprise) -> Enterprise:
    locked = (
        Enterprise.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=enterprise.pk).first()
    )
    if locked is None:
        raise NotFound(_("There is no such enterprise."))
    return locked
