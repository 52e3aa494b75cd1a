"""Undo a transaction by its mirror. Nothing is edited."""

from datetime import date

from apps.ledger.models import Transaction
from apps.ledger.services.posting import post
from apps.ledger.services.specs import LegSpec

REVERSAL = "reversal"


def reverse(
    transaction: Transaction, key: str, on: date, reason: str, *, posted_by_id: int | None = None
) -> Transaction:
    """Post the mirror of `transaction`: every leg again with debit and credit exchanged, dated `on`.

    `reason` becomes the memo. The same key again returns the same reversal; another key for a transaction
    that has its reversal is a Conflict. A reversal may itself be reversed.
    """
    legs = [
        LegSpec(
            account_code=leg.account_id,
            fund=leg.fund_id,
            district=leg.district_code,
            debit_fen=leg.credit_fen,
            credit_fen=leg.debit_fen,
            subject_type=leg.subject_type,
            subject_id=leg.subject_id,
        )
        for leg in transaction.legs.order_by("position")
    ]
    return post(
        key,
        on,
        REVERSAL,
        reason,
        legs,
        posted_by_id=posted_by_id,
        subject_type=transaction.subject_type,
        subject_id=transaction.subject_id,
        reverses_id=transaction.pk,
    )
