"""A field for days and amounts, one pair a line: `2026-12-20 1000.00`."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.folding import fold_width
from apps.core.money import parse_yuan

LINES_MAX = 400


class ScheduleField(forms.CharField):
    """Cleans to a list of (day, fen) in the order in which they were written."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40 * LINES_MAX, **options)

    def clean(self, value: Any) -> Any:
        """Raises ValidationError that names the line and what to write there."""
        text = fold_width(super().clean(value) or "")
        lines = [line.split() for line in text.splitlines() if line.strip()]
        return [_pair(number, words) for number, words in enumerate(lines, start=1)]


def _pair(number: int, words: list[str]) -> tuple[date, int]:
    try:
        day, amount = words
        return date.fromisoformat(day), parse_yuan(amount)
    except (ValueError, InvalidInput):
        message = _("Line %(number)s: write a day and an amount in yuan, such as 2026-12-20 1000.00.")
        raise ValidationError(message % {"number": number}, code="schedule") from None
