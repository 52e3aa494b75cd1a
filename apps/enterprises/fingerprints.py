"""Keyed hashes by which an account number is found and a swap of payee is seen."""

from apps.core.crypto import blind_index

ACCOUNT_INDEX = "enterprises.bank_account.number"
FINGERPRINT = "enterprises.bank_account.fingerprint"


def fingerprint_of(account_name: str, account_number: str) -> str:
    """The keyed hash of payee name and number, as 64 hexadecimal digits.

    An approval of money stores it; whoever exports recomputes it from the opened number, so that neither a
    new account nor a swapped ciphertext slips in between (I8).
    """
    return blind_index(FINGERPRINT, f"{account_name}\x1f{account_number}").hex()
