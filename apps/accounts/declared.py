"""Who may call the views of libraries, by route name; everything that is not here stays shut."""

from apps.accounts.access import Declared, access

THIRD_PARTY: dict[str, Declared] = {
    "set_language": access.public,
    # Ground knows no roles: its only page says whether the system is up.
    "healthz": access.public,
    "account_login": access.public,
    "account_logout": access.signed_in,
    "account_inactive": access.public,
    "account_reauthenticate": access.signed_in,
    "account_change_password": access.signed_in,
    "mfa_authenticate": access.public,
    "mfa_reauthenticate": access.signed_in,
    "mfa_index": access.signed_in,
    "mfa_activate_totp": access.signed_in,
    "mfa_deactivate_totp": access.signed_in,
    "mfa_view_recovery_codes": access.signed_in,
    "mfa_generate_recovery_codes": access.signed_in,
    "mfa_download_recovery_codes": access.signed_in,
}

# Accounts are opened by administrators: signing up, e-mail verification and reset by mail do not exist here.
SHUT = frozenset(
    {
        "account_signup",
        "account_email",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_confirm_login_code",
    }
)
