"""Reads of the ledger. Amounts are fen; balances are given on the side on which their account grows."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Case, F, IntegerField, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.ledger.enums import DEBIT_KINDS
from apps.ledger.models import Account, Budget, BudgetMovement, Fund, Leg, Reservation, Transaction


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One line of a trial balance. `balance_fen` is positive on the side on which the account grows."""

    account: Account
    fund: Fund
    district: str
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """What the account holds, on its own side."""
        difference = self.debit_fen - self.credit_fen
        return difference if self.account.grows_by_debit else -difference


@dataclass(frozen=True, slots=True)
class FundBalance:
    """What a fund may still promise in one district and year."""

    fund: Fund
    appropriated_fen: int
    reserved_fen: int
    used_fen: int

    @property
    def free_fen(self) -> int:
        """What may still be reserved."""
        return self.appropriated_fen - self.reserved_fen - self.used_fen


# All of the past is the folded totals and what was not folded yet, read in one statement: one snapshot.
# A day in the past is all of it less what came after, which is usually the shorter way.
_TRIAL_BALANCE = """
SELECT account_code, fund_code, CASE WHEN %(by_district)s THEN district_code ELSE '' END,
       sum(debit_fen)::bigint, sum(credit_fen)::bigint
  FROM (
    SELECT account_code, fund_code, district_code, debit_fen, credit_fen FROM ledger_balance
    UNION ALL
    SELECT account_code, fund_code, district_code, debit_fen, credit_fen FROM ledger_balancedelta
    UNION ALL
    SELECT account_code, fund_code, district_code, -debit_fen, -credit_fen FROM ledger_daybalance
     WHERE on_date > %(as_of)s
    UNION ALL
    SELECT account_code, fund_code, district_code, -debit_fen, -credit_fen FROM ledger_balancedelta
     WHERE on_date > %(as_of)s
       ) AS sums
 WHERE (%(fund)s::text IS NULL OR fund_code = %(fund)s)
   AND (%(district)s::text IS NULL OR district_code = %(district)s)
 GROUP BY 1, 2, 3
HAVING sum(debit_fen) <> 0 OR sum(credit_fen) <> 0
"""


def trial_balance(
    as_of: date | None = None,
    *,
    fund: str | None = None,
    district: str | None = None,
    by_district: bool = False,
) -> list[BalanceRow]:
    """Debits and credits per account and fund, from the kept balances, now or at the end of a day.

    Rows whose both sides are zero are left out. `by_district` gives a row per district too; elsewhere the
    `district` of a row is empty.
    """
    wanted = {"as_of": as_of, "fund": fund, "district": district, "by_district": by_district}
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL_BALANCE, wanted)
        found = cursor.fetchall()
    accounts, funds = Account.objects.in_bulk(), Fund.objects.in_bulk()
    rows = [BalanceRow(accounts[row[0]], funds[row[1]], row[2], row[3], row[4]) for row in found]
    rows.sort(
        key=lambda row: (row.fund.position, row.fund.pk, row.account.position, row.account.pk, row.district)
    )
    return rows


def account_statement(
    account_code: str,
    *,
    district: str | None = None,
    fund: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Leg]:
    """The legs of an account by date, each with `running_fen`: the balance after it, on the account's side.

    The running balance counts from the account's first leg, also where `since` shows only the later ones.
    Raises NotFound for an account that is not in the chart.
    """
    account = Account.objects.filter(code=account_code).first()
    if account is None:
        raise NotFound(_("There is no account “%(code)s”.") % {"code": account_code}, code="account_unknown")
    legs = Leg.objects.filter(account=account_code).select_related("transaction")
    if district is not None:
        legs = legs.filter(district_code=district)
    if fund is not None:
        legs = legs.filter(fund=fund)
    if until is not None:
        legs = legs.filter(on__lte=until)
    opening = 0
    if since is not None:
        side = 1 if account.kind in DEBIT_KINDS else -1
        before = legs.filter(on__lt=since).aggregate(fen=Coalesce(Sum(F("debit_fen") - F("credit_fen")), 0))
        opening = side * int(before["fen"])
        legs = legs.filter(on__gte=since)
    order = [F("on").asc(), F("transaction_id").asc(), F("position").asc()]
    amount = F("debit_fen") - F("credit_fen") if account.grows_by_debit else F("credit_fen") - F("debit_fen")
    return legs.annotate(running_fen=Value(opening) + Window(Sum(amount), order_by=order)).order_by(*order)


def legs_of(subject_type: str, subject_id: int) -> QuerySet[Leg]:
    """Every leg that names this subject, oldest first, with its transaction, account and fund."""
    return (
        Leg.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("transaction", "account", "fund")
        .order_by("transaction_id", "position")
    )


def transactions_of(subject_type: str, subject_id: int) -> QuerySet[Transaction]:
    """Every transaction that names this subject, oldest first."""
    return Transaction.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("id")


def balance_of(subject_type: str, subject_id: int, account_code: str) -> int:
    """The balance of one account over the legs of one subject, on the side on which the account grows."""
    account = Account.objects.get(code=account_code)
    found = legs_of(subject_type, subject_id).filter(account=account).order_by()
    difference = int(found.aggregate(fen=Coalesce(Sum(F("debit_fen") - F("credit_fen")), 0))["fen"])
    return difference if account.grows_by_debit else -difference


def leg_by_reference(reference: str) -> Leg:
    """The leg that `Leg.reference` names ("123-2"). Raises NotFound."""
    number, _dash, position = reference.partition("-")
    if number.isascii() and number.isdecimal() and position.isascii() and position.isdecimal():
        key = int(number), int(position)
        if key[0] < 2**63 and key[1] < 2**31:
            leg = Leg.objects.select_related("transaction", "account", "fund").filter(pk=key).first()
            if leg is not None:
                return leg
    raise NotFound(_("There is no leg “%(reference)s”.") % {"reference": reference[:40]}, code="leg_unknown")


def free_by_fund(district: str, year: int, fund_order: list[str] | None = None) -> list[FundBalance]:
    """What each fund has and may still promise in a district and year, in `fund_order` or that of the list.

    Funds of `fund_order` without a budget are listed with zeros, so that a page can say so.
    """
    funds = Fund.objects.in_bulk()
    budgets = {row.fund_id: row for row in Budget.objects.filter(district_code=district, year=year)}
    order = (
        fund_order
        if fund_order is not None
        else sorted(budgets, key=lambda code: (funds[code].position, code))
    )
    return [_fund_balance(funds[code], budgets.get(code)) for code in order if code in funds]


def _fund_balance(fund: Fund, budget: Budget | None) -> FundBalance:
    if budget is None:
        return FundBalance(fund, 0, 0, 0)
    return FundBalance(fund, budget.appropriated_fen, budget.reserved_fen, budget.used_fen)


def budgets(
    *, year: int | None = None, district: str | None = None, fund: str | None = None
) -> QuerySet[Budget]:
    """Budgets with their funds, newest year first, by district and the order of funds."""
    wanted = {"year": year, "district_code": district, "fund": fund}
    found = Budget.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    return found.select_related("fund").order_by("-year", "district_code", "fund__position", "fund_id")


def movements_of(budget: Budget) -> QuerySet[BudgetMovement]:
    """Everything that changed a budget, newest first."""
    pot = {"fund": budget.fund_id, "district_code": budget.district_code, "year": budget.year}
    return BudgetMovement.objects.filter(**pot).order_by("-id")


def split_of(reservation_key: str, fund_order: list[str] | None = None) -> list[Reservation]:
    """The reservations of one key, in `fund_order` or that of the list: a refund follows this split."""
    rows = Reservation.objects.filter(key=reservation_key).select_related("fund")
    if fund_order is None:
        return list(rows.order_by("fund__position", "fund_id"))
    rank = Case(
        *(When(fund=code, then=Value(place)) for place, code in enumerate(fund_order)),
        default=Value(len(fund_order)),
        output_field=IntegerField(),
    )
    return list(rows.order_by(rank, "fund_id"))
