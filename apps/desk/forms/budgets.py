"""What finance types to enter, move or cut a budget, and what narrows the lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import District
from apps.core.forms import YuanField
from apps.desk.forms.ledger import PlaceFilter
from apps.ledger.models import Fund
from apps.payouts.enums import BudgetChange
from apps.payouts.services.request_budget import Wanted

YEAR_MIN, YEAR_MAX = 2019, 2100


class BudgetFilter(PlaceFilter):
    """The list of budgets: also by year."""

    year = forms.IntegerField(label=_("Year"), required=False, min_value=YEAR_MIN, max_value=YEAR_MAX)


class BudgetRequestForm(forms.Form):
    """A change of a budget by a document; the second group belongs to a move."""

    kind = forms.ChoiceField(label=_("Kind of change"), choices=BudgetChange.choices)
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.all())
    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.order_by("position"))
    year = forms.IntegerField(label=_("Year"), min_value=YEAR_MIN, max_value=YEAR_MAX)
    amount = YuanField(label=_("Amount (yuan)"), fen_min=1)
    to_fund = forms.ModelChoiceField(
        label=_("To fund"),
        queryset=Fund.objects.all(),
        required=False,
        help_text=_("For a move. What is left empty stays as above."),
    )
    to_district = forms.ModelChoiceField(
        label=_("To district"), queryset=District.objects.order_by("position"), required=False
    )
    to_year = forms.IntegerField(label=_("To year"), min_value=YEAR_MIN, max_value=YEAR_MAX, required=False)
    document = forms.CharField(label=_("Number of the document"), max_length=200)
    file = forms.FileField(label=_("The document (PDF or picture)"))

    def __init__(self, district_code: str | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if district_code:
            district: Any = self.fields["district"]
            district.queryset = District.objects.filter(pk=district_code)
            district.initial = district_code
            del self.fields["to_district"]

    def wanted(self) -> Wanted:
        """The request in plain values."""
        data = self.cleaned_data
        moves = data["kind"] == BudgetChange.MOVE
        to_fund, to_district = data.get("to_fund"), data.get("to_district")
        return Wanted(
            kind=data["kind"],
            fund=data["fund"].pk,
            district=data["district"].pk,
            year=data["year"],
            amount_fen=data["amount"],
            document=data["document"],
            to_fund=to_fund.pk if moves and to_fund else "",
            to_district=to_district.pk if moves and to_district else "",
            to_year=data.get("to_year") if moves else None,
        )
