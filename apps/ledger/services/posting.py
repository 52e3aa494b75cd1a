"""Post one transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.core import failpoints
from apps.core.errors import Conflict, Refused
from apps.core.money import yuan
from apps.ledger.models import Leg, Transaction
from apps.ledger.services.refusals import in_sentences
from apps.ledger.services.specs import LegSpec

_POST = """
SELECT posted_id, posted_at FROM ledger_post(
    %s, %s, %s, %s, %s, %s, %s, %s,
    %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[])
"""


def post(
    key: str,
    on: date,
    kind: str,
    memo: str,
    legs: Sequence[LegSpec],
    *,
    posted_by_id: int | None = None,
    subject_type: str = "",
    subject_id: int | None = None,
    reverses_id: int | None = None,
) -> Transaction:
    """Post one transaction of two or more legs that balance in every fund, and return it.

    `key` is the caller's name of the event. Where it was posted before with the same content, that
    transaction is returned and nothing is added; with other content it is a Conflict. Amounts are fen.

    Raises Refused (unbalanced, fewer than two legs, an amount that is not positive, unknown account or fund)
    and Conflict (key used for something else, original reversed before).
    """
    check_legs(legs)
    row = Transaction(
        key=key,
        on=on,
        kind=kind,
        memo=memo,
        reverses_id=reverses_id,
        posted_by_id=posted_by_id,
        subject_type=subject_type,
        subject_id=subject_id,
    )
    columns: list[Any] = [key, on, kind, memo, reverses_id, posted_by_id, subject_type, subject_id]
    columns += [list(column) for column in zip(*map(_columns, legs), strict=True)]
    with in_sentences(), connection.cursor() as cursor:
        cursor.execute(_POST, columns)
        posted = cursor.fetchone()
    failpoints.point("posting.posted")
    if posted is None:
        return _posted_before(row, legs)
    row.id, row.created_at = posted
    row._state.adding, row._state.db = False, connection.alias
    return row


def check_legs(legs: Sequence[LegSpec]) -> None:
    """Refuse legs that the database would refuse, with the figures in the sentence."""
    if len(legs) < 2:
        raise Refused(_("A transaction needs at least two legs."), code="legs_incomplete")
    sums: dict[str, int] = {}
    for leg in legs:
        if not _is_one_side(leg):
            raise Refused(
                _("Each leg is either a debit or a credit, of one fen or more."), code="amount_invalid"
            )
        sums[leg.fund] = sums.get(leg.fund, 0) + leg.debit_fen - leg.credit_fen
    for fund, difference in sums.items():
        if difference:
            raise Refused(
                _("Debits and credits differ by %(difference)s yuan in fund %(fund)s. Correct the amounts.")
                % {"difference": yuan(difference), "fund": fund},
                code="unbalanced",
            )


def same_content(row: Transaction, wanted: Transaction, legs: Sequence[LegSpec]) -> bool:
    """Whether the posted `row` says what `wanted` with `legs` would have said (its memo and author aside)."""
    fields = ("on", "kind", "reverses_id", "subject_type", "subject_id")
    if any(getattr(row, field) != getattr(wanted, field) for field in fields):
        return False
    return [_content(leg) for leg in row.legs.order_by("position")] == [_columns(leg) for leg in legs]


def _posted_before(wanted: Transaction, legs: Sequence[LegSpec]) -> Transaction:
    row = Transaction.objects.get(key=wanted.key)
    if not same_content(row, wanted, legs):
        raise Conflict(
            _("The key “%(key)s” was used for another transaction.") % {"key": wanted.key}, code="key_reused"
        )
    return row


def _is_one_side(leg: LegSpec) -> bool:
    amounts = (leg.debit_fen, leg.credit_fen)
    return all(type(fen) is int and fen >= 0 for fen in amounts) and amounts.count(0) == 1


def _columns(leg: LegSpec) -> tuple:
    return (
        leg.account_code,
        leg.fund,
        leg.district,
        leg.debit_fen,
        leg.credit_fen,
        leg.subject_type,
        leg.subject_id,
    )


def _content(leg: Leg) -> tuple:
    return (
        leg.account_id,
        leg.fund_id,
        leg.district_code,
        leg.debit_fen,
        leg.credit_fen,
        leg.subject_type,
        leg.subject_id,
    )
