"""What an enterprise types into its training plan. Business rules stand in the services and checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.catalogue.models import Level, Occupation
from apps.core.errors import InvalidInput
from apps.core.forms import DayField, IdNumberField, NameField, UsccField, YuanField
from apps.institutions.models import Institution
from apps.plans.content import PlanFacts, trainable_levels
from apps.plans.enums import LessonKind, MentorSide, Place, PlanDocumentKind, Qualification, TextbookKind
from apps.plans.inputs import Basics, CourseRow, LineRow, MentorRow, Row, TextbookRow
from apps.plans.models import Plan
from apps.plans.services.editing import ROWS_MAX
from apps.policy.enums import TitleGrade

Choices = list[tuple[Any, Any]]
PREFIX = "rows"


CHOOSE = _("— choose —")


@dataclass(frozen=True)
class Options:
    """What the rows of a step may choose from, read once for all of them."""

    occupations: Choices
    plan_occupations: Choices
    levels: Choices
    trainable: Mapping[str, int | None]
    lines: Choices

    @classmethod
    def of(cls, facts: PlanFacts) -> "Options":
        named = {each.line.occupation_id: str(each.line.occupation) for each in facts.lines}
        for person in facts.mentors:
            if person.occupation is not None:
                named.setdefault(person.occupation.pk, str(person.occupation))
        return cls(
            occupations=occupation_choices(facts),
            plan_occupations=list(named.items()),
            levels=[(row.pk, str(row)) for row in Level.objects.all()],
            trainable=trainable_levels(facts.document, facts.on),
            lines=[(each.line.row_key, str(each.line)) for each in facts.lines],
        )


def occupation_choices(facts: PlanFacts) -> Choices:
    """Occupations, those that the institution's licence covers first."""
    licensed = {occupation for occupation, _level in facts.licensed}
    covered: Choices = []
    others: Choices = []
    for row in Occupation.objects.all():
        (covered if row.pk in licensed else others).append((row.pk, f"{row} {row.pk}"))
    if not covered:
        return others
    return [
        (_now("Covered by the institution's licence"), covered),
        (_now("Not covered by the institution's licence"), others),
    ]


def _blank(label: Any) -> tuple[str, Any]:
    return ("", label)


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a field what it may choose from."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


class BasicsForm(forms.Form):
    """The first step. What may be left open now is asked for when the plan is handed in."""

    all_optional = True

    title = forms.CharField(label=_("Title"), max_length=200)
    institution_id = forms.TypedChoiceField(
        label=_("Training institution"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Institutions of the directory. It countersigns the plan before the district sees it."),
    )
    starts_on = DayField(label=_("Training starts"), required=False)
    ends_on = DayField(
        label=_("Training ends"),
        required=False,
        help_text=_("Not before the longest term of the plan is over."),
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Contact's telephone"), max_length=20, required=False)
    monthly_wage_fen = YuanField(
        label=_("Lowest monthly wage while training (yuan)"),
        required=False,
        help_text=_("Wages while training are not below the city's minimum."),
    )
    includes_dispatched = forms.BooleanField(label=_("Dispatched workers take part"), required=False)
    entrusted_to = UsccField(
        label=_("Training entrusted to (unified social credit code)"),
        required=False,
        help_text=_(
            "Only where another enterprise trains for yours by agreement; its agreement is uploaded then."
        ),
    )

    def __init__(self, plan: Plan, *args: Any, on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "institution_id", institution_choices(plan, on))

    def to_input(self, entrusted_to_id: int | None, plan: Plan) -> Basics:
        """What the service takes; where a field is wrong, what the plan says already."""
        values = {
            name: getattr(plan, name) if name in self.errors else self.cleaned_data[name]
            for name in self.fields
            if name != "entrusted_to"
        }
        return Basics(**values, entrusted_to_id=entrusted_to_id)

    @staticmethod
    def initial_of(plan: Plan) -> dict[str, Any]:
        """What the plan says already."""
        return {
            "title": plan.title,
            "institution_id": plan.institution_id,
            "starts_on": plan.starts_on,
            "ends_on": plan.ends_on,
            "contact_name": plan.contact_name,
            "contact_phone": plan.contact_phone,
            "monthly_wage_fen": plan.monthly_wage_fen,
            "includes_dispatched": plan.includes_dispatched,
            "entrusted_to": plan.entrusted_to.organisation.uscc if plan.entrusted_to else "",
        }


def institution_choices(plan: Plan, on: date) -> Choices:
    """The directory by district, the plan's own district first, and what is chosen already."""
    listed = Institution.objects.listed(on) | Institution.objects.filter(pk=plan.institution_id)
    groups: dict[str, Choices] = {}
    rows = listed.select_related("organisation__district").order_by("organisation__name_pinyin")
    for row in sorted(rows, key=lambda row: row.organisation.district_id != plan.district_id):
        label = f"{row.organisation.name} · {row.get_kind_display()}"
        group = row.organisation.district.label if row.organisation.district else ""
        groups.setdefault(group, []).append((row.pk, label))
    return [_blank(CHOOSE), *groups.items()]


class KeyField(forms.CharField):
    """The name of a row; a row in which nothing else stands counts as empty."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:  # noqa: ARG002 - Django's signature
        return False


class RowForm(forms.Form):
    """One row of a list; its key is its name before and after it is stored."""

    row_key = KeyField(required=False, max_length=16)

    def __init__(self, *args: Any, options: Options, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.offer(options)

    def offer(self, options: Options) -> None:
        """Fill in what the fields may choose from."""

    def to_input(self) -> Row:
        """What the service takes."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Put the reader into the first field."""
        first = next(name for name in self.fields if name != "row_key")
        self.fields[first].widget.attrs["autofocus"] = True

    @property
    def key(self) -> str:
        return str(self["row_key"].value() or "")


class LineForm(RowForm):
    occupation = forms.ChoiceField(label=_("Occupation"))
    level = forms.ChoiceField(label=_("Level"))
    headcount = forms.IntegerField(
        label=_("Headcount"), min_value=1, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    term_months = forms.IntegerField(
        label=_("Term (months)"),
        min_value=1,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    term_reason = forms.CharField(label=_("Why the term differs"), max_length=300, required=False)

    def offer(self, options: Options) -> None:
        self._trainable = options.trainable
        offer(self, "occupation", [_blank(CHOOSE), *options.occupations])
        levels = [(code, label) for code, label in options.levels if code in options.trainable]
        offer(self, "level", [_blank(CHOOSE), *levels])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("level") and "term_months" in values and values["term_months"] is None:
            # Left open, the term is the one that the document sets for the level.
            values["term_months"] = self._trainable.get(values["level"])
        return values

    def to_input(self) -> LineRow:
        return LineRow(**self.cleaned_data)


class CourseForm(RowForm):
    name = forms.CharField(label=_("Course"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=[_blank(CHOOSE), *LessonKind.choices])
    place = forms.ChoiceField(label=_("Given by"), choices=[_blank(CHOOSE), *Place.choices])
    hours = forms.IntegerField(
        label=_("Class hours"), min_value=1, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    line_key = forms.ChoiceField(label=_("For which occupation"), required=False)

    def offer(self, options: Options) -> None:
        offer(self, "line_key", [_blank(_("All apprentices")), *options.lines])

    def to_input(self) -> CourseRow:
        return CourseRow(**self.cleaned_data)


class MentorForm(RowForm):
    all_optional = True
    side = forms.ChoiceField(label=_("Side"), choices=[_blank(CHOOSE), *MentorSide.choices])
    name = NameField(label=_("Full name"))
    occupation = forms.ChoiceField(label=_("Occupation"), required=False)
    qualification = forms.ChoiceField(
        label=_("Qualifies by"), choices=[_blank(CHOOSE), *Qualification.choices]
    )
    years = forms.IntegerField(
        label=_("Years"),
        min_value=0,
        max_value=60,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    certificate_level = forms.ChoiceField(label=_("Level of the certificate"), required=False)
    title_grade = forms.ChoiceField(
        label=_("Grade of the title"),
        required=False,
        choices=[_blank(CHOOSE), *TitleGrade.choices],
    )
    certificate_no = forms.CharField(label=_("Certificate or title number"), max_length=60, required=False)
    id_number = IdNumberField(
        label=_("ID number"),
        required=False,
        help_text=_("Only a keyed hash is kept: it shows hours that overlap with another class."),
    )
    fit_and_of_good_conduct = forms.BooleanField(label=_("Fit and of good conduct"), required=False)

    def offer(self, options: Options) -> None:
        everything = _blank(_("All occupations of the plan"))
        offer(self, "occupation", [everything, *options.plan_occupations])
        offer(self, "certificate_level", [_blank(CHOOSE), *options.levels])

    def to_input(self) -> MentorRow:
        values = dict(self.cleaned_data)
        identity = values.pop("id_number")
        return MentorRow(**values, id_number=identity.number if identity else "")


class TextbookForm(RowForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    publisher = forms.CharField(label=_("Publisher"), max_length=120, required=False)
    isbn = forms.CharField(label="ISBN", max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[_blank(CHOOSE), *TextbookKind.choices])

    def to_input(self) -> TextbookRow:
        return TextbookRow(**self.cleaned_data)


class DocumentForm(forms.Form):
    """One file with what it is."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PlanDocumentKind.choices)
    file = forms.FileField(
        label=_("File (PDF, JPG or PNG)"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Choose the file.")},
    )


class RowSet(BaseFormSet):
    """The rows of a step. Whole rows are stored, half-typed ones stay on the page with what is wrong.

    Rows that were left empty count for nothing.
    """

    def good(self) -> list[RowForm]:
        """Rows that can be stored."""
        return [form for form in self.forms if form.has_changed() and form.is_valid()]

    def by_key(self) -> dict[str, RowForm]:
        """The rows by the name of each, in their order."""
        return {form.key: form for form in self.forms}

    def bad(self) -> list[tuple[int, RowForm]]:
        """Half-typed rows with their place on the page, counted from one."""
        return [(number, form) for number, form in enumerate(self.forms, start=1) if not form.is_valid()]


def rows_of(form: type[RowForm], options: Options, rows: Sequence[Mapping[str, Any]]) -> RowSet:
    """The rows as they are stored."""
    return _set_of(form)(initial=list(rows), prefix=PREFIX, form_kwargs={"options": options})


def rows_posted(form: type[RowForm], options: Options, data: QueryDict) -> RowSet:
    """The rows of a posted form. Raises `InvalidInput` for a form that was not ours."""
    posted = _set_of(form)(data, prefix=PREFIX, form_kwargs={"options": options})
    if not posted.management_form.is_valid():
        raise InvalidInput(_now("The form was not sent whole. Reload the page and try again."))
    return posted


def with_row_added(data: QueryDict, key: str) -> QueryDict:
    """The posted form with one empty row more."""
    changed, many = data.copy(), _count(data)
    changed[f"{PREFIX}-TOTAL_FORMS"] = str(many + 1)
    changed[f"{PREFIX}-{many}-row_key"] = key
    return changed


def with_row_removed(data: QueryDict, gone: int) -> QueryDict:
    """The posted form without one of its rows (counted from zero); later ones move up."""
    changed, many = data.copy(), _count(data)
    if gone >= many:
        return changed
    for name in list(changed):
        if name.startswith(f"{PREFIX}-") and not name.endswith("_FORMS"):
            del changed[name]
    for name, values in data.lists():
        parts = name.split("-", maxsplit=2)
        if len(parts) != 3 or parts[0] != PREFIX or not parts[1].isdecimal() or int(parts[1]) == gone:
            continue
        number = int(parts[1])
        changed.setlist(f"{PREFIX}-{number - (number > gone)}-{parts[2]}", values)
    changed[f"{PREFIX}-TOTAL_FORMS"] = str(many - 1)
    return changed


def _count(data: QueryDict) -> int:
    text = data.get(f"{PREFIX}-TOTAL_FORMS", "0")
    return min(int(text), ROWS_MAX) if text.isdecimal() and text.isascii() else 0


def _set_of(form: type[RowForm]) -> type[RowSet]:
    made = forms.formset_factory(form, formset=RowSet, extra=0, max_num=ROWS_MAX, absolute_max=ROWS_MAX)
    return cast("type[RowSet]", made)
