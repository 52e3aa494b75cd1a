"""Pages for what no view answered: not found, not allowed, too old, broken.

Named in config/urls.py and the settings; Django hands over what it knows by name.
"""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _

from apps.core.errors import Forbidden, InvalidInput, NotFound, ShituError
from apps.core.middleware import problem_body, refusal_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: Django could not read the request."""
    del exception
    return _refuse(request, InvalidInput(_("The server could not read what was sent.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or not for this reader; the two look alike."""
    del exception
    return _refuse(request, NotFound(_("This page does not exist.")))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a library said no."""
    del exception
    return _refuse(request, Forbidden(_("Your role may not do this.")))


def csrf_failure(request: HttpRequest, **_given: Any) -> HttpResponse:
    """403: the form's token is missing or old."""
    if _is_api(request):
        return _problem(Forbidden(_("The request carries no valid token."), code="csrf"))
    return HttpResponse(loader.render_to_string("errors/403_csrf.html"), status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; the page asks neither the database nor the session, which may be what broke."""
    if _is_api(request):
        return _problem(ServerFault(_("Something went wrong here. The fault is ours and has been recorded.")))
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return HttpResponse(loader.render_to_string("errors/500.html", {"request_id": request_id}), status=500)


class ServerFault(ShituError):
    """A fault of the system itself (500); only this page makes it, services never do."""

    status = 500
    default_code = "server_fault"


def _refuse(request: HttpRequest, error: ShituError) -> HttpResponse:
    return _problem(error) if _is_api(request) else refusal_response(request, error)


def _problem(error: ShituError) -> JsonResponse:
    return JsonResponse(problem_body(error), status=error.status, content_type="application/problem+json")


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
