"""What every kind of repayment has in common: funds and budgets get it back, apprentices are counted."""

from collections import defaultdict
from datetime import date

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.enums import ClaimState
from apps.claims.services import entitlements
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.ledger import services as ledger
from apps.payouts.enums import RecoveryState
from apps.payouts.models import Recovery
from apps.payouts.returned import Returned
from apps.payouts.services.agree_instalments import follow_agreement


def after_write_off(recovery: Recovery, amount_fen: int) -> int:
    """How much of an amount is money that had been written off: what is still owed is repaid first."""
    return max(amount_fen - recovery.open_fen, 0)


def book_back(
    recovery: Recovery, amount_fen: int, *, column: str, key: str, on: date, actor: Actor
) -> Returned:
    """Spread an amount over the parts of a locked recovery and return it to the budgets that it came from.

    `column` is the counter of the parts (`received_fen`, `offset_fen`), `key` the event: the ledger's own
    movements are named after it. The budget is that of the year in which the money was promised.
    """
    owed: dict[str, int] = defaultdict(int)
    given_up: dict[str, int] = defaultdict(int)
    back: dict[int, int] = defaultdict(int)
    parts = list(recovery.parts.select_for_update().order_by("id"))
    left = amount_fen
    for part in parts:
        fen = min(left, part.open_fen)
        left -= fen
        owed[part.fund_id] += fen
        back[part.pk] += fen
    for part in parts:
        fen = min(left, part.written_off_fen)
        left -= fen
        part.written_off_fen -= fen
        given_up[part.fund_id] += fen
        back[part.pk] += fen
    for part in parts:
        if not back[part.pk]:
            continue
        setattr(part, column, getattr(part, column) + back[part.pk])
        part.save(update_fields=[column, "written_off_fen"])
        ledger.refund(
            f"{key}:{part.pk}",
            reservation=part.reservation_key,
            on=on,
            splits=[(part.fund_id, back[part.pk])],
            by_id=actor.user_id,
        )
    entitlements.recover_lines(recovery.claim, amount_fen)
    return Returned(_nonzero(owed), _nonzero(given_up))


def _nonzero(sums: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((fund, fen) for fund, fen in sums.items() if fen))


def end_claim(recovery: Recovery, actor: Actor, reason: str, on: date) -> None:
    """Settle the claim whose recovery came back whole, or note that the rest of it was written off.

    `recovery` is read anew: the database has counted meanwhile. An instalment agreement goes on or ends.
    """
    recovery.refresh_from_db()
    follow_agreement(recovery, on)
    claim = recovery.claim
    if recovery.state == RecoveryState.REPAID and claim.state != ClaimState.SETTLED:
        fire(CLAIM_TRANSITIONS, claim, "settle", actor, on=on, opinion=Opinion(reason=reason))
    elif recovery.state == RecoveryState.WRITTEN_OFF and claim.state == ClaimState.RECOVERING:
        by_itself = Actor.system(reason)
        fire(CLAIM_TRANSITIONS, claim, "write_off", by_itself, on=on, opinion=Opinion(reason=reason))
