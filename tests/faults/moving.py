"""Of which orders a movement in the bank's book is: of one, of several that came back, of a whole batch."""

from random import Random
from typing import Any

from apps.banking.fake_bank import FakeBank
from apps.banking.fake_bank.book import Movement

# How the bank's book begins the reference of a batch booked as one sum, and of payments sent back together.
ONE_SUM, TOGETHER = "批量代发 ", "退汇 "


def shares(bank: FakeBank, movement: Movement) -> dict[str, int]:
    """How much of a movement is each order's, by its number (fen, below zero: out)."""
    book = bank.book
    if movement.reference.startswith(ONE_SUM):
        batch = movement.reference.removeprefix(ONE_SUM)
        return {o.number: -o.amount_fen for o in book.of_batch(batch) if o.state == "paid"}
    if movement.reference.startswith(TOGETHER):
        numbers = [word for word in movement.reference.split() if word in book.orders]
        return {number: book.orders[number].amount_fen for number in numbers}
    return {movement.reference.split(" ", maxsplit=1)[0]: movement.amount_fen}


def came_back(bank: FakeBank, number: str) -> bool:
    """Whether the bank sent this payment back."""
    return any(m.amount_fen > 0 and number in shares(bank, m) for m in bank.book.movements)


def serial_of(bank: FakeBank, movement: Movement, number: str) -> str:
    """The serial number under which the bank answered for an order of a movement."""
    order: Any = bank.book.orders.get(number)
    return order.serial if order is not None and movement.reference.startswith(ONE_SUM) else movement.serial


def drawn_for(words: str) -> float:
    """A dice of its own for what these words name: it changes nothing of what a schedule draws afterwards."""
    return Random(words).random()  # noqa: S311 - a play, no secret
