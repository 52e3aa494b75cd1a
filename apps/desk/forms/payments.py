"""What finance types: bank data of a payment or a receipt, an appropriation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import District
from apps.core.forms import DayField, YuanField
from apps.ledger.models import Fund


class PaymentForm(forms.Form):
    """The bank paid an order."""

    paid_on = DayField(label=_("Paid on"))
    bank_serial = forms.CharField(label=_("Bank's serial number"), max_length=64)


class FailureForm(forms.Form):
    """The bank refused an order."""

    reason = forms.CharField(label=_("The bank's reason"), max_length=300)


class ReceiptForm(forms.Form):
    """Money came in for a recovery notice."""

    amount = YuanField(label=_("Amount (yuan)"), fen_min=1)
    received_on = DayField(label=_("Received on"))
    bank_serial = forms.CharField(label=_("Bank's serial number"), max_length=64)
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)


class AppropriationForm(forms.Form):
    """Money is made available for a fund, a district and a year."""

    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.order_by("code"))
    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.order_by("position"))
    year = forms.IntegerField(label=_("Year"), min_value=2019, max_value=2100)
    amount = YuanField(label=_("Amount (yuan)"), fen_min=1)
    document = forms.CharField(label=_("Document"), max_length=200)
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, district_code: str | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if district_code:
            district: Any = self.fields["district"]
            district.queryset = District.objects.filter(pk=district_code)
            district.initial = district_code
