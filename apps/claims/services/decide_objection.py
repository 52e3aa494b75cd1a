"""An objection is upheld or dismissed, by somebody who did not decide on the claim before."""

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.casework.models import Seat
from apps.claims.models import Objection
from apps.claims.objection_transitions import OBJECTION_TRANSITIONS
from apps.core import rls
from apps.core.errors import Problem

# The supervisor who sent the claim back has only asked for another look.
_MAY_EXAMINE = ("second_signer",)


def uphold_objection(
    actor: Actor, objection: Objection, *, on: date, opinion: Opinion | None = None
) -> Objection:
    """Uphold: the apprentice is not paid for in this or any further claim. Raises what `fire` raises."""
    return _decide(actor, objection, "uphold", on, opinion)


def dismiss_objection(
    actor: Actor, objection: Objection, *, on: date, opinion: Opinion | None = None
) -> Objection:
    """Dismiss: the line is free, or can be claimed in a further claim. Raises what `fire` raises."""
    return _decide(actor, objection, "dismiss", on, opinion)


def _decide(actor: Actor, objection: Objection, action: str, on: date, opinion: Opinion | None) -> Objection:
    decided: Objection = fire(
        OBJECTION_TRANSITIONS, objection, action, actor, on=on, opinion=opinion, guard=somebody_else_approved
    )
    return decided


def somebody_else_approved(objection: Any, actor: Actor) -> list[Problem]:
    """Whoever applied for, reviewed or rechecked what the line rests on does not examine the objection."""
    if actor.person_id is None:
        return []
    claim = objection.claim
    cases: tuple[models.Model, ...] = (claim, claim.training_class, claim.training_class.plan)
    # A chair that is not shown would let its holder take this one.
    with rls.whole_city():
        taken = any(
            Seat.objects.filter(
                subject_type=case._meta.label_lower, subject_id=case.pk, person_id=actor.person_id
            )
            .exclude(seat__in=_MAY_EXAMINE)
            .exists()
            for case in cases
        )
    wrote = objection.entered_by_id is not None and objection.entered_by_id == actor.user_id
    if not taken and not wrote:
        return []
    message = _(
        "You decided on this claim, its class or its plan before, or took the objection down. Another "
        "officer of the district must examine it."
    )
    return [Problem("segregation", message)]
