"""The notice as an answer to a request, for every door."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from apps.payouts.models import Recovery
from apps.payouts.notice.document import notice_pdf


def send_notice(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """The PDF in the language that `lang` asks for, else the reader's; no browser runs anything of it.

    The caller has checked that the notice may be seen. Raises `InvalidInput` for another language.
    """
    name, content = notice_pdf(recovery, request.GET.get("lang", get_language() or "zh-hans"))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
