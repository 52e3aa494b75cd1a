"""What narrows the differences, and what finance types into a correction."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import District
from apps.core.forms import YuanField
from apps.core.money import yuan
from apps.desk.forms.ledger import PlaceFilter
from apps.ledger.kinds import kind_label
from apps.ledger.models import Fund
from apps.payouts.models import Recovery
from apps.reconciliation.checks import FUNDED
from apps.reconciliation.enums import BreakKind, BreakState, CorrectionKind
from apps.reconciliation.models import Break
from apps.reconciliation.selectors import items_for, postings_for
from apps.reconciliation.services.correct import Wanted

_ALL = ("", _("All"))
ORDERS = {
    "oldest": ("day", "id"),
    "newest": ("-day", "-id"),
    "largest": ("-size_fen", "-id"),
}


class BreakFilter(PlaceFilter):
    """The list of differences."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("standing", pgettext_lazy("difference", "Standing")),
            *BreakState.choices,
            ("all", _("All")),
        ],
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[_ALL, *BreakKind.choices], required=False)
    whose = forms.ChoiceField(
        label=_("Owner"),
        choices=[
            _ALL,
            ("mine", _("Taken by me")),
            ("nobody", _("Taken by nobody")),
            ("role", _("My role's")),
        ],
        required=False,
    )
    order = forms.ChoiceField(
        label=_("Sorted by"),
        choices=[
            ("oldest", _("Oldest first")),
            ("newest", _("Newest first")),
            ("largest", _("Largest first")),
        ],
        required=False,
    )
    field_order = ["state", "kind", "whose", "fund", "district", "order"]


class UndoForm(forms.Form):
    """What explains that a movement was matched wrongly."""

    document = forms.CharField(label=_("Number or name of the document"), max_length=200)
    explanation = forms.CharField(
        label=_("What happened"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(label=_("The document (PDF or picture)"))

    def wanted(self, kind: str) -> Wanted:
        """The correction in plain values."""
        data = self.cleaned_data
        return Wanted(kind=kind, document=data["document"], explanation=data["explanation"])


class CorrectionForm(forms.Form):
    """A correction of one kind; only the fields that the kind needs."""

    fund = forms.ModelChoiceField(
        label=_("Fund that the money belongs to"), queryset=Fund.objects.all(), empty_label=None
    )
    amount = YuanField(
        label=_("Amount (yuan)"),
        fen_min=1,
        help_text=_(
            "Where money of several funds lies on the account, the part of this fund. The rest stays a"
            " difference and is booked for another fund."
        ),
    )
    district = forms.ModelChoiceField(
        label=_("District in which it is booked"), queryset=District.objects.order_by("position")
    )
    transaction = forms.TypedChoiceField(label=_("Posting that this movement is"), coerce=int)
    item = forms.TypedChoiceField(label=_("Money in suspense that it pays back"), coerce=int)
    recovery = forms.CharField(
        label=_("Number of the recovery notice"),
        max_length=40,
        required=False,
        help_text=_("The money is received for this notice. Left empty, the movement is open again."),
    )
    document = forms.CharField(label=_("Number or name of the document"), max_length=200)
    explanation = forms.CharField(
        label=_("What happened"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(label=_("The document (PDF or picture)"))

    def __init__(self, difference: Break, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        wanted = {
            "fund": kind in FUNDED,
            "amount": kind == CorrectionKind.OPENING,
            "district": difference.district_id is None,
            "transaction": kind == CorrectionKind.POSTING,
            "item": kind == CorrectionKind.PAY_BACK,
            "recovery": kind == CorrectionKind.CLEAR and bool(difference.amount_fen > 0),
        }
        for name, needed in wanted.items():
            if not needed:
                del self.fields[name]
        if wanted["fund"] and difference.fund_id:
            self.fields["fund"].initial = difference.fund_id
        if wanted["amount"]:
            self.fields["amount"].initial = abs(difference.amount_fen)
        if wanted["transaction"]:
            field: Any = self.fields["transaction"]
            field.choices = [
                (row.pk, f"{row.on} {kind_label(row.kind)} {row.memo} #{row.pk}")
                for row in postings_for(difference)
            ]
        if wanted["item"]:
            field = self.fields["item"]
            field.choices = [
                (row.pk, f"{row.number} {yuan(row.amount_fen)} {row.explanation}")
                for row in items_for(difference)
            ]

    @property
    def nothing_to_choose(self) -> bool:
        """Whether there is no posting, or no money in suspense, that would fit."""
        fields: list[Any] = [self.fields[name] for name in ("transaction", "item") if name in self.fields]
        return any(not field.choices for field in fields)

    def clean_recovery(self) -> Recovery | None:
        """The notice by its number."""
        number = self.cleaned_data["recovery"].strip()
        if not number:
            return None
        found = Recovery.objects.filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no recovery notice with this number."))
        return found

    def wanted(self) -> Wanted:
        """The correction in plain values."""
        data = self.cleaned_data
        keys = {name: getattr(data.get(name), "pk", None) for name in ("fund", "district", "recovery")}
        return Wanted(
            kind=self.kind,
            document=data["document"],
            explanation=data["explanation"],
            fund=keys["fund"] or "",
            district=keys["district"] or "",
            recovery=keys["recovery"],
            transaction=data.get("transaction"),
            item=data.get("item"),
            amount_fen=data.get("amount"),
        )
