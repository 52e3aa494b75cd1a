"""What every page knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.core import clock


def site(_request: HttpRequest) -> dict[str, Any]:
    """Give templates `shitu.city`, `shitu.demo` and `shitu.today` (libraries already use `site`)."""
    return {"shitu": {"city": settings.CITY_NAME, "demo": settings.DEMO_CITY, "today": clock.today()}}
