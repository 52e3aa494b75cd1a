"""Tags and filters that stand in every template without being loaded."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django import template
from django.db.models import Model
from django.forms import BoundField, CheckboxInput
from django.http import QueryDict
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core import clock, identifiers, tones
from apps.core import money as fen

register = template.Library()


@register.filter
def money(value: int | str | None, mark: str = "") -> str:
    """Fen as yuan, "13,600.00"; an empty value as an empty string. `|money:"sign"` shows a plus."""
    if value is None or value == "":
        return ""
    return fen.yuan(int(value), sign=mark == "sign")


@register.filter
def day(value: date | datetime | None) -> str:
    """A calendar day, 2023-03-01; an instant as its day in Beijing."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value, clock.BEIJING).date() if timezone.is_aware(value) else value.date()
    return date_format(value, "DATE_FORMAT")


@register.filter
def span(first: date | None, last: date | None) -> str:
    """Two calendar days, 2023-03-01 – 2024-02-29; “from 2023-03-01 on” where there is no last one."""
    if first and last:
        return f"{day(first)} – {day(last)}"
    if last:
        return _("until %(day)s") % {"day": day(last)}
    return _("from %(day)s on") % {"day": day(first)} if first else ""


@register.filter
def instant(value: datetime | None) -> str:
    """An instant in Beijing's time, 2023-03-01 09:30."""
    return date_format(timezone.localtime(value, clock.BEIJING), "DATETIME_FORMAT") if value else ""


@register.filter
def percent(value: Any, places: int = 0) -> str:
    """A share (0.85, or a pair such as (17, 20)) as "85%"; nothing for a share of nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, tuple | list):
        part, whole = value
        if not whole:
            return ""
        value = Decimal(part) / Decimal(whole)
    return f"{Decimal(str(value)) * 100:.{int(places)}f}%"


@register.filter
def badge(thing: Any, name: str = "") -> SafeString:
    """A state as a coloured word.

    `{{ plan|badge }}` shows the state of an object, `{{ enterprise|badge:"standing" }}` another of its
    fields, each in the colour that the word has in that table. `{{ word|badge:label }}` shows a bare word.
    """
    if isinstance(thing, Model):
        field = name or "state"
        family = tones.tone(str(getattr(thing, field)), tones.field_of(thing, field))
        text = getattr(thing, f"get_{field}_display")()
    else:
        family = tones.tone(str(thing))
        text = name or getattr(thing, "label", "") or tones.label(str(thing))
    return format_html('<span class="badge tone-{}">{}</span>', family, text)


@register.filter
def tone(word: Any, of: str = "") -> str:
    """The colour family of a state word: neutral, info, good, warn or bad; `of`: "app.model.field"."""
    return tones.tone(str(word), of)


@register.filter
def masked_id(number: str) -> str:
    """An ID number with its middle hidden."""
    return identifiers.mask_id(number or "")


@register.filter
def masked_account(number: str) -> str:
    """A bank account of which only the last four digits show."""
    return identifiers.mask_account(number or "")


@register.filter
def masked_mobile(number: str) -> str:
    """A mobile number with its middle hidden."""
    return identifiers.mask_mobile(number or "")


@register.filter
def masked_name(name: str) -> str:
    """A name of which only the first character shows."""
    return identifiers.mask_name(name or "")


@register.simple_tag(takes_context=True)
def next_url(context: RequestContext) -> str:
    """The address of this page, quoted, to come back to: `?next={% next_url %}`."""
    request = context.get("request")
    return quote(request.get_full_path(), safe="") if request is not None else ""


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """This page's query string with some values changed: `href="{% query page=2 state=None %}"`.

    None and the empty string take a value out. Changing a filter takes the reader to the first page, so
    `cursor` and `page` fall away unless they are given.
    """
    request = context.get("request")
    values = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name in ("page", "cursor"):
        if name not in changes:
            values.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        elif isinstance(value, list | tuple):
            values.setlist(name, [str(item) for item in value])
        else:
            values[name] = str(value)
    return "?" + values.urlencode() if values else "?"


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label of this field stands behind its box."""
    return isinstance(field.field.widget, CheckboxInput)
