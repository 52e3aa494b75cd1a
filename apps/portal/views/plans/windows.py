"""One step of a plan open in two windows: what only the other one changed is left as it changed it.

A form sends every field whenever one of them changes. So it also says what it was shown with: a field that is
as it was shown was not touched here, and takes what stands in the plan by now.
"""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from apps.portal.forms.plans import with_row_removed

SHOWN = "shown"

# The forms of a step by the key of their row; the first step has one form, without a key.
Forms = Mapping[str, forms.Form]
Shown = dict[str, dict[str, str]]


def shown_in(data: QueryDict) -> Shown:
    """What the posted form was shown with; nothing where it does not say so in our way."""
    try:
        found = json.loads(data.get(SHOWN, "{}"))
    except (ValueError, RecursionError):
        return {}
    rows = found.items() if isinstance(found, dict) else ()
    return {key: row for key, row in rows if isinstance(row, dict)}


def told(form: forms.Form) -> dict[str, str]:
    """What each field of a form says, typed or stored, as one text."""
    return {field.name: _text(field) for field in form if field.name != "row_key"}


def _text(field: forms.BoundField) -> str:
    value, widget = field.value(), field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value else ""
    text: Any = widget.format_value(value)
    if isinstance(text, list):
        text = "".join(text)
    return "" if text is None else str(text)


def with_news(data: QueryDict, posted: Forms, stored: Forms) -> QueryDict:
    """The posted form, in which what was not touched here says what is stored.

    A row that was not touched here and was removed in the other window is left out.
    """
    shown, changed = shown_in(data), data.copy()
    gone = []
    for place, (key, form) in enumerate(posted.items()):
        was, here = shown.get(key), told(form)
        if was is None:
            continue
        if key not in stored:
            gone += [place] if _is_untouched(here, was) else []
            continue
        now = told(stored[key])
        for name, text in was.items():
            if here.get(name) == text and now.get(name, text) != text:
                changed[form.add_prefix(name)] = now[name]
    for place in reversed(gone):
        changed = with_row_removed(changed, place)
    return changed


def _is_untouched(here: Mapping[str, str], was: Mapping[str, str]) -> bool:
    return all(here.get(name) == text for name, text in was.items())


def shown_by(page: Forms, stored: Forms, before: Shown) -> str:
    """What a form says of itself when it is sent next: what it shows and the plan has.

    Of a field whose text is not stored (half-typed, refused, changed elsewhere) it says what it said before.
    """
    shown: Shown = {}
    for key, form in page.items():
        now = told(stored[key]) if key in stored else {}
        was = before.get(key, {})
        row = {name: text if now.get(name) == text else was.get(name) for name, text in told(form).items()}
        known = {name: text for name, text in row.items() if text is not None}
        if known:
            shown[key] = known
    return json.dumps(shown)


def context(data: QueryDict, page: Forms, stored: Forms) -> dict[str, Any]:
    """For the page: `shown`, what the form sends along; `elsewhere`, whether the plan changed meanwhile."""
    before = shown_in(data)
    return {SHOWN: shown_by(page, stored, before), "elsewhere": _is_behind(page, stored, before)}


def _is_behind(page: Forms, stored: Forms, before: Shown) -> bool:
    if not stored.keys() <= page.keys():
        return True
    removed = [key for key in page if key in before and key not in stored]
    if any(_is_untouched(told(page[key]), before[key]) for key in removed):
        return True
    return any(
        before.get(key, {}).get(name) == here != told(form)[name]
        for key, form in stored.items()
        for name, here in told(page[key]).items()
    )
