"""Open, disable, enable and unlock accounts; give a new first password."""

import secrets
from datetime import date

from axes.utils import reset as axes_reset
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import Membership, Person, User
from apps.accounts.roles import Role
from apps.accounts.services.access_log import log_access
from apps.accounts.services.guards import constraint_of, keep_one_who_grants, require, require_reason
from apps.accounts.staffing import watched
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, InvalidInput

_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_FIRST_PASSWORD_LENGTH = 14


def first_password() -> str:
    """A password that nobody chose, of letters that cannot be mistaken for each other."""
    while True:
        found = "".join(secrets.choice(_ALPHABET) for _place in range(_FIRST_PASSWORD_LENGTH))
        if (
            any(c.islower() for c in found)
            and any(c.isupper() for c in found)
            and any(c.isdigit() for c in found)
        ):
            return found


@transaction.atomic
def create_user(
    actor: Actor, *, username: str, person: Person, email: str = "", password: str = ""
) -> tuple[User, str]:
    """Open an account and return it with its first password, which is shown once and must be changed.

    Only the system may give the password itself (the demo city). Raises Conflict where the name is taken.
    """
    require(actor, Role.SYSTEM_ADMIN)
    if password and not actor.is_system:
        raise Forbidden(_("The first password is made by the system."))
    given = password or first_password()
    name = username.strip().lower()
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                name, given, person=person, email=email, must_change_password=not password
            )
    except IntegrityError as error:
        raise _not_a_username(error) from error
    log_access(actor, AccessAction.ACCOUNT_CREATED, user)
    return user, given


def _not_a_username(error: IntegrityError) -> Conflict | InvalidInput:
    if constraint_of(error) == "user_username_form":
        return InvalidInput(
            _("A user name has 3 to 60 small letters, digits, dots, hyphens and underscores."),
            code="username_form",
        )
    return Conflict(_("This user name is taken. Choose another."), code="username_taken")


@transaction.atomic
def disable_user(actor: Actor, user: User, reason: str, *, on: date) -> None:
    """Shut an account: its sessions end with their next request and do not come back when it is enabled.

    City and administrators are told where nobody is left in a district who holds one of its roles. Raises
    Forbidden for one's own account, Refused for that of the last one who grants roles.
    """
    require(actor, Role.SYSTEM_ADMIN)
    given = require_reason(reason)
    if user.pk == actor.user_id:
        raise Forbidden(_("You cannot disable your own account: ask another administrator."))
    locked = User.objects.select_for_update().get(pk=user.pk)
    for membership in Membership.objects.in_force(on).filter(user=locked):
        keep_one_who_grants(membership, on)
    locked.is_active = False
    locked.session_epoch += 1
    with watched(on):
        locked.save(update_fields=["is_active", "session_epoch"])
    log_access(actor, AccessAction.ACCOUNT_DISABLED, locked, given)


@transaction.atomic
def enable_user(actor: Actor, user: User, reason: str) -> None:
    """Open a disabled account again."""
    require(actor, Role.SYSTEM_ADMIN)
    given = require_reason(reason)
    User.objects.filter(pk=user.pk).update(is_active=True)
    log_access(actor, AccessAction.ACCOUNT_ENABLED, user, given)


@transaction.atomic
def unlock_user(actor: Actor, user: User, reason: str) -> None:
    """Forget the failed sign-ins of an account, so that it may try again at once."""
    require(actor, Role.SYSTEM_ADMIN)
    given = require_reason(reason)
    axes_reset(username=user.username)
    log_access(actor, AccessAction.ACCOUNT_UNLOCKED, user, given)


@transaction.atomic
def reset_password(actor: Actor, user: User, reason: str) -> str:
    """Replace the password and return the new one, which is shown once; all sessions of the account end."""
    require(actor, Role.SYSTEM_ADMIN)
    given = require_reason(reason)
    if user.pk == actor.user_id:
        raise Forbidden(_("Change your own password on your own page."))
    locked = User.objects.select_for_update().get(pk=user.pk)
    password = first_password()
    locked.set_password(password)
    locked.must_change_password = True
    locked.password_changed_at = clock.now()
    locked.session_epoch += 1
    locked.save(update_fields=["password", "must_change_password", "password_changed_at", "session_epoch"])
    log_access(actor, AccessAction.PASSWORD_RESET, locked, given)
    return password
