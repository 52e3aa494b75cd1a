"""The rows of a roster file, in chunks, from wherever the reading was left."""

from collections.abc import Iterator

from apps.apprentices.roster.columns import COLUMNS, PASSED_OVER
from apps.core.models import StoredFile
from apps.core.spreadsheets import PlainRow, read_chunks

# Rows that are stored in one transaction: large enough that the database works in bulk, small enough
# that a killed worker repeats little.
CHUNK_ROWS = 5_000
ROWS_MAX = 100_000


class RosterSource:
    """Reads a stored roster in the sandbox and yields its rows after `after`, without blank ones.

    `total` is the number of rows in the file, known once the first chunk was asked for.
    """

    def __init__(self, file: StoredFile, *, after: int = 0, chunk_rows: int = CHUNK_ROWS) -> None:
        self.file = file
        self.after = after
        self.chunk_rows = chunk_rows
        self.total = 0

    def chunks(self) -> Iterator[list[PlainRow]]:
        """Rows as (number in the file, cells in the order of COLUMNS, faults of single cells).

        Raises InvalidInput when the file as a whole cannot be taken.
        """
        for rows in read_chunks(
            self.file,
            columns=COLUMNS,
            max_rows=ROWS_MAX,
            chunk_rows=self.chunk_rows,
            ignored=PASSED_OVER,
            told=self._told,
        ):
            if rows[-1][0] <= self.after:
                continue
            yield [row for row in rows if row[0] > self.after] if rows[0][0] <= self.after else rows

    def _told(self, total: int) -> None:
        self.total = total
