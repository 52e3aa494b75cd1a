"""How forms look and what the fields of this domain take."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import DjangoTemplates
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import identifiers
from apps.core import money as fen
from apps.core.errors import InvalidInput


class ShituFormRenderer(DjangoTemplates):
    """Forms from `templates/forms/`: label, help text, input and error, tied together for screen readers.

    Templates of the project come first; Django's own widgets stand behind them.
    """

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"

    def get_template(self, template_name: str) -> Any:
        try:
            return get_template(template_name)
        except TemplateDoesNotExist:
            return super().get_template(template_name)

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Draw a form or a widget; where nothing was chosen yet, people read a word instead of dashes."""
        for _group, options, _index in context.get("widget", {}).get("optgroups", ()):
            for option in options:
                if option["label"] == BLANK_CHOICE_DASH[0][1]:
                    option["label"] = gettext("Choose")
        return super().render(template_name, context, request)


class DayInput(forms.DateInput):
    """The browser's own calendar; always sends and shows 2023-03-01."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, date):
            return value.isoformat()
        return super().format_value(value)


class DayField(forms.DateField):
    """A calendar day."""

    widget = DayInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"])
        messages = {"invalid": _("Enter the day as year-month-day, for example 2023-03-01.")}
        options["error_messages"] = messages | options.get("error_messages", {})
        super().__init__(**options)


class _ParsedField(forms.CharField):
    """A text field whose value a function reads; its refusal becomes the field's error, the text is kept."""

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            return self.parse(text)
        except InvalidInput as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from refusal


class YuanField(_ParsedField):
    """An amount typed in yuan; its value is in fen."""

    def __init__(self, *, fen_min: int | None = 0, **options: Any) -> None:
        self.fen_min = fen_min
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def parse(self, text: str) -> int:
        amount_fen = fen.parse_yuan(text)
        if self.fen_min is not None and amount_fen < self.fen_min:
            raise ValidationError(
                _("Enter an amount of at least %(least)s yuan.") % {"least": fen.yuan(self.fen_min)},
                code="amount_too_small",
            )
        return amount_fen

    def prepare_value(self, value: Any) -> Any:
        return fen.yuan(value) if isinstance(value, int) else value


class IdNumberField(_ParsedField):
    """An ID number of 18 places; its value is an `IdNumber`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(**options)

    def parse(self, text: str) -> identifiers.IdNumber:
        return identifiers.parse_id_number(text)

    def prepare_value(self, value: Any) -> Any:
        return value.number if isinstance(value, identifiers.IdNumber) else value


class UsccField(_ParsedField):
    """A unified social credit code."""

    def parse(self, text: str) -> str:
        return identifiers.parse_uscc(text)


class BankAccountField(_ParsedField):
    """A bank account's number."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**options)

    def parse(self, text: str) -> str:
        return identifiers.parse_bank_account(text)


class MobileField(_ParsedField):
    """A mobile number of the mainland."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(**options)

    def parse(self, text: str) -> str:
        return identifiers.parse_mobile(text)


class NameField(_ParsedField):
    """A person's name."""

    def parse(self, text: str) -> str:
        return identifiers.parse_name(text)
