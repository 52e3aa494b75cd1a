"""An objection that was decided by mistake is examined anew, and holds its line again until then."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import notices
from apps.casework.engine import Opinion, fire
from apps.casework.models import Notice
from apps.casework.transitions import Transition
from apps.claims.models import Claim, Objection
from apps.claims.objection_transitions import OBJECTION_TRANSITIONS
from apps.claims.services.decide_objection import somebody_else_approved
from apps.core.errors import Problem

REOPENED = "claims.objection.reopened"


def reopen_objection(
    actor: Actor, objection: Objection, *, on: date, opinion: Opinion | None = None
) -> Objection:
    """Take a decided objection up again, with a reason; its line is held as by any open one.

    A supervisor of the district who neither decided it nor had a part in claim, class or plan. Raises
    `Refused` once a claim that pays the apprentice was signed, and what `fire` raises.
    """
    with transaction.atomic():
        # Nobody signs meanwhile; in the order in which an objection that comes in takes its locks.
        of_apprentice = Claim.objects.filter(lines__enrolment=objection.enrolment_id).order_by("pk")
        list(of_apprentice.values_list("pk", flat=True).select_for_update(of=("self",)))
        reopened: Objection = fire(
            OBJECTION_TRANSITIONS,
            objection,
            "reopen",
            actor,
            on=on,
            opinion=opinion,
            guard=missing_for_reopening,
        )
        _tell(reopened)
    return reopened


def missing_for_reopening(objection: Objection, actor: Actor) -> list[Problem]:
    """What keeps this actor from taking the objection up again; the page says it as well."""
    problems = somebody_else_approved(objection, actor)
    if Objection.objects.signed_over().filter(pk=objection.pk).exists():
        message = _(
            "A claim that pays for this apprentice has been signed since: the objection would hold nothing. "
            "Where an advance was wrong, the enterprise ends the training, and the next claim asks it back."
        )
        problems.append(Problem("claim_signed", message))
    return problems


def offers(objection: Any, step: Transition) -> bool:
    """Whether the step fits: what was signed since is not taken up again. A list annotates `reopenable`."""
    if step.action != "reopen":
        return True
    known = getattr(objection, "reopenable", None)
    if known is None:
        return not Objection.objects.signed_over().filter(pk=objection.pk).exists()
    return bool(known)


def _tell(objection: Objection) -> None:
    """The enterprise learns that its line is held once more, in which notice of which claim."""
    params = {"name": objection.claim.number, "position": objection.line.position}
    told = Notice(
        subject_type="claims.claim",
        subject_id=objection.claim_id,
        code=REOPENED,
        params=params,
        role=Role.ENTERPRISE_OPERATOR,
        organisation_id=objection.enterprise_id,
    )
    notices.leave([told])
