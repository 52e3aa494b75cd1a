"""The rows of a roster file, in chunks, from wherever the reading was left."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from apps.core.models import StoredFile

# Rows that are stored in one transaction: large enough that the database works in bulk, small enough
# that a killed worker repeats little.
CHUNK_ROWS = 5_000
ROWS_MAX = 100_000
Rows = list[tuple[int, Sequence[Any]]]


class RosterSource:
    """Opens a stored roster in the sandbox and yields its rows after `after`, without blank ones."""

    def __init__(self, file: StoredFile, *, after: int = 0, chunk_rows: int = CHUNK_ROWS) -> None:
        self.file = file
        self.after = after
        self.chunk_rows = chunk_rows
        self.total = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def chunks(self) -> Iterator[Rows]:
        """Rows as (number in the file, cells in the order of FIELDS)."""
        raise NotImplementedError
