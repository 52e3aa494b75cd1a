"""Pages by cursor: each costs the same however deep, and rows that come in meanwhile shift nothing."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from apps.core.errors import InvalidInput, Problem

KEY_DIGITS_MAX = 18


class NewestFirst(CursorPagination):
    """The newest row first; `page_size` from 1 to 200. Any other size or a cursor made up is refused."""

    ordering = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        # Three digits at most, so that no number is long enough to be slow.
        size = int(given) if given.isascii() and given.isdigit() and len(given) <= len("200") else 0
        if not 1 <= size <= self.max_page_size:
            message = _("page_size is a whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise InvalidInput(message, problems=[Problem("invalid", message, field="page_size")])
        return size

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        position = str(cursor.position)
        if not (position.isascii() and position.isdigit() and len(position) <= KEY_DIGITS_MAX):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return parameters


class InFileOrder(NewestFirst):
    """The rows of a file from its first to its last."""

    ordering = "row"
