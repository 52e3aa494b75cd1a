"""Tables of conditions: the first row whose conditions all hold gives the value.

Conditions name facts; a row without conditions always holds. A fact that was not given is only
missed where the answer depends on it: rows that another fact already rules out never ask for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from apps.policy.problems import MissingFact
from apps.policy.texts import Text

FactValue = str | int | None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Holds when the fact is one of these values."""

    values: frozenset[str]

    def holds(self, value: str | int) -> bool:
        return value in self.values

    def covers(self, other: "Condition") -> bool:
        return isinstance(other, OneOf) and other.values <= self.values


@dataclass(frozen=True, slots=True)
class Between:
    """Holds when a whole number lies from `low` to `high`, both included; None leaves an end open."""

    low: int | None = None
    high: int | None = None

    def holds(self, value: str | int) -> bool:
        number = int(value)
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def covers(self, other: "Condition") -> bool:
        if not isinstance(other, Between):
            return False
        low_covered = self.low is None or (other.low is not None and other.low >= self.low)
        high_covered = self.high is None or (other.high is not None and other.high <= self.high)
        return low_covered and high_covered


Condition = OneOf | Between


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what must hold, the value (fen, Fraction or a count), its article and note."""

    when: tuple[tuple[str, Condition], ...]
    value: int | Fraction
    article: str
    note: Text

    def matches(self, facts: Mapping[str, FactValue]) -> bool:
        """Whether the row applies; raises MissingFact where only a fact that is missing can tell."""
        missing = None
        for name, condition in self.when:
            value = facts.get(name)
            if value is None:
                missing = missing or name
            elif not condition.holds(value):
                return False
        if missing is not None:
            raise MissingFact(missing)
        return True

    def covers(self, other: "Row") -> bool:
        """Whether this row applies wherever the other one does."""
        theirs = dict(other.when)
        return all(name in theirs and condition.covers(theirs[name]) for name, condition in self.when)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of the document; the first that matches counts."""

    rows: tuple[Row, ...]

    def lookup(self, facts: Mapping[str, FactValue]) -> Row | None:
        """The first row that applies, or None; raises MissingFact."""
        for row in self.rows:
            if row.matches(facts):
                return row
        return None

    def fact_names(self) -> frozenset[str]:
        """Every fact that some row asks for."""
        return frozenset(name for row in self.rows for name, _condition in row.when)
