"""What the pages of the administrators have in common."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest

from apps.accounts.models import Organisation
from apps.core.errors import ShituError

Result = TypeVar("Result")
_SUGGESTIONS_MAX = 500


def attempt(form: forms.Form, call: Callable[[], Result]) -> Result | None:
    """Run a service; its refusal becomes the form's error, and what was typed is kept."""
    try:
        return call()
    except ShituError as refusal:
        form.add_error(None, refusal.message)
        return None


def attempt_action(request: HttpRequest, call: Callable[[], object], done: str) -> bool:
    """Run a service behind a button; say what was done, or why not."""
    try:
        call()
    except ShituError as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True


def suggestions(kind: str | None = None) -> list[str]:
    """Organisations as "name · code" for a list to choose from."""
    found = Organisation.objects.order_by("name_pinyin")
    if kind:
        found = found.filter(kind=kind)
    rows = found.values_list("name", "uscc")[:_SUGGESTIONS_MAX]
    return [f"{name} · {code}" if code else name for name, code in rows]


def matches(text: str, *columns: str) -> Q:
    """Rows in which one of the columns contains the text."""
    condition = Q()
    for column in columns:
        condition |= Q(**{f"{column}__icontains": text})
    return condition


def whole_number(text: str | None) -> int:
    """The number in an address or a hidden field; 0, which no row has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
