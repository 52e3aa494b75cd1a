"""Reads of the ledger. Amounts are fen; balances are given on the side on which their account grows."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, F, IntegerField, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
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


class StatementLine(NamedTuple):
    """One leg in a statement; `running_fen` is the balance after it. Plain, since statements are long."""

    transaction_id: int
    position: int
    on: date
    key: str
    kind: str
    memo: str
    fund: str
    district: str
    debit_fen: int
    credit_fen: int
    running_fen: int
    subject_type: str
    subject_id: int | None

    @property
    def reference(self) -> str:
        """The leg's name in addresses and answers, as `Leg.reference`."""
        return f"{self.transaction_id}-{self.position}"


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
SELECT place, debit, credit, account.code, account.name, account.name_en, account.position, account.kind,
       fund.code, fund.name, fund.name_en, fund.position
  FROM (
    SELECT account_code, fund_code, CASE WHEN %(by_district)s THEN district_code ELSE '' END AS place,
           sum(debit_fen)::bigint AS debit, sum(credit_fen)::bigint AS credit
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
     WHERE (%(account)s::text IS NULL OR account_code = %(account)s)
       AND (%(fund)s::text IS NULL OR fund_code = %(fund)s)
       AND (%(district)s::text IS NULL OR district_code = %(district)s)
     GROUP BY 1, 2, 3
    HAVING sum(debit_fen) <> 0 OR sum(credit_fen) <> 0
       ) AS balances
  JOIN ledger_account AS account ON account.code = account_code
  JOIN ledger_fund AS fund ON fund.code = fund_code
 ORDER BY fund.position, fund.code, account.position, account.code, place
"""
_STATEMENT = """
SELECT leg.transaction_id, leg.position, leg.on_date, head.key, head.kind, head.memo,
       leg.fund_code, leg.district_code, leg.debit_fen, leg.credit_fen, leg.running_fen::bigint,
       leg.subject_type, leg.subject_id
  FROM (SELECT *, %(side)s * sum(debit_fen - credit_fen)
                   OVER (ORDER BY on_date, transaction_id, position) AS running_fen
          FROM ledger_leg
         WHERE account_code = %(account)s
           AND (%(district)s::text IS NULL OR district_code = %(district)s)
           AND (%(fund)s::text IS NULL OR fund_code = %(fund)s)
           AND (%(until)s::date IS NULL OR on_date <= %(until)s)) AS leg
  JOIN ledger_transaction AS head ON head.id = leg.transaction_id
 WHERE %(since)s::date IS NULL OR leg.on_date >= %(since)s
 ORDER BY leg.on_date, leg.transaction_id, leg.position
 LIMIT %(limit)s OFFSET %(offset)s
"""


def trial_balance(
    as_of: date | None = None,
    *,
    account: str | None = None,
    fund: str | None = None,
    district: str | None = None,
    by_district: bool = False,
) -> list[BalanceRow]:
    """Debits and credits per account and fund, from the kept balances, now or at the end of a day.

    Rows whose both sides are zero are left out. `by_district` gives a row per district too; elsewhere the
    `district` of a row is empty.
    """
    narrowed = {"account": account, "fund": fund, "district": district}
    wanted = {"as_of": as_of, "by_district": by_district, **narrowed}
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL_BALANCE, wanted)
        found = cursor.fetchall()
    accounts: dict[str, Account] = {}
    funds: dict[str, Fund] = {}
    rows = []
    for place, debit, credit, *named in found:
        account_named = accounts.get(named[0]) or accounts.setdefault(named[0], _account(*named[:5]))
        fund_named = funds.get(named[5]) or funds.setdefault(named[5], _fund(*named[5:]))
        rows.append(BalanceRow(account_named, fund_named, place, debit, credit))
    return rows


def _account(code: str, name: str, name_en: str, position: int, kind: str) -> Account:
    return Account(code=code, name=name, name_en=name_en, position=position, kind=kind)


def _fund(code: str, name: str, name_en: str, position: int) -> Fund:
    return Fund(code=code, name=name, name_en=name_en, position=position)


def account_statement(
    account_code: str,
    *,
    district: str | None = None,
    fund: str | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[StatementLine]:
    """The legs of an account by date, each with the balance after it, on the side on which the account grows.

    The running balance counts from the account's first leg, also where `since`, `limit` and `offset` show
    only some of the later ones. Raises NotFound for an account that is not in the chart.
    """
    account = Account.objects.filter(code=account_code).first()
    if account is None:
        raise NotFound(_("There is no account “%(code)s”.") % {"code": account_code}, code="account_unknown")
    wanted = {
        "account": account_code,
        "side": 1 if account.grows_by_debit else -1,
        "district": district,
        "fund": fund,
        "since": since,
        "until": until,
        "limit": limit,
        "offset": offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, wanted)
        return list(map(StatementLine._make, cursor.fetchall()))


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


def carried_over(year: int, district: str | None = None) -> list[tuple[int, int]]:
    """What years before this one promised and is not paid yet: (year, fen), the newest year first."""
    rows = Budget.objects.filter(year__lt=year, reserved_fen__gt=0)
    if district:
        rows = rows.filter(district_code=district)
    return list(rows.order_by("-year").values_list("year").annotate(fen=Sum("reserved_fen")))


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
