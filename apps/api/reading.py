"""From a body to the values of a shape, or a refusal that names each field that is wrong."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from apps.api.narrowing import NAME_SHOWN_MAX, PAGING, unknown
from apps.core.errors import InvalidInput, NotFound, Problem

# Outside of these years a date is a slip, and counting months from it may leave the calendar.
YEARS = range(1900, 2200)


def valid(shape: type[serializers.BaseSerializer], request: Request) -> dict[str, Any]:
    """The validated values of a request's body.

    JSON is held to the types that the document names: `"12"` is no number here and `1` is not true. A name
    that the document does not have is refused: passed over, a misspelt one would change what is done.
    Raises `InvalidInput` (400) or the framework's `ValidationError`, which becomes the same.
    """
    given = shape(data=request.data)
    if isinstance(given, serializers.Serializer):
        sent: Any = request.data
        as_form = hasattr(sent, "getlist")
        _refuse(_strange(given.fields, sent) if as_form else _of_wrong_type(given, sent))
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    _refuse(_out_of_time(values))
    return values


def asked(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The validated values of a request's query. Raises as `valid`."""
    # As a form, an empty value would count as none; the document asks for a value of its type.
    given = shape(data=request.query_params.dict())
    strange = [name for name in request.query_params if name not in (*given.fields, *PAGING)]
    _refuse(Problem("invalid", unknown(name, given.fields), field=name) for name in strange)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    _refuse(_out_of_time(values))
    return values


def found(rows: Any, pk: int) -> Any:
    """The row of a queryset by its key. Raises `NotFound`."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such thing, or it is not yours."), code="not_found")
    return row


def known(rows: dict[int, Any], pk: int) -> Any:
    """The row among those that were read. Raises `NotFound`."""
    if pk not in rows:
        raise NotFound(_("There is no such thing, or it is not yours."), code="not_found")
    return rows[pk]


def _refuse(wrong: Iterator[Problem]) -> None:
    problems = list(wrong)
    if problems:
        raise InvalidInput(_("Correct the fields that are listed."), problems=problems)


def _of_wrong_type(field: Any, value: Any, path: str = "") -> Iterator[Problem]:
    """The places where the JSON type is another one than the document says."""
    if value is None:
        return
    if isinstance(field, serializers.BaseSerializer) and isinstance(value, dict) and hasattr(field, "fields"):
        yield from _strange(field.fields, value, path)
        for name, inner in field.fields.items():
            if name in value:
                yield from _of_wrong_type(inner, value[name], f"{path}.{name}" if path else name)
    elif isinstance(field, serializers.ListSerializer | serializers.ListField) and isinstance(value, list):
        for place, item in enumerate(value):
            yield from _of_wrong_type(field.child, item, f"{path}.{place}")
    elif isinstance(field, serializers.IntegerField) and type(value) is not int:
        yield Problem("invalid", _("Send a whole number, without quotes."), field=path)
    elif isinstance(field, serializers.BooleanField) and type(value) is not bool:
        yield Problem("invalid", _("Send true or false, without quotes."), field=path)
    elif isinstance(field, serializers.CharField | serializers.ChoiceField) and type(value) is not str:
        yield Problem("invalid", _("Send a text in quotes."), field=path)


def _strange(fields: Mapping[str, Any], given: Mapping[str, Any], path: str = "") -> Iterator[Problem]:
    """The names that the document does not have."""
    writable = [name for name, field in fields.items() if not field.read_only]
    for name in given:
        if name not in fields:
            shown = str(name)[:NAME_SHOWN_MAX]
            message = _("“%(name)s” is not known here. Send only: %(known)s.") % {
                "name": shown,
                "known": ", ".join(writable),
            }
            yield Problem("unknown", message, field=f"{path}.{shown}" if path else shown)


def _out_of_time(value: Any, path: str = "") -> Iterator[Problem]:
    """The dates that lie in no year which a case could name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _out_of_time(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _out_of_time(inner, f"{path}.{place}")
    elif isinstance(value, date) and value.year not in YEARS:
        message = _("Give a date between %(first)s and %(last)s.") % {"first": YEARS[0], "last": YEARS[-1]}
        yield Problem("invalid", message, field=path)
