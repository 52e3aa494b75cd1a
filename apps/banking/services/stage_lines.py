"""The lines of a statement go into a table of the session; nothing of them counts yet."""

from io import BytesIO
from typing import Protocol

from django.db import DatabaseError, connection, transaction

from apps.banking.formats.contents import StatementHead
from apps.banking.formats.profiles import Profile, Table
from apps.banking.formats.quick_statements import Doubtful, QuickStatement, copied
from apps.banking.formats.statements import read_statement

_STAGE = """
DROP TABLE IF EXISTS pg_temp.banking_staged_line;
CREATE TEMPORARY TABLE banking_staged_line ON COMMIT DROP AS
SELECT row, booked_on, bank_serial, amount_fen, counterparty_name, counterparty_account, reference
  FROM public.banking_statementline LIMIT 0;
"""
_COPY = "COPY pg_temp.banking_staged_line FROM STDIN"
_READ_BYTES = 1024 * 1024


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def stage(form: Profile, content: bytes, *, account_number: str) -> tuple[StatementHead, int]:
    """Put the lines of a statement of the account into `banking_staged_line`; returns its head and count.

    The table goes with the transaction. Raises FileRefused with every line that is wrong, and why.
    """
    quick = (
        _staged_quickly(form, form.statement, content, account_number)
        if isinstance(form.statement, Table)
        else None
    )
    if quick is not None:
        return quick.head, quick.count
    read = read_statement(form, content, account_number=account_number)
    _copy(BytesIO(copied(read.entries)))
    return read, len(read.entries)


def _staged_quickly(bank: Profile, form: Table, content: bytes, account_number: str) -> QuickStatement | None:
    """The statement where all of it is as it should be, with its lines staged; else None."""
    try:
        quick = QuickStatement(form, content, account_number=account_number, serial_within=bank.serial_within)
    except Doubtful:
        return None
    try:
        with transaction.atomic():
            _copy(quick)
    except DatabaseError:
        if quick.doubt is None:
            raise
        return None
    return quick


def _copy(lines: _Readable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        # The driver's own errors come through COPY as they are, also the one of a reader that stopped.
        with connection.wrap_database_errors:
            cursor.copy_expert(_COPY, lines, _READ_BYTES)
