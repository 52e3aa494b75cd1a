"""Accounts that pay, batches with their entries, what banks answered, statements with what they matched."""

from apps.banking.models.account import PayingAccount
from apps.banking.models.answer import WrittenAnswer
from apps.banking.models.batch import BatchEntry, PaymentBatch
from apps.banking.models.result import ResultFile, ResultLine
from apps.banking.models.statement import (
    BankStatement,
    Division,
    StatementLine,
    StatementMatch,
    UndoneMatch,
)

__all__ = [
    "BankStatement",
    "BatchEntry",
    "Division",
    "PayingAccount",
    "PaymentBatch",
    "ResultFile",
    "ResultLine",
    "StatementLine",
    "StatementMatch",
    "UndoneMatch",
    "WrittenAnswer",
]
