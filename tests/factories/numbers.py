"""Valid numbers of nobody: identity numbers, credit codes, bank accounts, mobiles; one after the other."""

from datetime import date
from itertools import count

from stdnum.cn import uscc

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_next = count(1)


def id_number(*, born: date = date(1990, 1, 1), sequence: int | None = None, region: str = "110101") -> str:
    """A valid identity number; without a sequence each call gives another one (the region turns as well)."""
    if sequence is None:
        place = next(_next)
        region, sequence = f"1101{1 + place // 999 % 98:02d}", place % 999 + 1
    body = f"{region}{born:%Y%m%d}{sequence:03d}"
    check = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[check]


def credit_code() -> str:
    """A valid unified social credit code; each call gives another one."""
    body = f"91110105{next(_next):09d}"
    return body + uscc.calc_check_digit(body)


def account_number() -> str:
    """A bank account number of 19 digits; each call gives another one."""
    return f"62220202{next(_next):011d}"


def mobile() -> str:
    """A mobile number; each call gives another one."""
    return f"138{next(_next):08d}"
