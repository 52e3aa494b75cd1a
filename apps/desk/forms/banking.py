"""What finance types about batches, bank files and accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models import District
from apps.banking.enums import EntryState
from apps.banking.formats.profiles import all_profiles
from apps.banking.models import PayingAccount
from apps.core.forms import BankAccountField, DayField, YuanField
from apps.ledger.models import Fund


def _districts(actor: Actor) -> Any:
    rows = District.objects.order_by("position")
    return rows.filter(pk=actor.district_code) if actor.district_code else rows


class ChoiceOfOrders(forms.Form):
    """From which account, for which district, and which released orders to look at."""

    account = forms.ModelChoiceField(label=_("Paid from"), queryset=PayingAccount.objects.none())
    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.none())
    text = forms.CharField(label=_("Order or payee"), max_length=60, required=False)
    least = YuanField(label=_("From (yuan)"), required=False)
    most = YuanField(label=_("To (yuan)"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        account.queryset = PayingAccount.objects.visible_to(actor).in_use().order_by("id")
        district: Any = self.fields["district"]
        district.queryset = _districts(actor)


class BatchForm(forms.Form):
    """The day on which the bank shall pay."""

    pay_on = DayField(label=_("To be paid on"))


class BankFileForm(forms.Form):
    """A file of the bank."""

    file = forms.FileField(label=_("File of the bank"))


class StatementForm(BankFileForm):
    """A statement and the account that it is of."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=PayingAccount.objects.none())
    field_order = ("account", "file")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        account.queryset = PayingAccount.objects.visible_to(actor).order_by("id")
        known = list(account.queryset[:2])
        if len(known) == 1:
            account.initial = known[0]


class PayingAccountForm(forms.Form):
    """An account that payments come from."""

    profile_key = forms.ChoiceField(label=_("Forms of the bank"))
    account_name = forms.CharField(label=_("Account holder"), max_length=120)
    account_number = BankAccountField(label=_("Account number"))
    bank_name = forms.CharField(label=_("Bank and branch"), max_length=120)
    bank_code = forms.CharField(label=_("Bank code (12 digits)"), max_length=12, required=False)
    district = forms.ModelChoiceField(
        label=_("District"),
        queryset=District.objects.none(),
        required=False,
        help_text=_("Leave it empty for an account of the city."),
    )
    fund = forms.ModelChoiceField(
        label=_("Fund"),
        queryset=Fund.objects.order_by("code"),
        required=False,
        help_text=_("Leave it empty for an account from which every fund pays."),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forms_of_banks: Any = self.fields["profile_key"]
        forms_of_banks.choices = [(bank.key, bank.name) for bank in all_profiles()]
        district: Any = self.fields["district"]
        district.queryset = _districts(actor)
        if actor.district_code:
            district.required, district.initial, district.help_text = True, actor.district_code, ""


class MatchForm(forms.Form):
    """The notice for which money came in."""

    number = forms.CharField(label=_("Number of the recovery notice"), max_length=40)


class WrittenAnswerForm(forms.Form):
    """What a letter of the bank says of one payment, and the letter."""

    outcome = forms.ChoiceField(
        label=_("What the letter says"),
        choices=[(EntryState.PAID, _("The bank paid")), (EntryState.FAILED, _("The bank did not pay"))],
        widget=forms.RadioSelect,
    )
    paid_on = DayField(label=_("Paid on"), required=False, help_text=_("Only where the bank paid."))
    bank_serial = forms.CharField(
        label=_("Bank's serial number"),
        max_length=64,
        required=False,
        help_text=_("Only where the bank paid: the number that its statement shows."),
    )
    reason = forms.CharField(
        label=_("The bank's reason"),
        max_length=300,
        required=False,
        help_text=_("Only where the bank did not pay."),
    )
    document = forms.CharField(label=_("Number or day of the letter"), max_length=200)
    file = forms.FileField(label=_("The letter (PDF or picture)"))
