"""The two notations. Each is a stream of lines; `export` puts them in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from apps.ledger.enums import AccountKind
from apps.ledger.exporting.books import (
    Head,
    Line,
    Names,
    Place,
    Scope,
    amount,
    balances,
    days,
    snapshot,
    transactions,
)

CURRENCY = "CNY"


@dataclass(frozen=True)
class Format:
    """A notation: what a user calls it, how its files end."""

    code: str
    ending: str
    media_type: str = "text/plain; charset=utf-8"


BEANCOUNT = Format("beancount", "beancount")
HLEDGER = Format("hledger", "journal")
FORMATS = {row.code: row for row in (BEANCOUNT, HLEDGER)}


def export(form: Format, scope: Scope | None = None) -> Iterator[str]:
    """The lines of the journal, each with its newline, the same for the same books.

    Account directives, transactions by day and number, then the balances that the system keeps. Everything
    is read in one snapshot. A part of the books (`scope.district`) has that district's legs only.
    """
    scope = scope or Scope()
    notation = _Beancount() if form is BEANCOUNT else _Hledger()
    with snapshot():
        kept, span = balances(scope), days(scope)
        yield from _lines(notation.opening(kept, span[0] if span else None))
        for head, legs in transactions(scope):
            yield from _lines(notation.transaction(head, legs))
        if span and kept:
            # A balance that asserts the end of a day stands at the beginning of the next.
            yield from _lines(notation.closing(kept, span[1] + timedelta(days=1)))


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield text + "\n"


def _plain(text: str) -> str:
    """One line, without what is no character."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _subject(kind: str, number: int) -> str:
    return f"{kind}/{number}" if kind and number else ""


class _Notation:
    def __init__(self) -> None:
        self.names = Names()

    def places(self, kept: dict[Place, int]) -> list[tuple[str, Place]]:
        """Every account that has a leg, by its name."""
        return sorted((self.names.of(*place), place) for place in kept)

    def tags(self, head: Head) -> list[tuple[str, str]]:
        tags = [
            ("transaction", str(head.id)),
            ("key", _plain(head.key)),
            ("kind", _plain(head.kind)),
            ("subject", _subject(head.subject_type, head.subject_id)),
            ("reverses", str(head.reverses or "")),
        ]
        return [(name, value) for name, value in tags if value]


class _Beancount(_Notation):
    """beancount 3. Tolerance is 0: without it `balance` accepts a difference of one fen."""

    def opening(self, kept: dict[Place, int], first: date | None) -> Iterator[str]:
        yield f'option "operating_currency" "{CURRENCY}"'
        yield 'option "tolerance_multiplier" "0"'
        if first is None:
            return
        yield ""
        yield f"{first} commodity {CURRENCY}"
        for name, (account, fund, _district) in self.places(kept):
            yield f"{first} open {name} {CURRENCY}"
            yield f"  name: {_quoted(self.names.accounts[account].name)}"
            yield f"  fund: {_quoted(self.names.funds[fund].name)}"

    def transaction(self, head: Head, legs: list[Line]) -> Iterator[str]:
        yield ""
        yield f"{head.on} * {_quoted(head.memo or head.kind)}"
        for name, value in self.tags(head):
            yield f"  {name}: {_quoted(value)}"
        for leg in legs:
            yield f"  {self.names.of(leg.account, leg.fund, leg.district)}  {amount(leg.fen)} {CURRENCY}"
            subject = _subject(leg.subject_type, leg.subject_id)
            if subject:
                yield f"    subject: {_quoted(subject)}"

    def closing(self, kept: dict[Place, int], day: date) -> Iterator[str]:
        yield ""
        for name, place in self.places(kept):
            yield f"{day} balance {name}  {amount(kept[place])} ~ 0 {CURRENCY}"


def _quoted(text: str) -> str:
    return '"' + _plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Hledger(_Notation):
    """hledger; with account and commodity directives, as `check --strict` asks for."""

    def opening(self, kept: dict[Place, int], first: date | None) -> Iterator[str]:  # noqa: ARG002 - as the other
        yield f"commodity 1000.00 {CURRENCY}"
        yield ""
        for name, (account, fund, _district) in self.places(kept):
            label = f"{self.names.accounts[account].name} {self.names.funds[fund].name}"
            yield f"account {name}  ; type: {_TYPES[AccountKind(self.names.accounts[account].kind)]}"
            yield f"  ; name: {_tag(label)}"

    def transaction(self, head: Head, legs: list[Line]) -> Iterator[str]:
        yield ""
        yield f"{head.on} * ({head.id}) {_description(head.memo or head.kind)}"
        for name, value in self.tags(head):
            yield f"    ; {name}: {_tag(value)}"
        for leg in legs:
            yield f"    {self.names.of(leg.account, leg.fund, leg.district)}  {amount(leg.fen)} {CURRENCY}"
            subject = _subject(leg.subject_type, leg.subject_id)
            if subject:
                yield f"    ; subject: {_tag(subject)}"

    def closing(self, kept: dict[Place, int], day: date) -> Iterator[str]:
        yield ""
        yield f"{day} * kept balances"
        for name, place in self.places(kept):
            yield f"    {name}  0.00 {CURRENCY} = {amount(kept[place])} {CURRENCY}"


_TYPES = {
    AccountKind.ASSET: "A",
    AccountKind.LIABILITY: "L",
    AccountKind.EQUITY: "E",
    AccountKind.INCOME: "R",
    AccountKind.EXPENSE: "X",
}


def _tag(text: str) -> str:
    """The value of a tag: a comma would end it."""
    return _plain(text).replace(",", "%2C")


def _description(text: str) -> str:
    """The words of a transaction: a semicolon begins a comment, a bar parts payee and note."""
    return _plain(text).replace(";", "；").replace("|", "｜")
