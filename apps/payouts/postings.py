"""How payments and recoveries stand in the ledger: legs by line, fund and district."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from apps.accounts.actors import Actor
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.ledger import services as ledger
from apps.ledger.services import LegSpec, Posting, credit, debit
from apps.payouts.allocation import Allocation, Share
from apps.payouts.models import Recovery, RecoveryOffset, RecoveryReceipt, RecoveryWriteOff
from apps.payouts.returned import Returned

LINE = "claims.claimline"


def post_obligation(claim: Claim, allocation: Allocation, actor: Actor, on: date) -> None:
    """Post what the claim makes the city owe (or be owed): by line, so that each fen can be followed.

    Advance: prepaid against payable. Remainder: expense against the advance that is thereby used up, the
    difference payable; a negative line turns its advance into a claim on the enterprise.
    """
    legs = (
        _advance_legs(claim, allocation)
        if claim.kind == ClaimKind.ADVANCE
        else _settle_legs(claim, allocation)
    )
    owed = list(legs)
    # Somebody who is due nothing and never got an advance moves nothing.
    if owed:
        _post(claim, f"claim:{claim.pk}:obligation", "obligation", owed, actor, on)


def obligation_of_advance(claim: Claim, allocation: Allocation, actor: Actor, on: date) -> Posting:
    """What `post_obligation` posts for an advance, to be posted with many others."""
    return Posting(
        key=f"claim:{claim.pk}:obligation",
        on=on,
        kind="obligation",
        legs=list(_advance_legs(claim, allocation)),
        memo=claim.number,
        posted_by_id=actor.user_id,
        subject_type="claims.claim",
        subject_id=claim.pk,
    )


def _advance_legs(claim: Claim, allocation: Allocation) -> Iterator[LegSpec]:
    for share in allocation.shares:
        yield from _pair(claim, share, "advances", "payables", share.fen)


def _settle_legs(claim: Claim, allocation: Allocation) -> Iterator[LegSpec]:
    back: dict[tuple[int, str, str], int] = {}
    for share in allocation.shares:
        if share.fen > 0:
            yield from _pair(claim, share, "subsidies", "payables", share.fen)
        else:
            back[(share.line_id, share.fund, share.reservation)] = -share.fen
    for line_id, advances in allocation.advances.items():
        for advance in advances:
            share = Share(line_id, advance.fund, advance.reservation, advance.fen)
            returned = back.get((line_id, advance.fund, advance.reservation), 0)
            if advance.fen > returned:
                yield from _pair(claim, share, "subsidies", "advances", advance.fen - returned)
            if returned:
                yield from _pair(claim, share, "payables", "advances", returned)


def _pair(claim: Claim, share: Share, debited: str, credited: str, fen: int) -> Iterator[LegSpec]:
    where: dict[str, Any] = {
        "fund": share.fund,
        "district": claim.district_id,
        "subject_type": LINE,
        "subject_id": share.line_id,
    }
    yield debit(debited, fen, **where)
    yield credit(credited, fen, **where)


def post_cash(
    claim: Claim,
    nets: Iterable[tuple[str, int]],
    actor: Actor,
    on: date,
    *,
    key: str,
    subject: tuple[str, int],
) -> None:
    """Post the money that left each fund for a claim; below zero it came back to the fund from another."""
    legs: list[LegSpec] = []
    for fund, fen in nets:
        where: dict[str, Any] = {
            "fund": fund,
            "district": claim.district_id,
            "subject_type": subject[0],
            "subject_id": subject[1],
        }
        debited, credited = ("payables", "cash") if fen > 0 else ("cash", "payables")
        legs += [debit(debited, abs(fen), **where), credit(credited, abs(fen), **where)]
    if legs:
        _post(claim, key, "payment", legs, actor, on)


def post_receivable(
    claim: Claim, parts: Iterable[tuple[str, int]], actor: Actor, on: date, recovery_id: int
) -> None:
    """Post what the enterprise has to pay back, by fund."""
    legs: list[LegSpec] = []
    for fund, fen in parts:
        where: dict[str, Any] = {
            "fund": fund,
            "district": claim.district_id,
            "subject_type": "payouts.recovery",
            "subject_id": recovery_id,
        }
        legs += [debit("recoveries", fen, **where), credit("payables", fen, **where)]
    _post(claim, f"claim:{claim.pk}:receivable", "recovery", legs, actor, on)


def post_receipt(receipt: RecoveryReceipt, returned: Returned, actor: Actor, on: date) -> None:
    """Post money that came in for a recovery, into the funds that it came from."""
    recovery = receipt.recovery
    where = _of_recovery(recovery)
    legs = [debit("cash", fen, fund=fund, **where) for fund, fen in returned.by_fund()]
    legs += _repaid_legs(returned, where)
    _post(recovery.claim, receipt.ledger_key, "receipt", legs, actor, on)


def post_offset(
    offset: RecoveryOffset, drawn: dict[str, int], returned: Returned, actor: Actor, on: date
) -> None:
    """Post a set-off: what the claim was to be paid by each fund against what is owed to each fund.

    Where one fund gives up what another gets back, the money moves between the funds' accounts.
    """
    recovery, claim = offset.recovery, offset.claim
    own: dict[str, Any] = {
        "district": claim.district_id,
        "subject_type": "payouts.recoveryoffset",
        "subject_id": offset.pk,
    }
    legs = [debit("payables", fen, fund=fund, **own) for fund, fen in sorted(drawn.items())]
    legs += _repaid_legs(returned, _of_recovery(recovery))
    back = dict(returned.by_fund())
    for fund in sorted({*drawn, *back}):
        moved = drawn.get(fund, 0) - back.get(fund, 0)
        if moved > 0:
            legs.append(credit("cash", moved, fund=fund, **own))
        elif moved < 0:
            legs.append(debit("cash", -moved, fund=fund, **own))
    _post(claim, offset.ledger_key, "offset", legs, actor, on)


def post_write_off(
    write_off: RecoveryWriteOff, by_fund: Iterable[tuple[str, int]], actor: Actor, on: date
) -> None:
    """Post what is given up of a recovery: out of what is owed, into what was lost."""
    where = _of_recovery(write_off.recovery)
    legs: list[LegSpec] = []
    for fund, fen in by_fund:
        legs += [debit("written_off", fen, fund=fund, **where), credit("recoveries", fen, fund=fund, **where)]
    _post(write_off.recovery.claim, write_off.ledger_key, "write_off", legs, actor, on)


def _of_recovery(recovery: Recovery) -> dict[str, Any]:
    return {
        "district": recovery.district_id,
        "subject_type": "payouts.recovery",
        "subject_id": recovery.pk,
    }


def _repaid_legs(returned: Returned, where: dict[str, Any]) -> list[LegSpec]:
    """What is no longer owed, and what was lost and is not any more."""
    legs = [credit("recoveries", fen, fund=fund, **where) for fund, fen in returned.owed]
    return legs + [credit("written_off", fen, fund=fund, **where) for fund, fen in returned.given_up]


def _post(claim: Claim, key: str, kind: str, legs: list[LegSpec], actor: Actor, on: date) -> None:
    ledger.post(
        key,
        on,
        kind,
        claim.number,
        legs,
        posted_by_id=actor.user_id,
        subject_type="claims.claim",
        subject_id=claim.pk,
    )
