"""The books for other programs: journals in plain text that beancount and hledger read and check.

    for line in export(BEANCOUNT, until=date(2026, 3, 31)): …

Both formats name an account `<kind>:<fund>:<district>:<account>`, write every amount in yuan with two
decimals, transactions by day and number, and end with the balances that this system keeps, as assertions:
a program that adds the transactions up differently refuses the file.
"""

from apps.ledger.exporting.books import Scope
from apps.ledger.exporting.formats import BEANCOUNT, FORMATS, HLEDGER, Format, export

__all__ = ["BEANCOUNT", "FORMATS", "HLEDGER", "Format", "Scope", "export"]
