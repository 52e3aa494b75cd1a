"""Places, people, accounts, memberships, tokens and the access log."""

from apps.accounts.models.access_log import AccessLog
from apps.accounts.models.membership import Membership
from apps.accounts.models.people import Person, Sex, User
from apps.accounts.models.places import District, Organisation
from apps.accounts.models.tokens import ApiToken

__all__ = ["AccessLog", "ApiToken", "District", "Membership", "Organisation", "Person", "Sex", "User"]
