"""What narrows the pages of the books."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import District
from apps.casework import subjects
from apps.core.forms import DayField
from apps.ledger.exporting import FORMATS
from apps.ledger.kinds import kind_choices
from apps.ledger.models import Account, Fund

_ALL = ("", _("All"))


class PlaceFilter(forms.Form):
    """Fund and district; a district's officer has no district to choose."""

    all_optional = True
    fund = forms.ModelChoiceField(Fund.objects.all(), label=_("Fund"), required=False, empty_label=_("All"))
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("District"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, own_district: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_district = own_district
        if own_district:
            del self.fields["district"]

    def chosen(self, name: str) -> Any:
        """What was chosen under a name, as a plain value; empty where nothing, or nothing sensible, was."""
        found = self.cleaned_data.get(name) if self.is_valid() or hasattr(self, "cleaned_data") else None
        return getattr(found, "pk", found) or ""

    @property
    def place(self) -> str:
        """The district that is shown: the officer's own, the chosen one, or none for the whole city."""
        return self.own_district or self.chosen("district")


class SpanFilter(PlaceFilter):
    """The same with a first and a last day."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until (last day)"), required=False)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("The last day lies before the first."))
        return data


class JournalForm(SpanFilter):
    """The journal: also account, kind, and what a transaction is about."""

    account = forms.ModelChoiceField(
        Account.objects.all(), label=_("Ledger account"), required=False, empty_label=_("All")
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    subject_type = forms.ChoiceField(label=_("About"), required=False)
    subject_id = forms.IntegerField(label=_("Its number"), required=False, min_value=1, max_value=2**62)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [_ALL, *kind_choices()]
        about: Any = self.fields["subject_type"]
        about.choices = [_ALL, *((row.label, row.name) for row in subjects.all_subjects())]

    field_order = ["since", "until", "account", "fund", "district", "kind", "subject_type", "subject_id"]


class DayFilter(PlaceFilter):
    """The trial balance: at the end of a day."""

    on = DayField(label=_("At the end of"), required=False)
    by_district = forms.BooleanField(label=_("A row for each district"), required=False)
    field_order = ["on", "fund", "district", "by_district"]


class ExportForm(forms.Form):
    """The books for another program."""

    format = forms.ChoiceField(label=_("Program"), choices=[(code, code) for code in FORMATS])
    until = DayField(label=_("Until (last day)"), required=False)
