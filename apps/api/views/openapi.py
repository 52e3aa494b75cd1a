"""The OpenAPI document: the same for everybody, and a second of work, so that a process writes it once."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from apps.accounts.access import access


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, open to all; `lang` asks for one of the languages of the pages."""

    access = access.public
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = DefaultContentNegotiation

    def _get_schema_response(self, request: Request) -> HttpResponse:
        language = translation.get_language()
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        media_type = request.accepted_renderer.media_type
        response = HttpResponse(_written(language, media_type), content_type=media_type)
        response["Content-Disposition"] = f'inline; filename="shitu.{request.accepted_renderer.format}"'
        return response


@cache
def _written(language: str, media_type: str) -> bytes:
    """The document in a language; there are as many as languages times forms."""
    renderer = next(each for each in SchemaView.renderer_classes if each.media_type == media_type)
    with translation.override(language):
        schema: dict[str, Any] = SchemaView.generator_class().get_schema(request=None, public=True)
        written: bytes | str = renderer().render(schema, renderer_context={})
    return written if isinstance(written, bytes) else written.encode()
