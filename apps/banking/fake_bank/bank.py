"""The bank itself: takes files, pays or refuses, answers; well or badly, as it is asked to."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from apps.banking.fake_bank.answering import result_file, statement_file
from apps.banking.fake_bank.book import Book, Movement, Order
from apps.banking.fake_bank.taking import read_payment_file
from apps.banking.formats.profiles import Profile
from apps.banking.formats.values import plain_yuan

REASONS = ("账号户名不符", "账号已销户", "收款行拒绝入账", "账户状态异常")
FAULTS = ("wrong-amount", "unknown-line", "truncated", "wrong-encoding", "duplicate-line", "wrong-total")
_PLENTY_FEN = 10**11


class Refusal(ValueError):
    """The bank does not take this."""


class FakeBank:
    """A bank with one profile. The same seed and the same requests give the same answers."""

    def __init__(self, profile: Profile, path: Path | None = None, *, seed: int = 1) -> None:
        self.profile = profile
        self.book = Book.open(path)
        self.book.serial_within = profile.serial_within
        self.seed = seed

    def open_account(self, number: str, name: str, fen: int) -> None:
        """Open an account with so much on it; once open, it stays as it is."""
        self.book.accounts.setdefault(number, {"name": name, "opening_fen": fen})
        self.book.save()

    def take(self, content: bytes) -> str:
        """Take a payment file in and return its batch number. Raises Refusal for one that it had before."""
        file = read_payment_file(self.profile, content)
        if self.book.of_batch(file.number):
            raise Refusal(f"batch {file.number} was taken before")
        twice = [
            payment.order_number for payment in file.payments if payment.order_number in self.book.orders
        ]
        if twice:
            raise Refusal(f"orders were taken before: {', '.join(twice[:5])}")
        payer = file.payer_account or "payer"
        self.open_account(payer, file.payer_name, _PLENTY_FEN)
        for payment in file.payments:
            self.book.orders[payment.order_number] = Order(
                number=payment.order_number,
                batch=file.number,
                position=payment.position,
                payer_account=payer,
                payee_name=payment.payee_name,
                payee_account=payment.payee_account,
                amount_fen=payment.amount_fen,
            )
        self.book.save()
        return file.number

    def settle(
        self,
        number: str,
        on: date,
        *,
        failures: Mapping[str, str] | None = None,
        fail_share: float = 0.0,
        pending_share: float = 0.0,
        as_one_sum: bool = False,
    ) -> list[Order]:
        """Pay or refuse every order of a batch that is still open, as of a day; returns the batch's orders.

        `failures` names orders to refuse and why; the shares pick others by the seed. `as_one_sum` books all
        that is paid as one movement, which names the batch.
        """
        orders = self._batch(number)
        paid: list[Order] = []
        for order in orders:
            if order.state != "pending":
                continue
            dice = random.Random(f"{self.seed}:{order.number}:{on}")  # noqa: S311 - a play, no secret
            drawn = dice.random()
            reason = (failures or {}).get(order.number, "")
            if not reason and drawn < fail_share:
                reason = dice.choice(REASONS)
            if reason:
                order.state, order.reason = "failed", reason
            elif drawn >= fail_share + pending_share:
                paid.append(order)
        if as_one_sum and paid:
            self._pay_together(number, paid, on)
        else:
            for order in paid:
                self._pay(order, on)
        self.book.save()
        return orders

    def _pay(self, order: Order, on: date) -> None:
        movement = self.book.move(
            order.payer_account,
            on,
            -order.amount_fen,
            counterparty_name=order.payee_name,
            counterparty_account=order.payee_account,
            reference=order.number,
        )
        order.state, order.serial, order.paid_on = "paid", movement.serial, on.isoformat()

    def _pay_together(self, number: str, orders: list[Order], on: date) -> None:
        """One movement for all of them; each has a serial number of its own in the result file alone."""
        self.book.move(
            orders[0].payer_account,
            on,
            -sum(order.amount_fen for order in orders),
            counterparty_name="批量代发",
            reference=f"批量代发 {number}",
        )
        for order in orders:
            order.state, order.serial, order.paid_on = "paid", self.book.serial(on), on.isoformat()

    def give_back_together(
        self, numbers: Sequence[str], on: date, *, fee_fen: int = 0, reason: str = "账号已销户"
    ) -> Movement:
        """Send payments back in one movement, less a fee if there is one."""
        orders = [self._paid(number) for number in numbers]
        fee = f" 扣手续费{plain_yuan(fee_fen)}" if fee_fen else ""
        fen = sum(order.amount_fen for order in orders) - fee_fen
        if fee_fen < 0 or fen <= 0 or len({order.payer_account for order in orders}) != 1:
            raise Refusal("what comes back is of one account, and more than the fee")
        movement = self.book.move(
            orders[0].payer_account,
            on,
            fen,
            counterparty_name="退汇",
            reference=f"退汇 {' '.join(numbers)} {reason}{fee}",
        )
        self.book.save()
        return movement

    def give_back(self, order_number: str, on: date, reason: str = "账号已销户") -> Movement:
        """Send a payment back that had been made: the money comes in again under its order number."""
        order = self._paid(order_number)
        movement = self.book.move(
            order.payer_account,
            on,
            order.amount_fen,
            counterparty_name=order.payee_name,
            counterparty_account=order.payee_account,
            reference=f"{order.number} 退汇 {reason}",
        )
        self.book.save()
        return movement

    def receive(self, account: str, fen: int, on: date, *, payer: str, reference: str) -> Movement:
        """Money comes in from somebody, for instance for a recovery notice."""
        movement = self.book.move(account, on, fen, counterparty_name=payer, reference=reference)
        self.book.save()
        return movement

    def result(self, number: str, *, share: float = 1.0, fault: str = "") -> bytes:
        """The result file of a batch: for a first share of its orders, and with a fault if asked for."""
        orders = self._batch(number)
        orders = orders[: max(1, round(len(orders) * share))]
        if fault == "wrong-amount":
            orders = [replace(orders[0], amount_fen=orders[0].amount_fen + 1), *orders[1:]]
        elif fault == "unknown-line":
            orders = [*orders, replace(orders[0], number="UNKNOWN-1", serial="X1", position=len(orders) + 1)]
        elif fault == "duplicate-line":
            orders = [*orders, orders[0]]
        content = result_file(self.profile, number, orders)
        return self._spoilt(content, fault)

    def _spoilt(self, content: bytes, fault: str) -> bytes:
        form = self.profile.result
        if fault == "truncated":
            return content[: len(content) * 2 // 3]
        if fault == "wrong-encoding":
            other = "gb18030" if form.encoding == "utf-8" else "utf-8"
            mark = 3 if form.bom else 0
            return content[mark:].decode(form.encoding).encode(other)
        if fault == "wrong-total":
            end = form.line_end.encode()
            lines = content.split(end)
            return end.join([*lines[:1], *lines[2:]]) if len(lines) > 3 else content[:-1]
        return content

    def statement(self, account: str, from_day: date, to_day: date) -> bytes:
        """The statement of an account."""
        self.require_account(account)
        return statement_file(self.profile, self.book, account, from_day, to_day)

    def _paid(self, number: str) -> Order:
        """An order that was paid. Raises Refusal for another one, naming those that were."""
        order = self.book.orders.get(number)
        if order is None or order.state != "paid":
            paid = [found.number for found in self.book.orders.values() if found.state == "paid"]
            raise Refusal(f"there is no paid order {number}; paid are {_named(paid)}")
        return order

    def _batch(self, number: str) -> list[Order]:
        """The orders of a batch. Raises Refusal for one that was never taken, naming those that were."""
        orders = self.book.of_batch(number)
        if not orders:
            known = dict.fromkeys(order.batch for order in self.book.orders.values())
            raise Refusal(f"there is no batch {number}; the bank has {_named(list(known))}")
        return orders

    def require_account(self, number: str) -> None:
        """Raise Refusal for an account that the bank does not keep, naming those that it keeps."""
        if number not in self.book.accounts:
            raise Refusal(f"there is no account {number}; the bank keeps {_named(list(self.book.accounts))}")


def _named(numbers: list[str]) -> str:
    return ", ".join(numbers[-10:]) or "none yet"
