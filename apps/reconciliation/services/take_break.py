"""Somebody makes a difference their own, so that others see who looks after it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.core.errors import Conflict, Forbidden, NotFound
from apps.reconciliation.models import Break
from apps.reconciliation.sentences import LEFT, TAKEN

TAKERS = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR})


def take_break(actor: Actor, difference: Break, *, on: date) -> Break:
    """Take a difference that stands; who had it before is seen in its history.

    Raises `Forbidden` for other roles, `NotFound` for one of others, `Conflict` for one that is closed.
    """
    with transaction.atomic():
        locked = _lock(actor, difference)
        if locked.taken_by_id != actor.person_id:
            with acting(actor, "take", TAKEN.say()):
                locked.taken_by_id, locked.taken_on = actor.person_id, on
                locked.save(update_fields=["taken_by", "taken_on"])
    return locked


def give_back_break(actor: Actor, difference: Break) -> Break:
    """Leave a difference to others again. Raises as `take_break`, and `Conflict` where another one has it."""
    with transaction.atomic():
        locked = _lock(actor, difference)
        if locked.taken_by_id != actor.person_id:
            raise Conflict(_("Another person has taken this difference."), code="taken_by_another")
        with acting(actor, "give_back", LEFT.say()):
            locked.taken_by_id, locked.taken_on = None, None
            locked.save(update_fields=["taken_by", "taken_on"])
    return locked


def _lock(actor: Actor, difference: Break) -> Break:
    if actor.role not in TAKERS or actor.person_id is None:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    rows = Break.objects.visible_to(actor).filter(pk=difference.pk)
    locked = rows.select_for_update(of=("self",)).first()
    if locked is None:
        raise NotFound(_("There is no such difference, or it is not yours."), code="no_such_break")
    if not locked.stands:
        raise Conflict(_("This difference is closed already."), code="wrong_state")
    return locked
