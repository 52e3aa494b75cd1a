"""Pages of a list that stay fast however long it is: by the last row's key, never by an offset.

    page, pager = keyset.page_of(plans, request, order=("due_on", "id"))

The address carries the key of the row at the edge as `cursor`; filters drop it (`{% query %}`).
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.widgets import Pager

Row = TypeVar("Row", bound=Model)
SIZE = 25
_PARAMETER = "cursor"


def page_of(
    rows: QuerySet[Row],
    request: HttpRequest,
    *,
    order: Sequence[str],
    size: int = SIZE,
    total: int | None = None,
) -> tuple[list[Row], Pager]:
    """Return one page of a queryset and what `<c-pager>` needs.

    `order` names columns that are never null, "-id" for descending; the last one has to be unique. Raises
    InvalidInput for a cursor that was tampered with.
    """
    backwards, edge = _cursor(request, rows.model, order)
    if edge is not None:
        rows = rows.filter(_beyond(order, edge, backwards=backwards))
    found = list(rows.order_by(*(_turned(order) if backwards else order))[: size + 1])
    more = len(found) > size
    page = found[:size]
    if backwards:
        page.reverse()
    has_next = edge is not None if backwards else more
    has_previous = more if backwards else edge is not None
    return page, Pager(
        shown=len(page),
        total=total,
        next_url=_url(request, order, page[-1], "n") if page and has_next else "",
        previous_url=_url(request, order, page[0], "p") if page and has_previous else "",
        first_url=_url(request, order, None, "") if edge is not None else "",
    )


def _turned(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _beyond(order: Sequence[str], edge: Sequence[Any], *, backwards: bool) -> Q:
    """Rows after the edge in this order: equal in the first columns, beyond in the next."""
    condition, equal = Q(), Q()
    for name, value in zip(order, edge, strict=True):
        column = name.removeprefix("-")
        descending = name.startswith("-") != backwards
        condition |= equal & Q(**{f"{column}__{'lt' if descending else 'gt'}": value})
        equal &= Q(**{column: value})
    return condition


def _cursor(request: HttpRequest, model: type[Model], order: Sequence[str]) -> tuple[bool, list[Any] | None]:
    text = request.GET.get(_PARAMETER, "")
    if not text:
        return False, None
    edge = _edge(text[1:], model, order) if text[0] in "np" else None
    if edge is None:
        raise InvalidInput(_("This page of the list does not exist. Go back to its beginning."))
    return text[0] == "p", edge


def _edge(text: str, model: type[Model], order: Sequence[str]) -> list[Any] | None:
    """The key that an address carries, or None where it is none that we gave out."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            return None
        edge = [_column(model, name).to_python(value) for name, value in zip(order, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError):
        return None
    return None if None in edge or any("\x00" in str(value) for value in edge) else edge


def _column(model: type[Model], name: str) -> Any:
    *path, last = name.removeprefix("-").split("__")
    for step in path:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.get_field(last)


def _url(request: HttpRequest, order: Sequence[str], row: Model | None, direction: str) -> str:
    query = request.GET.copy()
    query.pop(_PARAMETER, None)
    if row is not None:
        values = [_value(row, name.removeprefix("-")) for name in order]
        text = json.dumps([v if isinstance(v, int | str) else str(v) for v in values], ensure_ascii=False)
        query[_PARAMETER] = direction + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return "?" + query.urlencode()


def _value(row: Model, name: str) -> Any:
    value: Any = row
    for step in name.split("__"):
        value = getattr(value, step)
    return value
