"""Finance releases many signed claims: in the background, a few hundred at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.core import failpoints
from apps.core.errors import Forbidden, InvalidInput, ShituError
from apps.core.jobs import ID_MAX, enqueue
from apps.core.models import Job
from apps.payouts.models import PaymentOrder
from apps.payouts.sentences import RELEASE_TITLE
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.release_together import release_together

RELEASE = "payouts.release"
# Claim lines that are released in one transaction: budgets and claims are held for about a second.
TOGETHER = 1000
# The sentences of refusals that a result keeps; the count is always whole.
REFUSALS_KEPT = 200


def enqueue_release(actor: Actor, claims: Iterable[int]) -> Job:
    """Have these claims released by this member of finance; asked twice, it is one job.

    Raises `Forbidden` for anybody but finance, `InvalidInput` for no claim and for what can be no id of one.
    Whether the actor may see a claim, and everything else that a release asks for, is checked claim by claim
    when its turn comes.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    wanted = sorted(set(claims))
    if not wanted:
        raise InvalidInput(_("Choose at least one claim."), code="nothing_chosen")
    if wanted[-1] > ID_MAX:
        raise InvalidInput(
            _("There is no claim with the id %(id)s.") % {"id": wanted[-1]}, code="no_such_case"
        )
    digest = sha256(repr(wanted).encode()).hexdigest()[:32]
    return enqueue(
        RELEASE,
        params={"claims": wanted, "membership": actor.membership_id},
        started_by_id=actor.user_id,
        unique_key=f"{RELEASE}:{actor.membership_id}:{digest}",
        title=RELEASE_TITLE.say(count=len(wanted)),
    )


def release_many(
    actor: Actor, claims: Iterable[int], *, on: date, report: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Release every claim that waits for it; safe to run again after it broke off anywhere.

    Plain claims are released together, those of so many lines (`TOGETHER`) in a transaction; others one by
    one. A claim that is no longer approved is left alone; a refusal is noted and does not stop the others.
    Returns `released` (orders that this person's release stands behind), `skipped` and `refused` with their
    number and reason.
    """
    wanted = list(claims)
    refused: list[dict[str, Any]] = []
    done = 0
    for chunk in _batched(wanted):
        together = release_together(actor, chunk, on=on)
        for pk in chunk:
            refusal = None if pk in together else _release_one(actor, pk, on)
            failpoints.point("release_many.one")
            if refusal is not None:
                refused.append(refusal)
            done += 1
            if report is not None and (pk not in together or pk == chunk[-1]):
                report(done, len(wanted))
    released = PaymentOrder.objects.filter(
        claim__pk__any_of=wanted, released_by_id=actor.user_id, state__in=["released", "paid", "set_off"]
    ).count()
    return {
        "released": released,
        "skipped": len(wanted) - released - len(refused),
        "refused": len(refused),
        "refusals": refused[:REFUSALS_KEPT],
    }


def _batched(claims: Sequence[int]) -> Iterator[Sequence[int]]:
    """The claims in pieces of about as many lines as are released together, each of one claim at least."""
    sizes = dict(Claim.objects.filter(pk__any_of=claims).values_list("pk", "line_count"))
    piece: list[int] = []
    lines = 0
    for pk in claims:
        size = sizes.get(pk, 1)
        if piece and lines + size > TOGETHER:
            yield piece
            piece, lines = [], 0
        piece.append(pk)
        lines += size
    if piece:
        yield piece


def _release_one(actor: Actor, pk: int, on: date) -> dict[str, Any] | None:
    claim = Claim.objects.visible_to(actor).select_related("training_class__plan").filter(pk=pk).first()
    if claim is None:
        return {
            "claim": pk,
            "code": "no_such_case",
            "reason": _("There is no such file, or it is not yours."),
        }
    if claim.state != ClaimState.APPROVED:
        return None
    try:
        release_payment(actor, claim, on=on, opinion=Opinion())
    except ShituError as refusal:
        if refusal.code == "wrong_state":
            return None
        reason = " ".join(filter(None, [refusal.message, *(str(row.message) for row in refusal.problems)]))
        return {"claim": pk, "number": claim.number, "code": refusal.code, "reason": reason}
    return None
