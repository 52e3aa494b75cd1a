"""What the auditor keeps of people, claims, orders, budgets and batches: plain figures, no rules."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

ADVANCE, REMAINDER = "advance", "remainder"
OPEN = ("draft", "returned", "district_review", "second_signature", "approved", "payee_signature", "released")
OWING = ("recovering", "written_off")
DONE = "done"


@dataclass
class Person:
    """One apprentice and what the public owes for the training."""

    pk: int
    outcome: str = ""
    certified: bool = False
    due: int | None = None
    committed: int = 0
    paid: int = 0
    to_recover: int = 0
    recovered: int = 0
    signed: bool = False
    # From which fund and reservation the advance was promised: (fund, key, fen).
    advance: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class Line:
    """One apprentice in one claim."""

    person: Person
    standard: int
    advanced: int
    due: int | None
    amount: int
    facts: tuple


@dataclass
class Order:
    """One attempt to pay a claim."""

    number: str
    amount: int
    account: str
    parts: dict[str, int]
    day: date
    set_off: int = 0
    state: str = "released"
    batch: str = ""


@dataclass
class Claim:
    """A claim as it ought to be."""

    pk: int
    number: str
    kind: str
    shop: int
    lines: list[Line]
    state: str = "draft"
    past: list[str] = field(default_factory=lambda: ["draft"])
    computed_account: str = ""
    # The account that finance put up for the signature last.
    presented_account: str = ""
    signed_account: str = ""
    orders: list[Order] = field(default_factory=list)
    shares: list[tuple[Line, str, str, int]] = field(default_factory=list)
    owed: list["Owed"] = field(default_factory=list)
    received: int = 0
    # The how-manieth notice it is, and the day that holds for it now.
    notice: int = 0
    due_on: date = date.max
    agreement: "Agreement | None" = None
    # What each fund gave up of this claim, so that recoveries of the enterprise were repaid.
    drawn: Counter = field(default_factory=Counter)

    @property
    def net(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def pay(self) -> int:
        return sum(max(line.amount, 0) for line in self.lines)

    @property
    def recover(self) -> int:
        return sum(max(-line.amount, 0) for line in self.lines)

    @property
    def order(self) -> Order:
        return self.orders[-1]

    @property
    def wanted_fen(self) -> int:
        """What would be taken if it came."""
        return -self.net - self.received

    @property
    def open_fen(self) -> int:
        """What somebody waits for: without what was given up."""
        return self.wanted_fen - sum(part.lost for part in self.owed)

    @property
    def to_pay(self) -> int:
        """What is left to pay after what was set off."""
        return self.net - sum(self.drawn.values())

    def go(self, state: str) -> None:
        self.state = state
        self.past.append(state)


@dataclass
class Owed:
    """What one fund gets back from a recovery, under the key by which it was promised."""

    fund: str
    key: str
    open: int
    lost: int = 0


@dataclass
class Received:
    """What one receipt moved: of which parts it was owed or given up, and under which agreement it came."""

    claim: Claim
    fen: int
    owed: list[tuple["Owed", int]]
    lost: list[tuple["Owed", int]]
    agreement: "Agreement | None"

    def back(self) -> Counter:
        """By fund, what its budget got back."""
        sums: Counter = Counter()
        for part, fen in (*self.owed, *self.lost):
            sums[part.fund] += fen
        return sums


@dataclass
class Agreement:
    """Days and amounts in which an enterprise repays."""

    amount: int
    schedule: list[tuple[date, int]]
    state: str = "submitted"

    def left(self, open_fen: int) -> list[tuple[date, int]]:
        """Instalments of which something is open, each with that amount; the earliest is covered first."""
        covered, found = max(self.amount - open_fen, 0), []
        for day, fen in self.schedule:
            part = min(covered, fen)
            covered -= part
            if part < fen:
                found.append((day, fen - part))
        return found


@dataclass
class Paper:
    """A request that one person hands in and another signs."""

    pk: int
    what: str
    about: Any
    by: Any
    state: str = "submitted"


@dataclass
class Stray:
    """A movement of the bank that is no payment and no receipt of ours, until somebody says what it is."""

    serial: str
    fen: int
    day: date
    what: str
    # Where its cash was booked: (account, fund); none while nobody has explained it.
    booked: tuple[str, str] | None = None
    explained: bool = False


@dataclass
class Reservation:
    """What was promised out of one fund under one key."""

    reserved: int = 0
    used: int = 0
    released: int = 0
    refunded: int = 0

    @property
    def open(self) -> int:
        return self.reserved - self.used - self.released


def key_of(claim: Claim) -> str:
    """The name under which a claim's money is promised."""
    return f"claim:{claim.pk}"


@dataclass
class Entry:
    """One payment of a batch."""

    claim: Claim
    order: Order
    live: bool = True
    state: str = "waiting"


@dataclass
class Batch:
    """A payment batch as it ought to be."""

    pk: int
    number: str
    pay_on: date
    entries: list[Entry]
    state: str = "draft"
    past: list[str] = field(default_factory=lambda: ["draft"])
    taken: set[bytes] = field(default_factory=set)

    def live(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.live]

    def go(self, state: str) -> None:
        self.state = state
        self.past.append(state)
