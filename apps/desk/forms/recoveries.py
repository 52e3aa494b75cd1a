"""What officials type about recoveries: what narrows the list, a write-off, instalments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import District
from apps.core.forms import YuanField
from apps.payouts.ageing import Bucket
from apps.payouts.enums import RecoveryState

_ALL = ("", _("All"))


class RecoveryFilter(forms.Form):
    """The list of recoveries: by state, age, district, and a piece of number or name."""

    all_optional = True
    state = forms.ChoiceField(label=_("State"), required=False)
    age = forms.ChoiceField(label=_("Age"), required=False)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("District"), required=False, empty_label=_("All")
    )
    text = forms.CharField(label=_("Number or enterprise"), required=False, max_length=80)

    def __init__(self, *args: Any, ages: list[Bucket], own_district: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state: Any = self.fields["state"]
        state.choices = [_ALL, *RecoveryState.choices]
        age: Any = self.fields["age"]
        age.choices = [_ALL, *((row.key, row.label) for row in ages)]
        if own_district:
            del self.fields["district"]


class WriteOffForm(forms.Form):
    """What is to be given up, why, and the paper."""

    amount = YuanField(label=_("Amount (yuan)"), fen_min=1)
    document = forms.CharField(label=_("Number of the document"), max_length=200)
    reason = forms.CharField(
        label=_("Why nothing can be got"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(label=_("The document (PDF or picture)"))
