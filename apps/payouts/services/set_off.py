"""Open recoveries of an enterprise are set off against what a claim of it pays."""

from collections.abc import Sequence
from datetime import date

from apps.accounts.actors import Actor
from apps.claims.models import Claim
from apps.payouts.models import RecoveryOffset, RecoveryOffsetPart
from apps.payouts.offsetting import Planned, withhold
from apps.payouts.postings import post_offset
from apps.payouts.sentences import SET_OFF
from apps.payouts.services.booking import after_write_off, book_back, end_claim


def set_off(
    actor: Actor, claim: Claim, planned: Sequence[Planned], nets: dict[str, int], *, attempt: int, on: date
) -> int:
    """Set the planned amounts off against a locked claim on its release; returns their sum in fen.

    `nets` is what each fund would pay and is reduced by what it gives up. The recoveries are locked (see
    `offsetting.candidates`). Each set-off is one row and one transaction of the books; budgets get their
    money back, and a recovery that is repaid settles its claim.
    """
    for plan in planned:
        recovery = plan.recovery
        offset = RecoveryOffset.objects.create(
            recovery=recovery,
            claim=claim,
            attempt=attempt,
            amount_fen=plan.amount_fen,
            after_write_off_fen=after_write_off(recovery, plan.amount_fen),
            set_off_on=on,
            set_off_by_id=actor.account_id,
        )
        returned = book_back(
            recovery, plan.amount_fen, column="offset_fen", key=offset.ledger_key, on=on, actor=actor
        )
        back = dict(returned.by_fund())
        drawn = withhold(nets, sorted(back.items()))
        RecoveryOffsetPart.objects.bulk_create(
            RecoveryOffsetPart(
                offset=offset, fund_id=fund, drawn_fen=drawn.get(fund, 0), returned_fen=back.get(fund, 0)
            )
            for fund in sorted({*drawn, *back})
        )
        post_offset(offset, drawn, returned, actor, on)
        reason = SET_OFF.say(claim=claim.number)
        end_claim(recovery, Actor.system(reason), reason, on)
    return sum(plan.amount_fen for plan in planned)
