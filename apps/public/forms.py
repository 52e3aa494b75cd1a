"""Forms of the public pages."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DayField
from apps.policy.apprenticeship import Facts
from apps.policy.enums import Result
from apps.policy.rules import Rules
from apps.policy.tables import Table

MONTHS_MAX = 120
# How the training may have ended, and what that means for a quote: (result, certificate).
OUTCOMES: dict[str, tuple[str | None, bool | None]] = {
    "open": (None, None),
    "certificate": (Result.PASSED, True),
    "passed": (Result.PASSED, False),
    "failed": (Result.FAILED, None),
    "withdrawn": (Result.WITHDRAWN, None),
}


def facts_named(rules: Rules) -> set[str]:
    """The facts that some table of the document depends on, on any day."""
    values = [value for parameter in rules.parameters.values() for _day, value in parameter.values]
    tables = [value for value in values if isinstance(value, Table)]
    return {name for table in tables for row in table.rows for name, _condition in row.when}


class CalculatorForm(forms.Form):
    """The facts of one apprentice that an amount depends on, under one document."""

    all_optional = True

    document = forms.ChoiceField(label=_("Document"))
    on = DayField(label=_("Day on which the enrolment record is set up"))
    occupation_kind = forms.ChoiceField(label=_("Kind of occupation"))
    in_evaluation_scope = forms.ChoiceField(
        label=_("Within the city's evaluation scope"), choices=[("yes", _("Yes")), ("no", _("No"))]
    )
    level = forms.ChoiceField(label=_("Level"))
    months = forms.IntegerField(label=_("Term in months"), min_value=1, max_value=MONTHS_MAX)
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        choices=[
            ("open", _("Not over yet")),
            ("certificate", _("Passed, with a certificate of this occupation and level")),
            ("passed", _("Passed, without a certificate")),
            ("failed", _("Failed")),
            ("withdrawn", _("Did not finish")),
        ],
    )

    def __init__(self, *args: Any, documents: list[tuple[str, str]], rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = sorted(rules.levels.values(), key=lambda level: level.rank)
        self._offer("document", documents)
        self._offer("level", [(level.code, str(level.name)) for level in levels])
        self.fields["level"].initial = levels[len(levels) // 2].code
        self._offer("occupation_kind", [(kind, str(name)) for kind, name in rules.occupation_kinds.items()])
        # What no table of the document depends on is not asked for.
        for name in {"occupation_kind", "in_evaluation_scope"} - facts_named(rules):
            del self.fields[name]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    @property
    def facts(self) -> Facts:
        """What was filled in, as the calculator takes it; only after `is_valid`."""
        given = self.cleaned_data
        result, certificate = OUTCOMES[given["outcome"]]
        scope = given.get("in_evaluation_scope")
        return Facts(
            level=given["level"],
            months=given["months"],
            occupation_kind=given.get("occupation_kind"),
            in_evaluation_scope=None if scope is None else scope == "yes",
            result=result,
            certificate=certificate,
        )

    @property
    def on_day(self) -> date:
        """The day asked about; only after `is_valid`."""
        day: date = self.cleaned_data["on"]
        return day
