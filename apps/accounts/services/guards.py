"""What every service of this app asks first."""

from datetime import date

from django.db import IntegrityError
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.models import Membership
from apps.accounts.models.membership import MembershipState
from apps.accounts.roles import Role
from apps.accounts.staffing import another_in_force
from apps.core.errors import Forbidden, InvalidInput, Refused

GRANTING = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


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


def keep_one_who_grants(membership: Membership, on: date) -> None:
    """Raise Refused where the last one who grants roles would go.

    Without either of them no role is ever granted again, not even the one that is missing.
    """
    grants = membership.state == MembershipState.ACTIVE and membership.role in GRANTING
    if grants and not another_in_force(membership, on):
        message = _("The last holder of this role stays until another one is there: %(role)s.")
        raise Refused(message % {"role": Role(membership.role).label}, code="last_admin")


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint or guard that the database refused by."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
