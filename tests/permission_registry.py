"""Every object that an address may name, registered: who imports OBJECTS from here has all of them."""

from tests import (
    permission_banking,
    permission_cases,
    permission_ledger,
    permission_notices,
    permission_reconciliation,
    permission_recoveries,
)
from tests.permission_objects import OBJECTS

REGISTERED_BY = (
    permission_banking,
    permission_cases,
    permission_ledger,
    permission_notices,
    permission_reconciliation,
    permission_recoveries,
)

__all__ = ["OBJECTS", "REGISTERED_BY"]
