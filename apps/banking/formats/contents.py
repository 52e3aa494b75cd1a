"""What payment files, result files and statements say, whatever form a bank gives them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    """What a bank says became of one payment."""

    PAID = "paid"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a batch. `order_number` is ours and comes back in every answer of the bank."""

    position: int
    order_number: str
    payee_name: str
    payee_account: str
    payee_bank: str
    payee_bank_code: str
    amount_fen: int
    purpose: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A whole payment file: who pays, when, and every payment in its order."""

    number: str
    pay_on: date
    payer_name: str
    payer_account: str
    payer_bank: str
    payer_bank_code: str
    payments: tuple[Payment, ...]

    @property
    def count(self) -> int:
        return len(self.payments)

    @property
    def total_fen(self) -> int:
        return sum(payment.amount_fen for payment in self.payments)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a result file may say about one order: nothing else is taken."""

    position: int
    payee_name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One line of a result file; `row` is its line as the bank wrote it."""

    row: int
    order_number: str
    outcome: Outcome
    amount_fen: int
    bank_serial: str
    paid_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ResultContent:
    """A result file that was taken whole."""

    batch_number: str
    lines: tuple[ResultLine, ...]


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One movement on an account: `amount_fen` below zero left it. Its serial number is the bank's own."""

    row: int
    booked_on: date
    bank_serial: str
    amount_fen: int
    balance_fen: int | None
    counterparty_name: str
    counterparty_account: str
    reference: str


@dataclass(frozen=True, slots=True)
class StatementHead:
    """What a statement says of itself."""

    number: str
    account_number: str
    from_day: date
    to_day: date
    opening_fen: int
    closing_fen: int


@dataclass(frozen=True, slots=True)
class StatementContent(StatementHead):
    """A statement whose balances and totals agree with its lines."""

    entries: tuple[StatementEntry, ...]
