"""Every answer that is not a success has one shape: a problem (RFC 9457) with its list of problems."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core.errors import Problem, ShituError
from apps.core.middleware import problem_body

MEDIA_TYPE = "application/problem+json"


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Turn a refusal of ours, of Django or of the framework into a problem; None for a real fault."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    headers = {}
    if isinstance(error, exceptions.APIException):
        challenge, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
        if challenge:
            headers["WWW-Authenticate"] = challenge
        if wait:
            headers["Retry-After"] = str(int(wait) + 1)
    return Response(problem_body(refusal), status=refusal.status, headers=headers, content_type=MEDIA_TYPE)


def as_refusal(error: Exception) -> ShituError | None:
    """The refusal that an exception stands for, or None."""
    if isinstance(error, ShituError):
        return error
    if isinstance(error, Http404):
        return _made(404, "not_found", _("There is no such thing, or it is not yours."))
    if isinstance(error, PermissionDenied):
        return _made(403, "forbidden", _("Your role or the scopes of your token do not allow this."))
    if isinstance(error, exceptions.ValidationError):
        refusal = _made(400, "invalid_input", _("Correct the fields that are listed."))
        refusal.problems.extend(_problems(error.detail, error.get_codes()))
        return refusal
    if isinstance(error, exceptions.APIException):
        return _made(error.status_code, str(error.get_codes()), str(error.detail))
    return None


def _made(status: int, code: str, message: str) -> ShituError:
    refusal = ShituError(message, code=code)
    refusal.status = status
    return refusal


def _problems(detail: Any, codes: Any, path: str = "") -> list[Problem]:
    if isinstance(detail, dict):
        return [
            problem
            for name, value in detail.items()
            for problem in _problems(value, codes[name], f"{path}.{name}" if path else str(name))
        ]
    if isinstance(detail, list):
        found = []
        for place, (value, code) in enumerate(zip(detail, codes, strict=True)):
            nested = isinstance(value, dict | list)
            found += _problems(value, code, f"{path}.{place}" if nested else path)
        return found
    field = "" if path == "non_field_errors" else path
    return [Problem(str(codes), str(detail), field=field)]
