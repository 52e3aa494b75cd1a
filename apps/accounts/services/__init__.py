"""What may be done with people, organisations, accounts and rights. Import from here."""

from apps.accounts.services.access_log import log_access, log_for_user, log_refused
from apps.accounts.services.memberships import (
    approve_membership,
    end_membership,
    found_administrator,
    give_apprentice_access,
    propose_membership,
    refuse_membership,
)
from apps.accounts.services.organisations import change_organisation, create_organisation
from apps.accounts.services.people import (
    ID_INDEX,
    MOBILE_INDEX,
    change_mobile,
    find_person,
    id_index,
    mobile_index,
    register_person,
    unmask,
)
from apps.accounts.services.tokens import authenticate_token, issue_token, revoke_token
from apps.accounts.services.users import (
    create_user,
    disable_user,
    enable_user,
    first_password,
    reset_password,
    unlock_user,
)

__all__ = [
    "ID_INDEX",
    "MOBILE_INDEX",
    "approve_membership",
    "authenticate_token",
    "change_mobile",
    "change_organisation",
    "create_organisation",
    "create_user",
    "disable_user",
    "enable_user",
    "end_membership",
    "find_person",
    "first_password",
    "found_administrator",
    "give_apprentice_access",
    "id_index",
    "issue_token",
    "log_access",
    "log_for_user",
    "log_refused",
    "mobile_index",
    "propose_membership",
    "refuse_membership",
    "register_person",
    "reset_password",
    "revoke_token",
    "unlock_user",
    "unmask",
]
