"""Lists that a program narrows: `?state=paid&training_class=7`."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, QuerySet
from django.utils.translation import gettext as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from apps.core.errors import InvalidInput, Problem

PAGING = ("cursor", "page_size")
KEY_DIGITS_MAX = 18
NAME_SHOWN_MAX = 40


class Narrowing(BaseFilterBackend):
    """Narrow a list by the fields that its view names in `narrowed_by`.

    What the list does not know is refused: passed over, it would answer everything to a program that asked
    for a part and acts on what it gets.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """The rows that were asked for. Raises InvalidInput for a name or a value that cannot be."""
        if getattr(view, "action", "") != "list":
            return queryset
        names: tuple[str, ...] = getattr(view, "narrowed_by", ())
        problems = []
        wanted = {}
        for name, values in request.query_params.lists():
            if name in PAGING:
                continue
            wrong = unknown(name, names) if name not in names else ""
            field = None if wrong else queryset.model._meta.get_field(name)
            if field is not None:
                wrong = _cannot_be(field, name, values)
            if wrong:
                problems.append(Problem("invalid", wrong, field=name))
            elif field is not None:
                wanted[field.attname] = values[0]
        if problems:
            raise InvalidInput(problems[0].message, problems=problems)
        return queryset.filter(**wanted)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters as the document names them."""
        names: tuple[str, ...] = getattr(view, "narrowed_by", ())
        if not names or getattr(view, "action", "") != "list":
            return []
        model = view.get_queryset().model
        return [
            {"name": name, "in": "query", "required": False, "schema": _schema(model._meta.get_field(name))}
            for name in names
        ]


def unknown(name: str, names: Iterable[str]) -> str:
    """The sentence for a name that a list does not take."""
    known = ", ".join((*names, *PAGING))
    return _("This list knows nothing of “%(name)s”. It takes: %(known)s.") % {
        "name": name[:NAME_SHOWN_MAX],
        "known": known,
    }


def _cannot_be(field: Any, name: str, values: list[str]) -> str:
    """Why the field cannot be narrowed to these values, empty where it can."""
    if len(values) > 1:
        return _("“%(name)s” is given twice. Give it once.") % {"name": name}
    value = values[0]
    if field.flatchoices:
        codes = [code for code, _label in field.flatchoices]
        if value in codes:
            return ""
        return _("%(name)s is one of: %(words)s.") % {"name": name, "words": ", ".join(codes)}
    if value.isascii() and value.isdigit() and len(value) <= KEY_DIGITS_MAX:
        return ""
    return _("%(name)s is a whole number.") % {"name": name}


def _schema(field: Field) -> dict[str, Any]:
    if field.flatchoices:
        return {"type": "string", "enum": [code for code, _label in field.flatchoices]}
    return {"type": "integer", "minimum": 0, "maximum": 10**KEY_DIGITS_MAX - 1}
