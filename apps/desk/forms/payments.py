"""What finance types: bank data of a payment or a receipt."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DayField, YuanField


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
