"""What a measurement says and how it is printed: ours beside the user's other choice and the bare engine."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `unit` "s" or "ms": less is better; a unit per second ("tx/s"): more is better.

    `peer` is the library that a user would pick, `limit` the bare engine doing the same; None where there is
    none. The goals: `at_most` times the limit, `at_least` times better than the peer. `growth` gives ours,
    per item where it is a time, by the size that it was taken at.
    """

    name: str
    ours: float
    peer: float | None
    limit: float | None
    unit: str
    note: str = ""
    at_most: float | None = None
    at_least: float | None = None
    growth: dict[int, float] = field(default_factory=dict)

    @property
    def more_is_better(self) -> bool:
        """Whether the figure is a rate."""
        return self.unit.endswith("/s")

    @property
    def of_limit(self) -> float | None:
        """How many times the bare engine's effort ours takes; 1.0 is as good as it gets."""
        if not self.limit or not self.ours:
            return None
        return self.limit / self.ours if self.more_is_better else self.ours / self.limit

    @property
    def over_peer(self) -> float | None:
        """How many times better than the peer."""
        if not self.peer or not self.ours:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours

    @property
    def slowdown(self) -> float | None:
        """How many times worse at the largest size than at the smallest; 1.0 is flat."""
        if len(self.growth) < 2:
            return None
        first, last = self.growth[min(self.growth)], self.growth[max(self.growth)]
        return first / last if self.more_is_better else last / first

    @property
    def missed(self) -> bool:
        """Whether a goal was missed in this run."""
        over_limit = self.at_most is not None and self.of_limit is not None and self.of_limit > self.at_most
        under_peer = (
            self.at_least is not None and self.over_peer is not None and self.over_peer < self.at_least
        )
        return over_limit or under_peer


_HEADER = ("measurement", "ours", "peer", "limit", "unit", "x limit", "goal", "x peer", "goal", "growth", "")


def table(rows: Iterable[Row]) -> str:
    """All rows as a table of text, with ratios, goals, growth and notes."""
    lines = [_HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    printed = []
    for line in lines:
        first, *rest = (
            cell.ljust(width) if column in {0, 4} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        printed.append("  ".join([first, *rest]).rstrip())
    notes = [f"  {row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*printed, *(["", "Notes"] if notes else []), *notes])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        _figure(row.ours),
        _figure(row.peer),
        _figure(row.limit),
        row.unit,
        _figure(row.of_limit),
        f"<= {row.at_most:g}" if row.at_most is not None else "",
        _figure(row.over_peer),
        f">= {row.at_least:g}" if row.at_least is not None else "",
        _growth(row),
        "MISSED" if row.missed else "",
    )


def _growth(row: Row) -> str:
    if row.slowdown is None:
        return ""
    return f"x{row.slowdown:.2f} ({min(row.growth):,} to {max(row.growth):,})"


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"
