"""The reconciliation: runs, differences, corrections, suspense."""

from apps.accounts.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)
