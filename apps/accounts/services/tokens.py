"""Issue, check and revoke the keys of programs."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction, is_token_scope
from apps.accounts.models import ApiToken, Membership
from apps.accounts.models.membership import MembershipState, counts_on
from apps.accounts.roles import ADMINISTRATORS, Role
from apps.accounts.services.access_log import log_access
from apps.accounts.services.guards import require, require_reason
from apps.core import clock
from apps.core.errors import InvalidInput, Refused

_FORM = re.compile(r"shitu_([a-z0-9]{10})_([A-Za-z0-9_-]{43})")
_PREFIX_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
# How exactly the last use is kept, so that a busy program does not write at every call.
_USED_EVERY = timedelta(minutes=1)
LIFETIME_MAX = timedelta(days=366)


@transaction.atomic
def issue_token(
    actor: Actor, *, membership: Membership, name: str, scopes: list[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    """Issue a token for a membership; returns the row and the token itself, which is never shown again.

    Raises InvalidInput (no purpose, no scope, expiry missing or too far), Refused (an administrator's or
    an ended membership).
    """
    require(actor, Role.SECURITY_ADMIN)
    purpose = name.strip()
    if not purpose:
        raise InvalidInput(_("Say what the token is for."), code="name_blank")
    if not scopes or not all(is_token_scope(scope) for scope in scopes):
        raise InvalidInput(_("Choose at least one scope."), code="scopes_blank")
    if not clock.now() < expires_at <= clock.now() + LIFETIME_MAX:
        raise InvalidInput(_("Choose a day of expiry within one year."), code="expiry")
    if membership.role in ADMINISTRATORS:
        raise Refused(_("Administrators act in person: they get no token."), code="administrator")
    if membership.state != MembershipState.ACTIVE:
        raise Refused(_("This role is not in force."), code="not_in_force")
    prefix = "".join(secrets.choice(_PREFIX_ALPHABET) for _place in range(10))
    secret = f"shitu_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        prefix=prefix,
        digest=_digest(secret),
        name=purpose,
        membership=membership,
        scopes=sorted(set(scopes)),
        issued_by_id=actor.account_id,
        expires_at=expires_at,
    )
    log_access(actor, AccessAction.TOKEN_ISSUED, token, purpose)
    return token, secret


def authenticate_token(secret: str) -> ApiToken | None:
    """The live token of a secret with its membership in force, or None; notes the use.

    Read at each request, so that revoking it, ending the membership or disabling the account counts at
    once. The membership and its account are loaded with it.
    """
    form = _FORM.fullmatch(secret)
    if form is None:
        return None
    now = clock.now()
    token = (
        # Three tables: to plan a join of all that an actor could lead to takes longer than to read it.
        ApiToken.objects.select_related("membership__user")
        .filter(counts_on(clock.today(), "membership__"))
        .filter(prefix=form[1], revoked_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if token is None or not hmac.compare_digest(bytes(token.digest), _digest(secret)):
        return None
    if token.last_used_at is None or now - token.last_used_at >= _USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


@transaction.atomic
def revoke_token(actor: Actor, token: ApiToken, reason: str) -> None:
    """End a token for good; its owner or the security administrator may."""
    if token.membership.user_id != actor.user_id:
        require(actor, Role.SECURITY_ADMIN)
    given = require_reason(reason)
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
    log_access(actor, AccessAction.TOKEN_REVOKED, token, given)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
