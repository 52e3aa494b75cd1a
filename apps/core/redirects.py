"""Where a form leads back to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def asked_way(request: HttpRequest) -> str:
    """The address that a form names in `next`: a path of this site from its root, or ''.

    Anything else is not followed; a bare word would even be taken for the name of a view.
    """
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return asked
    return ""
