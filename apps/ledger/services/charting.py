"""The chart of accounts and the list of funds are data; this brings them into the database."""

import csv
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Refused
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account, Balance, BalanceDelta, Fund


def load_chart(directory: Path) -> tuple[int, int]:
    """Bring `chart.csv` and `funds.csv` of `directory` into the database; return how many accounts and funds.

    Names and order follow the files. An account that is not in the file stays: it may have legs. Raises
    InvalidInput for an unknown kind and Refused where an account with legs would change its kind.
    """
    with transaction.atomic():
        accounts = [_load_account(position, row) for position, row in _rows(directory / "chart.csv")]
        funds = load_funds(
            (row["code"], row["name"], row["name_en"]) for _n, row in _rows(directory / "funds.csv")
        )
    return len(accounts), funds


def load_funds(funds: Iterable[tuple[str, str, str]]) -> int:
    """Make sure that each fund (code, name, English name) is there, in this order; return how many."""
    count = 0
    for count, (code, name, name_en) in enumerate(funds, start=1):
        Fund.objects.update_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "position": count}
        )
    return count


def _load_account(position: int, row: dict[str, str]) -> Account:
    code, kind = row["code"], row["kind"]
    if kind not in AccountKind.values:
        raise InvalidInput(
            _("Account %(code)s has the unknown kind “%(kind)s”. Use one of: %(kinds)s.")
            % {"code": code, "kind": kind, "kinds": ", ".join(AccountKind.values)},
            code="account_kind_unknown",
        )
    before = Account.objects.filter(code=code).first()
    if before and before.kind != kind and _has_legs(code):
        raise Refused(
            _("Account %(code)s has legs, so its kind stays. Open another account instead.") % {"code": code},
            code="account_in_use",
        )
    defaults = {"kind": kind, "name": row["name"], "name_en": row["name_en"], "position": position}
    return Account.objects.update_or_create(code=code, defaults=defaults)[0]


def _has_legs(code: str) -> bool:
    return Balance.objects.filter(account=code).exists() or BalanceDelta.objects.filter(account=code).exists()


def _rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), start=1))
