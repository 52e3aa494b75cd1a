"""The form of an instalment agreement, the same for the office and the enterprise."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.schedule_field import ScheduleField
from apps.payouts.instalments import Schedule, equal_schedule, months_later
from apps.payouts.models import Recovery
from apps.payouts.rules import recovery_rule

_COUNT_USUAL = 4


class AgreementForm(forms.Form):
    """Instalments with their days, and the paper."""

    schedule = ScheduleField(
        label=_("Instalments"),
        help_text=_("One a line: day and amount in yuan, such as 2026-12-20 1000.00."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    document = forms.CharField(label=_("Name or number of the agreement"), max_length=200)
    file = forms.FileField(label=_("The signed agreement (PDF or picture)"))


def first_proposal(recovery: Recovery, asked: Mapping[str, str], on: date) -> dict[str, Any]:
    """What the form begins with: equal monthly instalments from a month hence, `count` of them."""
    most = recovery_rule("recovery_instalments_max", on)
    text = asked.get("count", "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else _COUNT_USUAL
    count = max(2, min(count, most))
    if recovery.open_fen < count:
        return {}
    return {"schedule": as_lines(equal_schedule(recovery.open_fen, count, months_later(on, 1)))}


def as_lines(schedule: Schedule) -> str:
    """A schedule as it stands in the field."""
    return "\n".join(f"{day.isoformat()} {fen // 100}.{fen % 100:02d}" for day, fen in schedule)
