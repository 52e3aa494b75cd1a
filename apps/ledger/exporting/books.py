"""What an export reads: transactions with their legs in order, the chart, the kept balances; one snapshot."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from django.db import connection, transaction

from apps.ledger.enums import AccountKind
from apps.ledger.models import Account, Fund
from apps.ledger.selectors import trial_balance

ROOTS = {
    AccountKind.ASSET: "Assets",
    AccountKind.LIABILITY: "Liabilities",
    AccountKind.EQUITY: "Equity",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSE: "Expenses",
}
# Where a leg names no district.
NO_DISTRICT = "City"
CHUNK = 5_000
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
Place = tuple[str, str, str]

_HEADS = """
SELECT id, on_date, key, kind, memo, coalesce(reverses_id, 0), subject_type, coalesce(subject_id, 0)
  FROM ledger_transaction AS head
 WHERE (%(until)s::date IS NULL OR on_date <= %(until)s)
   AND (%(district)s::text IS NULL
        OR EXISTS (SELECT FROM ledger_leg WHERE transaction_id = head.id AND district_code = %(district)s))
 ORDER BY on_date, id
"""
_LEGS = """
SELECT transaction_id, account_code, fund_code, district_code, debit_fen - credit_fen, subject_type,
       coalesce(subject_id, 0)
  FROM ledger_leg
 WHERE transaction_id = ANY(%(ids)s) AND (%(district)s::text IS NULL OR district_code = %(district)s)
 ORDER BY transaction_id, position
"""


class Head(NamedTuple):
    """A transaction; `reverses` and `subject_id` are 0 where there is none."""

    id: int
    on: date
    key: str
    kind: str
    memo: str
    reverses: int
    subject_type: str
    subject_id: int


class Line(NamedTuple):
    """A leg; `fen` is above zero for a debit and below for a credit."""

    transaction: int
    account: str
    fund: str
    district: str
    fen: int
    subject_type: str
    subject_id: int


@dataclass(frozen=True)
class Scope:
    """Which part of the books: to the end of a day, one district; None: all of it."""

    until: date | None = None
    district: str | None = None


@contextmanager
def snapshot() -> Iterator[None]:
    """Within the block every read sees the same moment, where the caller has not begun a transaction."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def transactions(scope: Scope) -> Iterator[tuple[Head, list[Line]]]:
    """Every transaction of the scope by day and number, with its legs; holds one chunk at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_HEADS, {"until": scope.until, "district": scope.district})
        while rows := cursor.fetchmany(CHUNK):
            heads = [Head(*row) for row in rows]
            legs = _legs_of([head.id for head in heads], scope.district)
            for head in heads:
                yield head, legs.get(head.id, [])


def _legs_of(ids: list[int], district: str | None) -> dict[int, list[Line]]:
    with connection.cursor() as cursor:
        cursor.execute(_LEGS, {"ids": ids, "district": district})
        rows = [Line(*row) for row in cursor.fetchall()]
    return {number: list(found) for number, found in groupby(rows, key=lambda row: row.transaction)}


def balances(scope: Scope) -> dict[Place, int]:
    """What the system says that each account holds, debit less credit in fen: from its kept balances."""
    rows = trial_balance(scope.until, district=scope.district, by_district=True)
    return {(row.account.pk, row.fund.pk, row.district): row.debit_fen - row.credit_fen for row in rows}


def days(scope: Scope) -> tuple[date, date] | None:
    """The first and the last day with a transaction; None for empty books."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(on_date), max(on_date) FROM ledger_leg"
            " WHERE (%(until)s::date IS NULL OR on_date <= %(until)s)"
            " AND (%(district)s::text IS NULL OR district_code = %(district)s)",
            {"until": scope.until, "district": scope.district},
        )
        first, last = cursor.fetchone()
    return (first, last) if first else None


class Names:
    """The names of accounts in an export: ASCII, begun by a capital or a digit, no two alike."""

    def __init__(self) -> None:
        self.accounts = {row.pk: row for row in Account.objects.order_by("code")}
        self.funds = {row.pk: row for row in Fund.objects.order_by("code")}
        self._account_parts = _parts(self.accounts)
        self._fund_parts = _parts(self.funds)

    def of(self, account: str, fund: str, district: str) -> str:
        """The full name of an account of a fund and a district."""
        root = ROOTS[AccountKind(self.accounts[account].kind)]
        place = district or NO_DISTRICT
        return f"{root}:{self._fund_parts[fund]}:{place}:{self._account_parts[account]}"


def _parts(codes: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in codes:
        plain = _NOT_PLAIN.sub("-", code).strip("-") or "X"
        part = wanted = plain[0].upper() + plain[1:]
        number = 2
        while part in found.values():
            part = f"{wanted}-{number}"
            number += 1
        found[code] = part
    return found


def amount(fen: int) -> str:
    """Yuan with two decimals and nothing else: what the programs read exactly."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"
