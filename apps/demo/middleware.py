"""In the demo city a request happens on one day: the calendar is asked once, however often a page tells."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from apps.demo.calendar import standing_still


def one_day(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let the calendar stand still for the length of a request; not used outside the demo city."""
    if not settings.DEMO_CITY:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        with standing_still():
            return get_response(request)

    return middleware
