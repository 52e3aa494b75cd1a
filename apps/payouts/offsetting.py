"""What of an enterprise's open recoveries a payment to it repays, and out of which funds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.payouts.enums import RecoveryState
from apps.payouts.instalments import agreement_in_force, due_fen
from apps.payouts.models import Recovery, RecoveryOffset
from apps.payouts.rules import recovery_rule
from apps.policy.enums import OffsetFrom, OffsetOrder

# Where a page says what the release will set off.
AWAITS_RELEASE = (ClaimState.SECOND_SIGNATURE, ClaimState.APPROVED, ClaimState.PAYEE_SIGNATURE)


@dataclass(frozen=True, slots=True)
class Planned:
    """One set-off to make: which recovery, how much of it (fen)."""

    recovery: Recovery
    amount_fen: int


def candidates(claim: Claim, on: date, *, lock: bool = False) -> list[Recovery]:
    """Recoveries of the claim's enterprise and district of which something could be taken, by their key.

    Another district's are left alone: its money has its own budgets and its own books.
    """
    rows = Recovery.objects.filter(
        ~Q(state=RecoveryState.REPAID),
        enterprise_id=claim.enterprise_id,
        district_id=claim.district_id,
        issued_on__lte=on,
    ).order_by("id")
    return list(rows.select_for_update(of=("self",)) if lock else rows)


def set_off_before(claim: Claim) -> int:
    """What earlier releases of this claim set off."""
    rows = RecoveryOffset.objects.filter(claim=claim)
    return int(rows.aggregate(fen=Sum("amount_fen", default=0))["fen"])


def plan_offsets(claim: Claim, recoveries: Sequence[Recovery], on: date) -> list[Planned]:
    """What a release of this claim on a day would set off, in the order that the city's rules set.

    What was written off comes last: it is still owed, though nobody waits for it.
    """
    if claim.net_fen <= 0 or not recoveries:
        return []
    order = recovery_rule("recovery_offset_order", on)
    if order == OffsetOrder.NONE:
        return []
    only_due = recovery_rule("recovery_offset_from", on) == OffsetFrom.DUE_DAY
    left = claim.net_fen - set_off_before(claim)
    found = []
    for recovery in sorted(recoveries, key=lambda row: _rank(row, order)):
        fen = min(left, _takeable(recovery, on, only_due=only_due))
        if fen > 0:
            left -= fen
            found.append(Planned(recovery, fen))
    return found


def preview(claim: Claim, on: date) -> list[Planned]:
    """`plan_offsets` for a page: what would happen if the claim were released now."""
    return plan_offsets(claim, candidates(claim, on), on)


def _rank(recovery: Recovery, order: str) -> tuple:
    given_up = recovery.open_fen == 0
    if order == OffsetOrder.LARGEST_OPEN:
        return given_up, -recovery.wanted_fen, recovery.pk
    day = recovery.due_on if order == OffsetOrder.OLDEST_DUE else recovery.issued_on
    return given_up, day, recovery.pk


def _takeable(recovery: Recovery, on: date, *, only_due: bool) -> int:
    """How much of a recovery may be taken now: under an instalment agreement what is due, else all of it."""
    agreement = agreement_in_force(recovery)
    if agreement is not None:
        return due_fen(agreement, recovery.open_fen, on)
    if only_due and recovery.due_on >= on:
        return 0
    return recovery.wanted_fen


def withhold(nets: dict[str, int], returned: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Per fund what a payment gives up, so that `returned` (fund, fen) can go back; reduces `nets` by it.

    A fund that gets money back gives up its own payment first, so that as little as possible moves between
    the funds' accounts; the rest comes out of the other funds that pay.
    """
    drawn: dict[str, int] = {}
    missing = 0
    for fund, fen in returned:
        part = min(fen, max(nets.get(fund, 0), 0))
        _draw(nets, drawn, fund, part)
        missing += fen - part
    for fund in sorted(nets):
        part = min(missing, max(nets[fund], 0))
        _draw(nets, drawn, fund, part)
        missing -= part
    if missing:
        raise ValueError("more would be set off than the payment comes to")
    return drawn


def _draw(nets: dict[str, int], drawn: dict[str, int], fund: str, fen: int) -> None:
    if fen:
        nets[fund] -= fen
        drawn[fund] = drawn.get(fund, 0) + fen
