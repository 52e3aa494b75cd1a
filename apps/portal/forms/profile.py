"""What an enterprise or an institution keeps up about itself, and its bank account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.catalogue.models import Industry
from apps.core.forms import BankAccountField
from apps.enterprises.enums import Size


class EnterpriseForm(forms.Form):
    """The enterprise's own part of its record."""

    industry_code = forms.ChoiceField(label=_("Industry"))
    size = forms.ChoiceField(label=_("Size"), choices=Size.choices)
    employees = forms.IntegerField(
        label=_("Number of employees"), min_value=0, max_value=10_000_000, required=False
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    legal_representative = forms.CharField(label=_("Legal representative"), max_length=50, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=50, required=False)
    contact_phone = forms.CharField(
        label=_("Contact telephone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        industries = [(industry.code, f"{industry.code} {industry}") for industry in Industry.objects.all()]
        present = self.initial.get("industry_code")
        if present and present not in dict(industries):
            industries.insert(0, (present, present))
        self.fields["industry_code"].choices = industries  # type: ignore[attr-defined]


class InstitutionForm(forms.Form):
    """The institution's own part of its record."""

    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    premises = forms.CharField(
        label=_("Premises and equipment"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    legal_representative = forms.CharField(label=_("Legal representative"), max_length=50, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=50, required=False)
    contact_phone = forms.CharField(
        label=_("Contact telephone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )


class BankAccountForm(forms.Form):
    """A bank account in the name of the organisation."""

    account_number = BankAccountField(label=_("Account number"))
    bank_name = forms.CharField(label=_("Bank and branch"), max_length=120)
    bank_code = forms.RegexField(
        r"^[0-9]{12}$",
        label=_("Bank code (12 digits)"),
        required=False,
        error_messages={"invalid": _("A bank code has 12 digits; leave it empty if you do not know it.")},
    )


class ReasonForm(forms.Form):
    """Why a number is looked at or an account is taken out of use."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
