"""The chart of accounts and the list of funds are data; this brings them into the database."""

import csv
from collections.abc import Iterable, Mapping
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
        known = dict(Account.objects.values_list("code", "kind"))
        accounts = [_account(place, row, known) for place, row in _rows(directory / "chart.csv")]
        Account.objects.bulk_create(
            accounts,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["kind", "name", "name_en", "position"],
        )
        funds = load_funds(
            (row["code"], row["name"], row["name_en"]) for _n, row in _rows(directory / "funds.csv")
        )
    return len(accounts), funds


def load_funds(funds: Iterable[tuple[str, str, str]]) -> int:
    """Make sure that each fund (code, name, English name) is there, in this order; return how many."""
    rows = [
        Fund(code=code, name=name, name_en=name_en, position=place)
        for place, (code, name, name_en) in enumerate(funds, start=1)
    ]
    Fund.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "name_en", "position"]
    )
    return len(rows)


def _account(position: int, row: dict[str, str], known: Mapping[str, str]) -> Account:
    code, kind = row["code"], row["kind"]
    if kind not in AccountKind.values:
        raise InvalidInput(
            _("Account %(code)s has the unknown kind “%(kind)s”. Use one of: %(kinds)s.")
            % {"code": code, "kind": kind, "kinds": ", ".join(AccountKind.values)},
            code="account_kind_unknown",
        )
    if known.get(code, kind) != kind and _has_legs(code):
        raise Refused(
            _("Account %(code)s has legs, so its kind stays. Open another account instead.") % {"code": code},
            code="account_in_use",
        )
    return Account(code=code, kind=kind, name=row["name"], name_en=row["name_en"], position=position)


def _has_legs(code: str) -> bool:
    return Balance.objects.filter(account=code).exists() or BalanceDelta.objects.filter(account=code).exists()


def _rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    """The file's rows with their places; of two with one code the later counts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: (place, row) for place, row in enumerate(csv.DictReader(file), start=1)}.values()
