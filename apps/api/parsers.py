"""Reading a body: JSON that could not be stored or answered is refused before anything looks at it."""

from json import JSONDecodeError
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON whose text is text and which is not nested beyond reason.

    The framework's own lets a lone surrogate through, which no answer could repeat, and lets the
    interpreter's depth run out, which is no `ValueError`.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        try:
            read = self._read(stream, media_type, parser_context)
            _encode(read)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply. Send it as the document describes.")) from None
        except UnicodeEncodeError:
            raise ParseError(
                _("The JSON contains half of a character (a lone surrogate). Send whole characters.")
            ) from None
        if read is None:
            raise ParseError(_("The body is null. Send what the document describes, at least {}."))
        return read

    def _read(self, stream: IO[Any], media_type: str | None, parser_context: Any) -> dict[str, Any]:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            # The framework's own sentence is English and names the decoder.
            fault = error.__context__
            if isinstance(fault, JSONDecodeError):
                message = _("The body is no JSON: line %(line)s, place %(place)s cannot be read.")
                raise ParseError(message % {"line": fault.lineno, "place": fault.colno}) from None
            raise ParseError(
                _("The body is no JSON in UTF-8, or has a number that JSON does not know.")
            ) from None


def _encode(value: Any) -> None:
    """Raise `UnicodeEncodeError` where a text or a name in `value` cannot be written as UTF-8."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for name, inner in value.items():
            name.encode()
            _encode(inner)
    elif isinstance(value, list):
        for inner in value:
            _encode(inner)
