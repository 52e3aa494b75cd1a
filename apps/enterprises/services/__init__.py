"""What may be done with enterprises and bank accounts. Import from here."""

from apps.enterprises.services.bank_accounts import (
    confirm_bank_account,
    enter_bank_account,
    retire_bank_account,
    unmask_bank_account,
)
from apps.enterprises.services.record import change_enterprise, open_enterprise
from apps.enterprises.services.standing import restore, suspend

__all__ = [
    "change_enterprise",
    "confirm_bank_account",
    "enter_bank_account",
    "open_enterprise",
    "restore",
    "retire_bank_account",
    "suspend",
    "unmask_bank_account",
]
