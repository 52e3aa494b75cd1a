"""What officers enter about enterprises and institutions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import District
from apps.catalogue.models import Level, Occupation
from apps.core.forms import DayField
from apps.enterprises.enums import Standing as EnterpriseStanding
from apps.institutions.enums import Grade
from apps.institutions.enums import Standing as InstitutionStanding

_ALL = [("", _("All"))]


class RegisterFilter(forms.Form):
    """What narrows the registers; `standings` are those of enterprises or of institutions."""

    all_optional = True
    q = forms.CharField(
        label=_("Name or credit code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    standing = forms.ChoiceField(label=_("Standing"), required=False)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("District"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, of: str, whole_city: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standings = EnterpriseStanding if of == "enterprises" else InstitutionStanding
        self.fields["standing"].choices = [*_ALL, *standings.choices]  # type: ignore[attr-defined]
        if not whole_city:
            del self.fields["district"]


class StandingForm(forms.Form):
    """A suspension, a removal or the end of one, with its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
    until = DayField(
        label=_("Until (last day)"), required=False, help_text=_("Leave it empty until it is lifted by hand.")
    )


class DirectoryForm(StandingForm):
    """The same for an institution, whose training stops or goes on from a day."""

    since = DayField(
        label=_("From (first day)"),
        required=False,
        help_text=_("Empty means today. An earlier day concerns lessons that were recorded already."),
    )
    field_order = ("reason", "since", "until")


class ReasonForm(forms.Form):
    """Why a number is looked at or an account is turned down."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class ScopeForm(forms.Form):
    """An occupation and a level that the licence covers."""

    occupation = forms.ModelChoiceField(Occupation.objects.all(), label=_("Occupation"))
    level = forms.ModelChoiceField(Level.objects.all(), label=_("Level"))
    valid_from = DayField(label=_("Valid from"))
    valid_to = DayField(label=_("Valid to"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occupation"].label_from_instance = lambda found: f"{found.pk} {found}"  # type: ignore[attr-defined]


class EvaluationForm(forms.Form):
    """The yearly evaluation."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    grade = forms.ChoiceField(label=_("Grade"), choices=[choice for choice in Grade.choices if choice[0]])
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
