"""Housekeeping of the kept balances."""

from django.db import connection


def fold_balances() -> int:
    """Move what was posted since the last time into the totals; return how many rows were folded.

    Returns -1 where somebody else is folding. Balances are right at any time, folded or not: this keeps
    them quick.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fold()")
        return cursor.fetchone()[0]
