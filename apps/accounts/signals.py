"""Sign-ins, failures and second factors leave a row in the access log; a session learns when it began."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.enums import AccessAction
from apps.accounts.middleware import SEEN_AT, SIGNED_IN_AT
from apps.accounts.models import User
from apps.accounts.services import log_access, log_for_user
from apps.core import clock


@receiver(user_logged_in)
def session_begins(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Note the moment from which idle and absolute time are counted."""
    now = int(clock.now().timestamp())
    request.session[SIGNED_IN_AT] = now
    request.session[SEEN_AT] = now
    log_for_user(user, AccessAction.SIGNED_IN, request=request)


@receiver(user_logged_out)
def session_ends(request: HttpRequest, user: User | None, **_signal: Any) -> None:
    if user is not None and not getattr(request, "silent_sign_out", False):
        log_for_user(user, AccessAction.SIGNED_OUT, request=request)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    """A name that no account bears is not written down: people type passwords into the wrong field."""
    user = _known(credentials)
    if user is None:
        log_access(None, AccessAction.SIGN_IN_FAILED, request=request)
    else:
        log_for_user(user, AccessAction.SIGN_IN_FAILED, request=request)


@receiver(user_locked_out)
def locked_out(request: HttpRequest, username: str, **_signal: Any) -> None:
    user = _known({"username": username})
    if user is not None:
        log_for_user(user, AccessAction.LOCKED_OUT, request=request)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def second_factor_changed(request: HttpRequest, user: User, **_signal: Any) -> None:
    log_for_user(user, AccessAction.SECOND_FACTOR_CHANGED, request=request)


def _known(credentials: dict[str, Any]) -> User | None:
    name = credentials.get("username") or credentials.get("login") or ""
    return User.objects.filter(username=name).first() if name else None
