"""What may be done with people, organisations, accounts and rights. Import from here."""

from apps.accounts.services.access_log import log_access, log_for_user, log_refused

__all__ = ["log_access", "log_for_user", "log_refused"]
