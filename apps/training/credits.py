"""From minutes to class hours to credits (Beijing 2022-11, 3(3)1). Whole tenths of a credit, rounded down."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from apps.apprentices.models import Enrolment
from apps.policy.lookups import credits_required as credits_of_level
from apps.policy.models import PolicyDocument
from apps.policy.selectors import parameter
from apps.training.enums import Mode, SessionSide

TENTHS = 10


def in_words(tenths: int) -> str:
    """Tenths of a credit with their point: 805 is "80.5"."""
    return f"{tenths // TENTHS}.{tenths % TENTHS}"


@dataclass(frozen=True, slots=True)
class Credits:
    """What one apprentice has, in tenths of a credit, by who gave the hours; and what the level asks for."""

    institution_tenths: int
    enterprise_tenths: int
    required: int

    @property
    def total_tenths(self) -> int:
        return self.institution_tenths + self.enterprise_tenths

    @property
    def enough(self) -> bool:
        return self.total_tenths >= self.required * TENTHS

    @property
    def missing_tenths(self) -> int:
        """What the level still asks for."""
        return max(0, self.required * TENTHS - self.total_tenths)

    @property
    def total(self) -> str:
        """All credits with one place, as people read them."""
        return in_words(self.total_tenths)

    @property
    def institution(self) -> str:
        return in_words(self.institution_tenths)

    @property
    def enterprise(self) -> str:
        return in_words(self.enterprise_tenths)

    @property
    def missing(self) -> str:
        return in_words(self.missing_tenths)

    @property
    def percent(self) -> int:
        """How far along, in whole per cent, at most 100."""
        return min(100, self.total_tenths * 100 // (self.required * TENTHS)) if self.required else 100


def to_tenths(minutes: int, document: PolicyDocument, on: date) -> int:
    """Credits for so many minutes, in whole tenths, rounded down."""
    per_credit = parameter(document, "minutes_per_class_hour", on) * parameter(
        document, "hours_per_credit", on
    )
    return minutes * TENTHS // per_credit


def with_minutes(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Annotate enrolments with the `institution_`, `online_` and `enterprise_minutes` that count."""
    standing = Q(attendances__voided_at=None)

    def minutes(condition: Q) -> Coalesce:
        return Coalesce(Sum("attendances__minutes", filter=standing & condition), 0)

    online = Q(attendances__session__mode=Mode.ONLINE)
    lessons = Q(attendances__side=SessionSide.INSTITUTION)
    return rows.annotate(
        institution_minutes=minutes(lessons & ~online),
        online_minutes=minutes(lessons & online),
        enterprise_minutes=minutes(Q(attendances__side=SessionSide.ENTERPRISE)),
    )


def credits_of(enrolment: Enrolment) -> Credits:
    """The credits of an enrolment that `with_minutes` has annotated (or that is looked up here).

    Hours learnt online count at the share that the document sets (`online_hours_share`).
    """
    # The annotated columns are none of the model's own.
    row: Any = enrolment
    if not hasattr(row, "enterprise_minutes"):
        row = with_minutes(Enrolment.objects.filter(pk=enrolment.pk)).get()
    document, on = row.policy_document, row.set_up_on
    online: Fraction = parameter(document, "online_hours_share", on)
    lessons = row.institution_minutes + int(row.online_minutes * online)
    return Credits(
        institution_tenths=to_tenths(lessons, document, on),
        enterprise_tenths=to_tenths(row.enterprise_minutes, document, on),
        required=credits_of_level(document.rules, row.level_id, on) or 0,
    )


def in_order_of_need(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those without a result first, then by the hours that they have."""
    waiting = Case(When(assessment=None, then=0), default=1)
    return with_minutes(rows).order_by(waiting, F("enterprise_minutes") + F("institution_minutes"), "id")
