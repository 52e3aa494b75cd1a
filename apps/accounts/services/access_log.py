"""Write down who looked at what and who changed whose rights."""

from django.db import models
from django.http import HttpRequest

from apps.accounts.actors import Actor
from apps.accounts.models import AccessLog, User
from apps.core.logs import mask_value
from apps.core.said import Said


def log_access(
    actor: Actor | None,
    action: str,
    subject: models.Model | tuple[str, object] | None = None,
    reason: str = "",
    *,
    request: HttpRequest | None = None,
) -> AccessLog:
    """Append one row of the access log, in the caller's transaction.

    Call it in the same transaction as what it tells: if the row cannot be written the action does not
    happen (I25). `action` is a code of `AccessAction` or one that was registered; `subject` is the row
    it was about or `(type, id)`. Numbers of people that somebody typed into `reason` are masked.
    """
    return _write(
        action,
        subject,
        reason,
        request,
        user_id=actor.user_id if actor else None,
        person_id=actor.person_id if actor else None,
        role=str(actor.role) if actor else "",
        district_code=(actor.district_code or "") if actor else "",
    )


def log_for_user(
    user: User, action: str, *, reason: str = "", request: HttpRequest | None = None
) -> AccessLog:
    """Append a row about an account itself: signing in and out, a session that ended."""
    return _write(action, user, reason, request, user_id=user.pk, person_id=user.person_id)


def log_refused(request: HttpRequest, route: str) -> AccessLog:
    """Append a row for a page that somebody signed in was refused."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return log_for_user(request.user, "refused", reason=route, request=request)  # type: ignore[arg-type]
    return log_access(actor, "refused", ("route", route), request=request)


def _write(
    action: str,
    subject: models.Model | tuple[str, object] | None,
    reason: str,
    request: HttpRequest | None,
    **who: object,
) -> AccessLog:
    subject_type, subject_id = _named(subject)
    return AccessLog.objects.create(
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        reason=reason if isinstance(reason, Said) else str(mask_value(reason))[:500],
        ip=_address(request),
        request_id=_request_id(),
        **who,
    )


def _named(subject: models.Model | tuple[str, object] | None) -> tuple[str, str]:
    if subject is None:
        return "", ""
    if isinstance(subject, models.Model):
        return subject._meta.label_lower, str(subject.pk)
    return subject[0][:60], str(subject[1])[:60]


def _address(request: HttpRequest | None) -> str | None:
    """The caller's address; the proxy in front of production sets REMOTE_ADDR's stand-in itself."""
    if request is None:
        return None
    from axes.helpers import get_client_ip_address

    return get_client_ip_address(request) or None


def _request_id() -> str:
    import structlog

    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
