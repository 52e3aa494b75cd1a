"""What release and recovery have in common: draw the budgets, free what is not needed, post."""

from collections import defaultdict
from datetime import date

from apps.accounts.actors import Actor
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.ledger import services as ledger
from apps.ledger.models import Reservation
from apps.payouts.allocation import Allocation, allocate
from apps.payouts.postings import post_obligation


def settle(claim: Claim, actor: Actor, on: date) -> Allocation:
    """Use the reserved budget for the positive lines, free what settled lines no longer need, post.

    Called once per claim under its row lock; every key is the claim's, so a repetition changes nothing.
    """
    allocation = allocate(claim, on)
    for reservation, splits in allocation.totals(drawn=True).items():
        ledger.use(
            f"claim:{claim.pk}:use:{reservation}",
            reservation=reservation,
            on=on,
            splits=splits,
            by_id=actor.user_id,
        )
    if claim.kind == ClaimKind.REMAINDER:
        _free_rest(claim, allocation, actor, on)
    post_obligation(claim, allocation, actor, on)
    return allocation


def _free_rest(claim: Claim, allocation: Allocation, actor: Actor, on: date) -> None:
    """Give back what was reserved for the settled apprentices and is not due: the last fund first."""
    rest: dict[str, int] = defaultdict(int)
    rows = claim.lines.values_list("id", "standard_fen", "advance_fen", "amount_fen")
    for line_id, standard_fen, advance_fen, amount_fen in rows:
        advances = allocation.advances.get(line_id)
        key = advances[0].reservation if advances else f"claim:{claim.pk}"
        if advances or amount_fen > 0:
            rest[key] += standard_fen - advance_fen - max(amount_fen, 0)
    for key, free_fen in rest.items():
        splits, left = [], free_fen
        for row in Reservation.objects.filter(key=key).order_by("-id"):
            part = min(left, row.open_fen)
            if part:
                splits.append((row.fund_id, part))
                left -= part
        if splits:
            ledger.release(
                f"claim:{claim.pk}:free:{key}", reservation=key, on=on, splits=splits, by_id=actor.user_id
            )


def give_back(claim: Claim, allocation: Allocation, amount_fen: int, actor: Actor, on: date) -> list:
    """Return the first `amount_fen` of what negative lines give back to its budgets; returns the rest.

    The rest are (fund, reservation, fen) that the enterprise still has to pay.
    """
    now: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    later: dict[tuple[str, str], int] = defaultdict(int)
    for share in allocation.shares:
        if share.fen < 0:
            part = min(amount_fen, -share.fen)
            amount_fen -= part
            if part:
                now[share.reservation][share.fund] += part
            if -share.fen > part:
                later[(share.fund, share.reservation)] += -share.fen - part
    for key, funds in now.items():
        ledger.refund(
            f"claim:{claim.pk}:refund:{key}",
            reservation=key,
            on=on,
            splits=sorted(funds.items()),
            by_id=actor.user_id,
        )
    return [(fund, key, fen) for (fund, key), fen in sorted(later.items())]
