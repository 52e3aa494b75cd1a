"""What the city types about the figures that other authorities publish."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DayField, YuanField


class MinimumWageForm(forms.Form):
    """A monthly minimum wage with its day and its document."""

    valid_from = DayField(label=_("Valid from"))
    amount = YuanField(label=_("Monthly amount (yuan)"), fen_min=1)
    document = forms.CharField(label=_("Document number"), max_length=100)
    article = forms.CharField(label=_("Article"), max_length=50, required=False)
