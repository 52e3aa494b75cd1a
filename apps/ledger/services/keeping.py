"""Housekeeping of the kept balances."""

from django.db import connection, transaction

from apps.core.db import as_owner


def fold_balances() -> int:
    """Move what was posted since the last time into the totals; return how many rows were folded.

    Returns -1 where somebody else is folding. Balances are right at any time, folded or not: this keeps
    them quick.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fold()")
        return cursor.fetchone()[0]


def rebuild_balances() -> int:
    """Compute all kept balances anew from the legs; return how many days of accounts came out.

    Acts as the owner and keeps postings waiting while it runs. Only needed after I6a was found broken. Must
    not be called inside a transaction.
    """
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_leg IN SHARE MODE")
        cursor.execute("DELETE FROM ledger_balancedelta")
        cursor.execute("DELETE FROM ledger_daybalance")
        cursor.execute("DELETE FROM ledger_balance")
        cursor.execute(
            "INSERT INTO ledger_balancedelta"
            "       (account_code, fund_code, district_code, on_date, debit_fen, credit_fen)"
            " SELECT account_code, fund_code, district_code, on_date, sum(debit_fen), sum(credit_fen)"
            "   FROM ledger_leg GROUP BY account_code, fund_code, district_code, on_date"
        )
        return fold_balances()
