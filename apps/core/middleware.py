"""A refusal that leaves a view becomes the designed page with its status, never a 500."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.errors import Busy, InvalidInput, ShituError

logger = logging.getLogger(__name__)

# SQLSTATE of what passes by itself: a lock not granted in time, a deadlock, a serialization failure, a
# statement cancelled, too many connections, a server going down or coming up.
_PASSING = {"55P03", "40P01", "40001", "57014", "53300", "57P01", "57P02", "57P03"}


class RefusalMiddleware:
    """Turns a ShituError into the page `errors/refused.html`, the fragment of it for htmx, or JSON.

    A NUL in the address or in a form is refused here as well: PostgreSQL cannot store one, so neither a
    filter nor a service could do anything with it. (JSON is looked through where the interface reads it.)
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return refusal_response(
                request, InvalidInput(_("The address contains a character that nothing here can contain."))
            )
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        # The views of the interface read the body by themselves.
        if request.method != "POST" or hasattr(view, "cls"):
            return None
        if any("\x00" in text for name, texts in request.POST.lists() for text in (name, *texts)):
            message = _(
                "The form contains a character that nothing here can contain. Remove it, and send again."
            )
            return refusal_response(request, InvalidInput(message))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ShituError):
            return refusal_response(request, exception)
        if isinstance(exception, DatabaseError) and _passes_by_itself(exception):
            logger.warning(
                "the database could not serve %s: %s", request.path, type(exception.__cause__).__name__
            )
            return refusal_response(
                request,
                Busy(
                    _("The system is busy at this moment. Nothing was changed: please send the same again.")
                ),
            )
        return None


def refusal_response(request: HttpRequest, error: ShituError) -> HttpResponse:
    """Render a refusal for whoever asked: a page, a fragment for htmx, or a problem in JSON.

    For middleware that refuses before a view runs: Django hands their exceptions to nobody.
    """
    if _wants_json(request):
        return JsonResponse(problem_body(error), status=error.status, content_type="application/problem+json")
    fragment = bool(getattr(request, "htmx", False)) and not getattr(request.htmx, "boosted", False)
    # The frame of a page asks the database, which is what could not answer.
    whole_page = "errors/503.html" if isinstance(error, Busy) else "errors/refused.html"
    template = "errors/refused_fragment.html" if fragment else whole_page
    response = render(request, template, {"error": error}, status=error.status)
    if isinstance(error, Busy):
        response["Retry-After"] = "2"
    return response


def problem_body(error: ShituError) -> dict[str, Any]:
    """The one JSON shape of a refusal (RFC 9457): type, title, status, code, problems."""
    return {
        "type": f"urn:shitu:problem:{error.code}",
        "title": error.message,
        "status": error.status,
        "code": error.code,
        "problems": [
            {
                "code": problem.code,
                "message": str(problem.message),
                "article": problem.article,
                "field": problem.field,
                "row": problem.row,
            }
            for problem in error.problems
        ],
    }


def _wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "html" not in accept


def _passes_by_itself(exception: DatabaseError) -> bool:
    return getattr(exception.__cause__, "pgcode", None) in _PASSING
