"""Spread an amount over the funds that may pay it."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.core.money import yuan
from apps.ledger.models import Budget


def plan_split(district: str, year: int, amount_fen: int, fund_order: Sequence[str]) -> list[tuple[str, int]]:
    """Say how much of `amount_fen` each fund of `fund_order` bears: the first as far as it reaches.

    Only funds that bear something are listed. Inside a transaction the budgets of the district and year stay
    locked until its end, so that the plan still fits when it is reserved. Raises Refused with the code
    `budget_exceeded` where all of them together do not reach, naming what is free.
    """
    if amount_fen <= 0:
        raise Refused(_("The amount must be one fen or more."), code="amount_invalid")
    free = {budget.fund_id: budget.free_fen for budget in locked_budgets(district, year)}
    split: list[tuple[str, int]] = []
    missing = amount_fen
    for fund in fund_order:
        share = min(missing, max(free.get(fund, 0), 0))
        if share:
            split.append((fund, share))
            missing -= share
    if missing:
        raise not_covered(amount_fen, amount_fen - missing, year)
    return split


def locked_budgets(district: str, year: int) -> list[Budget]:
    """The budgets of a district and year; inside a transaction their rows stay locked until its end."""
    if not connection.in_atomic_block:
        return list(Budget.objects.filter(district_code=district, year=year).order_by("fund"))
    return list(Budget.objects.raw("SELECT * FROM ledger_lock_budgets(%s, %s)", [district, year]))


def not_covered(asked_fen: int, free_fen: int, year: int) -> Refused:
    """The refusal of an amount that the budget does not reach."""
    return Refused(
        _(
            "The budget of %(year)s has %(free)s yuan left, and %(asked)s yuan are asked for."
            " Reduce the amount or have the budget raised first."
        )
        % {"year": year, "free": yuan(free_fen), "asked": yuan(asked_fen)},
        code="budget_exceeded",
    )
