"""The books: chart, journal, balances, statements, export; the months; requests for budgets."""

from apps.accounts.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.CITY_OFFICER, Role.AUDITOR)
