"""What an enterprise types about classes and apprentices. The rules stand in the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import PersonStatus, PostKind
from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.problems import as_problems
from apps.apprentices.requirements import Requirements
from apps.apprentices.roster.judge import FIELDS, Judge
from apps.apprentices.roster.words import OPEN_ENDED_WORD
from apps.apprentices.selectors import OpenLine
from apps.core.errors import Problem, ShituError
from apps.core.forms import DayField, MobileField

YES, NO = "yes", "no"


class OpenClassForm(forms.Form):
    """Which line, under what name, from when."""

    line = forms.TypedChoiceField(label=_("Line of an approved plan"), coerce=int)
    name = forms.CharField(
        label=_("Name of the class"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty to use occupation and level."),
    )
    starts_on = DayField(
        label=_("Training starts"),
        required=False,
        help_text=_("Leave it empty to use the plan's first day, or today when that is past."),
    )

    def __init__(self, *args: Any, lines: list[OpenLine], **options: Any) -> None:
        super().__init__(*args, **options)
        line: Any = self.fields["line"]
        line.choices = [(row.line.pk, self._words(row)) for row in lines]

    @staticmethod
    def _words(row: OpenLine) -> str:
        return _("%(plan)s · %(line)s · %(months)s months · %(free)s places free") % {
            "plan": row.line.plan.number,
            "line": row.line,
            "months": row.line.term_months,
            "free": row.free,
        }


class RegistrationTermsForm(forms.Form):
    """What is registered about somebody beside who it is; every value is judged by the service."""

    post_kind = forms.ChoiceField(label=_("Kind of post"), choices=PostKind.choices)
    contract_from = forms.CharField(label=_("Labour contract from"), max_length=40)
    contract_to = forms.CharField(label=_("Labour contract to"), max_length=40, required=False)
    open_ended = forms.BooleanField(label=_("The contract is open-ended"), required=False)
    insured_in_city = forms.ChoiceField(
        label=_("Social insurance is paid in the city"), choices=[(YES, _("Yes")), (NO, _("No"))]
    )
    person_status = forms.ChoiceField(
        label=_("Status of the person"), choices=PersonStatus.choices, initial=PersonStatus.EMPLOYEE
    )
    agreement_signed_on = forms.CharField(
        label=_("Training agreement signed on"),
        max_length=40,
        required=False,
        help_text=_("Needed before the roster is handed in."),
    )
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(
        self, *args: Any, requirements: Requirements, known: dict[str, Any] | None = None, **options: Any
    ) -> None:
        """`known` are the values that are not asked for: who it is, where that is on record."""
        super().__init__(*args, **options)
        self.requirements = requirements
        self.known = known or {}
        for name in ("contract_from", "contract_to", "agreement_signed_on"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"})

    def clean(self) -> dict[str, Any]:
        """Say everything that is wrong with the row itself at once, also where something is still empty."""
        typed = {name: str(self.data.get(self.add_prefix(name), "")) for name in FIELDS}
        if self.cleaned_data.get("open_ended"):
            typed["contract_to"] = OPEN_ENDED_WORD
        found = Judge(self.requirements).row(1, [self.known.get(name, typed[name]) for name in FIELDS])
        if isinstance(found, list):
            for problem in as_problems(found, self.requirements.article):
                if problem.field in self.errors:
                    del self.errors[problem.field]
                self.add_problem(problem)
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What was typed, under the names that the judge of rosters knows."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "open_ended"}
        if self.cleaned_data["open_ended"]:
            typed["contract_to"] = OPEN_ENDED_WORD
        return typed

    def add_problem(self, problem: Problem) -> None:
        """Put a problem beside its input, or above the form where it has none."""
        article = f" ({problem.article})" if problem.article else ""
        field = problem.field if problem.field in self.fields else None
        self.add_error(field, f"{problem.message}{article}")

    def add_refusal(self, refusal: ShituError) -> None:
        """Show what the service found beyond the row itself."""
        for problem in refusal.problems:
            self.add_problem(problem)
        if not refusal.problems:
            self.add_error(None, refusal.message)

    @staticmethod
    def initial_of(enrolment: Enrolment) -> dict[str, Any]:
        return {
            "post_kind": enrolment.post_kind,
            "contract_from": _day(enrolment.contract_from),
            "contract_to": _day(enrolment.contract_to),
            "open_ended": enrolment.contract_to is None,
            "insured_in_city": YES if enrolment.insured_in_city else NO,
            "person_status": enrolment.person_status,
            "agreement_signed_on": _day(enrolment.agreement_signed_on),
            "remark": enrolment.remark,
        }


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


class RegistrationForm(RegistrationTermsForm):
    """One apprentice by form."""

    name = forms.CharField(label=_("Full name"), max_length=60, help_text=_("As on the ID card."))
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    mobile = forms.CharField(
        label=_("Mobile number"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    field_order = ("name", "id_number", "mobile")


class RosterUploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("Roster (xlsx or csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("Up to 100,000 rows. CSV may be in UTF-8 or GB18030."),
    )


class AgreementForm(forms.Form):
    """The day of one agreement for everybody without one."""

    signed_on = DayField(label=_("Training agreement signed on"))


class ChangeForm(forms.Form):
    """A change of status with its reason and its day."""

    action = forms.CharField(max_length=20, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500})
    )
    effective_on = DayField(label=_("Effective from"))
    to_class = forms.TypedChoiceField(
        label=_("To which class"), required=False, coerce=int, empty_value=None, choices=()
    )

    def __init__(self, *args: Any, targets: list[TrainingClass] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        elsewhere = [("", _("Out of this enterprise"))]
        to_class: Any = self.fields["to_class"]
        to_class.choices = elsewhere + [(row.pk, str(row)) for row in targets or []]


class MobileForm(forms.Form):
    """The right mobile number of an apprentice, and why the recorded one is wrong."""

    mobile = MobileField(label=_("Right mobile number"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReasonForm(forms.Form):
    """Why somebody wants to see or to take off."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
