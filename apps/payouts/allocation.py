"""Which fund bears which line: positive lines draw on what was reserved, negative ones go back.

Funds are drawn in the policy's order (Beijing 2022-11, 4(1)); a refund follows the split of the payment.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.sign_claim import reservation_key
from apps.core.errors import Refused
from apps.ledger.models import Reservation
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentLine
from apps.policy.selectors import parameter


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one line on one fund: positive drawn, negative given back. In fen."""

    line_id: int
    fund: str
    reservation: str
    fen: int


@dataclass(frozen=True)
class Allocation:
    """The shares of a claim, and for a remainder the funds from which each advance was paid."""

    shares: tuple[Share, ...]
    advances: dict[int, tuple[Share, ...]]

    def totals(self, *, drawn: bool) -> dict[str, list[tuple[str, int]]]:
        """Per reservation the fen by fund: what is drawn, or (positive figures) what goes back."""
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for share in self.shares:
            if (share.fen > 0) == drawn:
                sums[share.reservation][share.fund] += abs(share.fen)
        return {key: sorted(funds.items()) for key, funds in sorted(sums.items())}

    def net_by_fund(self) -> dict[str, int]:
        """What each fund pays (or, below zero, gets back) in all."""
        sums: dict[str, int] = defaultdict(int)
        for share in self.shares:
            sums[share.fund] += share.fen
        return {fund: fen for fund, fen in sorted(sums.items()) if fen}


def allocate(claim: Claim, on: date) -> Allocation:
    """Spread the lines of a locked claim over the funds. Raises `Refused` where a reservation falls short."""
    lines = list(claim.lines.order_by("id").values_list("id", "enrolment_id", "advance_fen", "amount_fen"))
    order = [fund.code for fund in parameter(claim.policy_document, "fund_order", on)]
    paid = _advances(claim) if claim.kind == ClaimKind.REMAINDER else {}
    own = reservation_key(claim)
    draws: dict[str, list[tuple[int, int]]] = defaultdict(list)
    back: list[Share] = []
    for line_id, enrolment_id, advance_fen, amount_fen in lines:
        before = paid.get(enrolment_id, ())
        if amount_fen > 0:
            draws[before[0].reservation if before and advance_fen else own].append((line_id, amount_fen))
        elif amount_fen < 0:
            back.extend(_give_back(line_id, -amount_fen, before))
    drawn = [share for key, wanted in draws.items() for share in _draw(key, wanted, order)]
    advances = {
        line_id: paid[enrolment_id] for line_id, enrolment_id, _a, _b in lines if enrolment_id in paid
    }
    return Allocation(tuple(sorted([*drawn, *back], key=lambda share: share.line_id)), advances)


def _advances(claim: Claim) -> dict[int, tuple[Share, ...]]:
    """From where the advance of each enrolment was paid."""
    rows = (
        PaymentLine.objects.filter(
            live=True,
            order__state__in=[OrderState.PAID, OrderState.SET_OFF],
            claim_line__kind=ClaimKind.ADVANCE,
            claim_line__enrolment__in=ClaimLine.objects.filter(claim=claim).values("enrolment_id"),
        )
        .order_by("id")
        .values_list(
            "claim_line__enrolment_id", "claim_line_id", "fund_id", "claim_line__claim_id", "amount_fen"
        )
    )
    found: dict[int, list[Share]] = defaultdict(list)
    for enrolment_id, line_id, fund, claim_id, fen in rows:
        found[enrolment_id].append(Share(line_id, fund, f"claim:{claim_id}", fen))
    return {enrolment_id: tuple(shares) for enrolment_id, shares in found.items()}


def _draw(key: str, wanted: Iterable[tuple[int, int]], order: Sequence[str]) -> Iterator[Share]:
    left = {row.fund_id: row.open_fen for row in Reservation.objects.filter(key=key)}
    return draw(key, left, wanted, order)


def draw(
    key: str, left: dict[str, int], wanted: Iterable[tuple[int, int]], order: Sequence[str]
) -> Iterator[Share]:
    """Spread lines (key, fen) over what is `left` of a reservation by fund, in the policy's order."""
    funds = [fund for fund in order if left.get(fund)] + [fund for fund in left if fund not in order]
    for line_id, amount_fen in wanted:
        missing = amount_fen
        for fund in funds:
            part = min(missing, left[fund])
            if part:
                left[fund] -= part
                missing -= part
                yield Share(line_id, fund, key, part)
        if missing:
            raise Refused(
                _("The budget that was reserved for this claim does not reach. Have it raised first."),
                code="reservation_short",
            )


def _give_back(line_id: int, fen: int, before: Sequence[Share]) -> Iterator[Share]:
    for share in reversed(before):
        part = min(fen, share.fen)
        if part:
            fen -= part
            yield Share(line_id, share.fund, share.reservation, -part)
    if fen:
        raise Refused(
            _("More would be recovered than was paid. Compute the claim again."), code="recovers_too_much"
        )
