"""There is one form of answer, JSON, whatever a request says it would like."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OnlyJSON(DefaultContentNegotiation):
    """Answers JSON to every `Accept`: a program that forgot the header still reads its refusal."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        del request, format_suffix
        renderer: Any = next(iter(renderers))
        return renderer, str(renderer.media_type)
