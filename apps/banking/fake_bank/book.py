"""The book of the bank: accounts, orders and movements in one JSON file."""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings

from apps.banking.formats.profiles import SerialWithin


def default_path(profile_key: str) -> Path:
    """Where the book of the bank of a profile lies unless it is told otherwise: beside the uploads."""
    return Path(settings.MEDIA_ROOT).parent / "fake_bank" / f"{profile_key}.json"


@dataclass
class Movement:
    """Money in or out of an account (`amount_fen` below zero: out)."""

    serial: str
    account: str
    day: str
    amount_fen: int
    counterparty_name: str
    counterparty_account: str
    reference: str


@dataclass
class Order:
    """A payment that a customer asked for, and what became of it."""

    number: str
    batch: str
    position: int
    payer_account: str
    payee_name: str
    payee_account: str
    amount_fen: int
    state: str = "pending"
    serial: str = ""
    paid_on: str = ""
    reason: str = ""


@dataclass
class Book:
    """Everything that the bank knows. `save` writes it whole: a killed bank has the old or the new."""

    path: Path | None = None
    accounts: dict[str, dict] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    serials: int = 0
    # "day": serial numbers begin anew each day, as the profile of the bank says.
    serial_within: SerialWithin = ""

    @classmethod
    def open(cls, path: Path | None) -> "Book":
        """The book at a path; an empty one where there is none (or no path: kept in memory)."""
        book = cls(path=path)
        if path is not None and path.exists():
            data = json.loads(path.read_text("utf-8"))
            book.accounts = data["accounts"]
            book.orders = {row["number"]: Order(**row) for row in data["orders"]}
            book.movements = [Movement(**row) for row in data["movements"]]
            book.serials = data["serials"]
        return book

    def save(self) -> None:
        """Write the book to its path, if it has one."""
        if self.path is None:
            return
        data = {
            "accounts": self.accounts,
            "orders": [asdict(order) for order in self.orders.values()],
            "movements": [asdict(movement) for movement in self.movements],
            "serials": self.serials,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
        os.replace(new, self.path)

    def balance(self, account: str, before: date | None = None) -> int:
        """What is on an account, in fen; with `before`, at the beginning of that day."""
        opened: int = self.accounts[account]["opening_fen"]
        return opened + sum(
            movement.amount_fen
            for movement in self.movements
            if movement.account == account and (before is None or movement.day < before.isoformat())
        )

    def move(self, account: str, day: date, amount_fen: int, **about: str) -> Movement:
        """Book a movement under a serial number that no other has, or no other of the day."""
        of_day = sum(movement.day == day.isoformat() for movement in self.movements)
        serial = self.serial(day)
        movement = Movement(
            serial=f"{of_day + 1:06d}" if self.serial_within else serial,
            account=account,
            day=day.isoformat(),
            amount_fen=amount_fen,
            counterparty_name=about.get("counterparty_name", ""),
            counterparty_account=about.get("counterparty_account", ""),
            reference=about.get("reference", ""),
        )
        self.movements.append(movement)
        return movement

    def serial(self, day: date) -> str:
        """A serial number that was not given before."""
        self.serials += 1
        return f"{day:%Y%m%d}{self.serials:010d}"

    def of_batch(self, number: str) -> list[Order]:
        """The orders of a batch in the order of its file."""
        found = [order for order in self.orders.values() if order.batch == number]
        return sorted(found, key=lambda order: order.position)
