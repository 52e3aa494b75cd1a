"""What somebody types who objects to a published line; the public page and the office ask the same."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.models.objection import REASON_MAX
from apps.claims.services.raise_objection import CONTACT_MAX, NAME_MAX, Objector
from apps.core.files import endings_of
from apps.core.forms import DayField

FILES = ("pdf", "jpg", "png")


class ObjectionForm(forms.Form):
    """Who objects, how they are reached, why, and what shows it."""

    name = forms.CharField(
        label=_("Full name"), max_length=NAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact = forms.CharField(
        label=_("Telephone number or address"),
        help_text=_("Kept sealed. The examining office alone can open it, and each look is logged."),
        max_length=CONTACT_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("What is not right, and how do you know?"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    file = forms.FileField(
        label=_("What shows it (PDF or picture)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": endings_of(FILES)}),
    )

    @property
    def objector(self) -> Objector:
        """Who objects; only after `is_valid`."""
        return Objector(self.cleaned_data["name"], self.cleaned_data["contact"])


class TakenDownForm(ObjectionForm):
    """The same, as an officer writes it down."""

    received_on = DayField(label=_("Came in on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["received_on"])
