"""What the two partners type about training and its results. The rules stand in the services."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.core.clock import BEIJING
from apps.core.errors import Conflict, ShituError
from apps.core.forms import DayField
from apps.training import selectors
from apps.training.checks import modes_of
from apps.training.enums import CertificateKind, Mode, Result, SessionSide
from apps.training.services.record_result import ResultFacts
from apps.training.services.storing import SessionFacts

# The fields of a report by the names that the services give their problems.
_FIELD_OF = {"starts_at": "day", "ends_at": "ends", "attendance": "absent"}


class TimeField(forms.TimeField):
    """A time of day, as the browser's own clock sends it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        options.setdefault("input_formats", ["%H:%M", "%H:%M:%S"])
        messages = {"invalid": _("Enter the time as hours and minutes, for example 08:30.")}
        super().__init__(**options, error_messages=messages)


class SessionForm(forms.Form):
    """One session: what, by whom, when, and who was not there."""

    course: forms.ModelChoiceField = forms.ModelChoiceField(label=_("Course"), queryset=None)
    mentor: forms.ModelChoiceField = forms.ModelChoiceField(label=_("Teacher or mentor"), queryset=None)
    mode = forms.ChoiceField(label=_("Mode"))
    day = DayField(label=_("Day"))
    starts = TimeField(label=_("Starts"))
    ends = TimeField(label=_("Ends"))
    topic = forms.CharField(label=_("Topic"), max_length=200, required=False)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    absent = forms.TypedMultipleChoiceField(
        label=_("Who was absent"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody else counts as present for the whole session."),
    )

    def __init__(
        self,
        *args: Any,
        training_class: TrainingClass,
        side: SessionSide,
        people: Sequence[Enrolment],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.people = people
        fields: dict[str, Any] = self.fields
        fields["course"].queryset = selectors.courses_for(training_class, side)
        fields["mentor"].queryset = selectors.mentors_for(training_class, side)
        modes = modes_of(side)
        fields["mode"].choices = [(mode.value, mode.label) for mode in modes]
        if len(modes) == 1:
            self.fields["mode"].initial = modes[0].value
        fields["absent"].choices = [(row.pk, f"{row.person.name} {row.number}") for row in people]

    def facts(self) -> SessionFacts:
        """The report as the service takes it."""
        typed = self.cleaned_data
        absent = set(typed["absent"])
        return SessionFacts(
            course=typed["course"],
            mentor=typed["mentor"],
            mode=Mode(typed["mode"]),
            starts_at=datetime.combine(typed["day"], typed["starts"], BEIJING),
            ends_at=datetime.combine(typed["day"], typed["ends"], BEIJING),
            attendance={row.pk: None for row in self.people if row.pk not in absent},
            topic=typed["topic"],
            place=typed["place"],
        )

    def add_refusal(self, refusal: ShituError) -> None:
        """Put each problem beside its input; what belongs to none stands above the form."""
        for problem in refusal.problems:
            article = f" ({problem.article})" if problem.article else ""
            field = _FIELD_OF.get(problem.field, problem.field)
            self.add_error(field if field in self.fields else None, f"{problem.message}{article}")
        if not refusal.problems:
            self.add_error(None, refusal.message)


class TableForm(forms.Form):
    """A table to read."""

    file = forms.FileField(
        label=_("Table (xlsx or csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("Up to 2,000 rows. CSV may be in UTF-8 or GB18030."),
    )


class CommonResultForm(forms.Form):
    """What holds for every row that does not say otherwise."""

    assessed_on = DayField(label=_("Day of assessment"), required=False)
    certificate_kind = forms.ChoiceField(
        label=_("Certificate"), required=False, choices=[("", "—"), *CertificateKind.choices]
    )
    certificate_on = DayField(label=_("Certificate issued on"), required=False)


class ResultForm(CommonResultForm):
    """The result of one apprentice; without a result the row is passed over."""

    result = forms.ChoiceField(label=_("Result"), required=False, choices=[("", "—"), *Result.choices])
    certificate_number = forms.CharField(label=_("Certificate number"), max_length=64, required=False)

    field_order = ("result", "assessed_on", "certificate_kind", "certificate_number", "certificate_on")

    def __init__(self, data: Any = None, *, enrolment: Enrolment, **options: Any) -> None:
        known = getattr(enrolment, "assessment", None)
        initial = {name: getattr(known, name) for name in self.base_fields} if known else {}
        super().__init__(data, initial=initial, prefix=f"r{enrolment.pk}", **options)
        self.enrolment = enrolment
        self.refusal: ShituError | None = None
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label}, {enrolment.person.name}"
            field.widget.attrs.setdefault("autocomplete", "off")
            field.widget.attrs["id"] = f"id_r{enrolment.pk}-{name}"

    @property
    def is_locked(self) -> bool:
        """Whether a claim rests on the result, so that it stands."""
        known = getattr(self.enrolment, "assessment", None)
        return known is not None and known.locked_at is not None

    @property
    def is_open(self) -> bool:
        """Whether a result can be entered or changed."""
        return not self.is_locked and self.enrolment.state != EnrolmentState.SUSPENDED

    @property
    def shown(self) -> str:
        """What the row is shown with, for the page to send along."""
        return _mark(self.initial)

    def note_saved(self, facts: ResultFacts) -> None:
        """What the row typed is stored now."""
        self.initial = {name: getattr(facts, name) for name in self.base_fields}

    def changed_elsewhere(self) -> Conflict | None:
        """The refusal of a row that was typed over a result which is not the stored one any more."""
        if not self._says_something_new or self._seen in ("", self.shown):
            return None
        known = self.enrolment.assessment
        said = [known.get_result_display(), str(known.assessed_on), known.certificate_number]
        message = _now("Meanwhile another result was recorded here: %(result)s. Look again, then save.")
        return Conflict(message % {"result": " ".join(filter(None, said))}, code="changed_elsewhere")

    def facts(self, common: dict[str, Any]) -> ResultFacts | None:
        """The report as the service takes it; None where nothing is reported or nothing changed."""
        if not self._says_something_new:
            return None
        typed = self.cleaned_data
        number = typed["certificate_number"].strip()
        kind, issued = typed["certificate_kind"], typed["certificate_on"]
        return ResultFacts(
            result=typed["result"],
            assessed_on=typed["assessed_on"] or common["assessed_on"],
            certificate_kind=kind or (common["certificate_kind"] if number else ""),
            certificate_number=number,
            certificate_on=issued or (common["certificate_on"] if number else None),
        )

    @property
    def _seen(self) -> str:
        return str(self.data.get(f"{self.prefix}-shown", ""))

    @property
    def _says_something_new(self) -> bool:
        typed = self.cleaned_data
        if not typed["result"] or (not self.has_changed() and self.initial):
            return False
        # Left as it was shown: whatever another window or the other side recorded since stands.
        return _mark(typed) != self._seen


def _mark(values: Mapping[str, Any]) -> str:
    """A result in few characters, the same for what is stored and for what is typed."""
    text = "|".join(str(values.get(name) or "").strip() for name in ResultForm.base_fields)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class DisputeForm(forms.Form):
    """What an apprentice finds wrong."""

    text = forms.CharField(
        label=_("What is wrong"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000}),
        help_text=_("In your own words. Who recorded the hours answers, and you read the answer here."),
    )
