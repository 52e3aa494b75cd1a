"""What a caller hands over to be posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LegSpec:
    """One debit or credit, in fen. `fund` and `district` are codes; the subject is of any room."""

    account_code: str
    fund: str
    district: str
    debit_fen: int = 0
    credit_fen: int = 0
    subject_type: str = ""
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction of a bulk posting; the arguments of `post` in one object."""

    key: str
    on: date
    kind: str
    legs: Sequence[LegSpec]
    memo: str = ""
    posted_by_id: int | None = None
    subject_type: str = ""
    subject_id: int | None = None


def debit(
    account_code: str,
    fen: int,
    *,
    fund: str,
    district: str,
    subject_type: str = "",
    subject_id: int | None = None,
) -> LegSpec:
    """A leg that debits `account_code` by `fen`."""
    return LegSpec(account_code, fund, district, fen, 0, subject_type, subject_id)


def credit(
    account_code: str,
    fen: int,
    *,
    fund: str,
    district: str,
    subject_type: str = "",
    subject_id: int | None = None,
) -> LegSpec:
    """A leg that credits `account_code` by `fen`."""
    return LegSpec(account_code, fund, district, 0, fen, subject_type, subject_id)
