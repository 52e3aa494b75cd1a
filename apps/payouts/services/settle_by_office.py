"""A class whose enterprise does not settle it: its district asks back what was advanced and not earned."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.models import TrainingClass
from apps.casework.engine import Opinion, fire, lock
from apps.claims.checks import has_lines
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services.compute_claim import compute_recovery
from apps.claims.services.review_claim import bound
from apps.claims.services.submit_claim import results_of, void_lines
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.payouts.sentences import NOT_HANDED_IN
from apps.payouts.unsettled import drafts_of, unsettled
from apps.training.services.lock_results import lock_results


def settle_by_office(actor: Actor, training_class: TrainingClass, *, reason: str, on: date) -> Claim:
    """Ask the advance of an ended class back, since its enterprise did not settle it in time (4(3)).

    Who failed, left, or has no result is due nothing. The claim is the district's own: another reviewer
    approves it, a supervisor signs, and then the records without a result end. What the enterprise wrote and
    did not hand in lapses. Raises `Refused` before the enterprise's last day and while it still corrects a
    claim, `Forbidden` for anybody but a reviewer of the district.
    """
    if actor.role != Role.DISTRICT_REVIEWER:
        raise Forbidden(_("The district asks the advance back."), code="not_your_step")
    with transaction.atomic():
        locked = lock(training_class, actor)
        _require_late(locked, on)
        for draft in drafts_of(locked):
            _let_lapse(actor, draft, on)
        claim = compute_recovery(actor, locked, on=on)
        return fire(
            CLAIM_TRANSITIONS,
            claim,
            "propose",
            actor,
            on=on,
            opinion=bound(claim, Opinion(reason=reason)),
            guard=lambda made, _by: has_lines(made),
            effect=_hand_in,
        )


def _hand_in(claim: Claim) -> list[str]:
    lock_results(results_of(claim))
    claim.submitted_at = clock.now()
    return ["submitted_at"]


def _require_late(training_class: TrainingClass, on: date) -> None:
    found = unsettled(training_class, on)
    if found is None:
        message = _("Nothing is to be asked back of this class: it is not over, or it is settled.")
        raise Refused(message, code="nothing_to_settle")
    if not found.late:
        message = _("The enterprise has until %(day)s to settle this class itself.")
        raise Refused(message % {"day": found.due_on.isoformat()}, code="settled_by_enterprise")
    for draft in found.drafts:
        if draft.state == ClaimState.RETURNED and draft.deadline_on is not None and draft.deadline_on >= on:
            message = _("The enterprise has until %(day)s to correct claim %(number)s.")
            about = {"day": draft.deadline_on.isoformat(), "number": draft.number}
            raise Refused(message % about, code="being_corrected")


def _let_lapse(actor: Actor, draft: Claim, on: date) -> None:
    why = Opinion(reason=NOT_HANDED_IN.say())
    fire(CLAIM_TRANSITIONS, draft, "lapse", actor, on=on, opinion=why, effect=void_lines)
