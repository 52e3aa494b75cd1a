"""Write a recovery off: request with document and reason, sign and post, refuse, withdraw."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.casework.enums import PaperState
from apps.casework.models import CaseDocument
from apps.casework.services.documents import add_document
from apps.core import failpoints
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from apps.core.money import yuan
from apps.core.numbering import next_number
from apps.payouts.instalments import agreement_in_force
from apps.payouts.models import Recovery, RecoveryWriteOff
from apps.payouts.postings import post_write_off
from apps.payouts.sentences import WRITTEN_OFF
from apps.payouts.services.booking import end_claim
from apps.payouts.write_off_transitions import WRITE_OFF_TRANSITIONS

DOCUMENT = "write_off_document"


def request_write_off(
    actor: Actor,
    recovery: Recovery,
    *,
    amount_fen: int,
    document: str,
    reason: str,
    upload: Any,
    on: date,
) -> RecoveryWriteOff:
    """Ask that `amount_fen` of what is still open be written off (核销); another person signs.

    `document` names the paper that says that nothing can be got, `upload` is the paper. Raises `Forbidden`
    for anybody but finance, `NotFound` for another district's notice, `InvalidInput` for what is missing,
    `Conflict` while another request is open, `Refused` for more than is owed.
    """
    if actor.role != Role.FINANCE_OFFICER or actor.person_id is None:
        raise Forbidden(_("Finance asks for a write-off."), code="not_your_step")
    _require_sound(amount_fen, document, reason, upload)
    with transaction.atomic():
        locked = _lock(actor, recovery.pk)
        open_states = [PaperState.DRAFT, PaperState.SUBMITTED]
        if RecoveryWriteOff.objects.filter(recovery=locked, state__in=open_states).exists():
            raise Conflict(
                _("A write-off of this recovery waits for its signature already. Open that one."),
                code="write_off_open",
            )
        with acting(actor, "create"):
            request = RecoveryWriteOff.objects.create(
                number=next_number(RecoveryWriteOff, "HX", on),
                recovery=locked,
                district_id=locked.district_id,
                amount_fen=amount_fen,
                document=document.strip(),
                reason=reason.strip(),
                requested_by_id=actor.person_id,
            )
        add_document(actor, request, kind=DOCUMENT, upload=upload, title=document.strip())
        return submit_write_off(actor, request, on=on)


def submit_write_off(
    actor: Actor, request: RecoveryWriteOff, *, on: date, opinion: Opinion | None = None
) -> RecoveryWriteOff:
    """Hand a request on for the second signature. Raises what `fire` raises."""
    return fire(
        WRITE_OFF_TRANSITIONS, request, "submit", actor, on=on, opinion=opinion, guard=missing_for_write_off
    )


def sign_write_off(
    actor: Actor, request: RecoveryWriteOff, *, on: date, opinion: Opinion | None = None
) -> RecoveryWriteOff:
    """The second signature: the amount is given up in the books, by fund.

    The budgets keep it as used: the money is gone. The enterprise still owes it; whatever comes later is
    received like any other money. Raises `Refused` where less is open by now.
    """

    def effect(locked: RecoveryWriteOff) -> list[str]:
        _write_off(locked, actor, on)
        locked.signed_by_id, locked.signed_on = actor.person_id, on
        return ["signed_by", "signed_on"]

    with transaction.atomic():
        # Before the request itself, as whoever receives money does: two orders of locks would wait in a ring.
        _lock(actor, request.recovery_id)
        signed: RecoveryWriteOff = fire(
            WRITE_OFF_TRANSITIONS,
            request,
            "sign",
            actor,
            on=on,
            opinion=opinion,
            guard=missing_for_write_off,
            effect=effect,
        )
        failpoints.point("write_off.signed")
        reason = WRITTEN_OFF.say(number=signed.number)
        end_claim(signed.recovery, Actor.system(reason), reason, on)
    return signed


def refuse_write_off(
    actor: Actor, request: RecoveryWriteOff, *, on: date, opinion: Opinion | None = None
) -> RecoveryWriteOff:
    """Not signed, with the reason."""
    return fire(WRITE_OFF_TRANSITIONS, request, "refuse", actor, on=on, opinion=opinion)


def withdraw_write_off(
    actor: Actor, request: RecoveryWriteOff, *, on: date, opinion: Opinion | None = None
) -> RecoveryWriteOff:
    """Taken back by finance, with the reason."""
    return fire(WRITE_OFF_TRANSITIONS, request, "withdraw", actor, on=on, opinion=opinion)


def missing_for_write_off(request: RecoveryWriteOff, actor: Actor) -> Iterator[Problem]:  # noqa: ARG001 - a guard's signature
    """What keeps a write-off from being handed on or signed."""
    if not CaseDocument.objects.of(request).exists():
        message = _("Hand in the document that says why nothing can be got.")
        yield Problem("document_missing", message, field="file")
    open_fen = Recovery.objects.get(pk=request.recovery_id).open_fen
    if request.amount_fen > open_fen:
        message = _("%(asked)s yuan are to be written off and %(open)s yuan are still open.")
        about = {"asked": yuan(request.amount_fen), "open": yuan(open_fen)}
        yield Problem("more_than_owed", message % about, field="amount")
    elif request.amount_fen < open_fen and agreement_in_force(request.recovery):
        message = _("While an instalment agreement runs, only the whole rest is written off.")
        yield Problem("agreement_in_force", message, field="amount")


def _lock(actor: Actor, pk: int) -> Recovery:
    locked = Recovery.objects.visible_to(actor).filter(pk=pk).select_for_update(of=("self",)).first()
    if locked is None:
        raise NotFound(_("There is no such notice."), code="no_such_recovery")
    return locked


def _write_off(request: RecoveryWriteOff, actor: Actor, on: date) -> None:
    """Take the amount off the parts: the last fund first, as a refund would have gone to the first."""
    by_fund: dict[str, int] = defaultdict(int)
    left = request.amount_fen
    for part in request.recovery.parts.select_for_update().order_by("-id"):
        fen = min(left, part.open_fen)
        if fen:
            left -= fen
            part.written_off_fen += fen
            part.save(update_fields=["written_off_fen"])
            by_fund[part.fund_id] += fen
    post_write_off(request, sorted(by_fund.items()), actor, on)


def _require_sound(amount_fen: int, document: str, reason: str, upload: Any) -> None:
    problems = []
    if amount_fen <= 0:
        problems.append(Problem("amount", _("Enter an amount of one fen or more."), field="amount"))
    if not document.strip():
        message = _("Name the document that says why nothing can be got.")
        problems.append(Problem("document_missing", message, field="document"))
    if not reason.strip():
        problems.append(Problem("reason_required", _("Say why it is written off."), field="reason"))
    if upload is None:
        message = _("Hand in the document that says why nothing can be got.")
        problems.append(Problem("document_missing", message, field="file"))
    if problems:
        raise InvalidInput(problems=problems)
