"""What a repayment returned to which fund."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Returned:
    """Per fund (sorted): what was open and what had been written off before it came after all."""

    owed: tuple[tuple[str, int], ...]
    given_up: tuple[tuple[str, int], ...]

    def by_fund(self) -> list[tuple[str, int]]:
        """Both together."""
        sums: dict[str, int] = defaultdict(int)
        for fund, fen in (*self.owed, *self.given_up):
            sums[fund] += fen
        return sorted(sums.items())
