"""Tables of the ledger, by subject."""

from apps.ledger.models.balances import Balance, BalanceDelta, DayBalance
from apps.ledger.models.budgets import Budget, BudgetMovement, Reservation
from apps.ledger.models.chart import Account, Fund
from apps.ledger.models.entries import Leg, Transaction
from apps.ledger.models.periods import AccountingPeriod

__all__ = [
    "Account",
    "AccountingPeriod",
    "Balance",
    "BalanceDelta",
    "Budget",
    "BudgetMovement",
    "DayBalance",
    "Fund",
    "Leg",
    "Reservation",
    "Transaction",
]
