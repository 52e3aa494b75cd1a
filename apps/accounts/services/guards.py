"""What every service of this app asks first."""

from django.db import IntegrityError
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core.errors import Forbidden, InvalidInput


def require(actor: Actor, *roles: Role) -> None:
    """Raise Forbidden unless the actor holds one of the roles or is the system itself."""
    if not actor.is_system and actor.role not in roles:
        raise Forbidden(_("Your role may not do this."))


def require_reason(reason: str) -> str:
    """The reason without blanks around it; raises InvalidInput where none was given."""
    given = reason.strip()
    if not given:
        raise InvalidInput(_("Say why: the reason is kept with the record."), code="reason_blank")
    return given


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint or guard that the database refused by."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
