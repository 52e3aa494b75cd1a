"""How old open recoveries are: by days after their deadline, district and fund."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import ExtractDay
from django.utils.translation import gettext as _

from apps.payouts.enums import STILL_OWED, RecoveryState
from apps.payouts.models import OPEN_FEN, Recovery, RecoveryPart
from apps.payouts.rules import recovery_rule

NOT_DUE = "not_due"


@dataclass(frozen=True)
class Bucket:
    """One age: recoveries that have been overdue from `low` to `high` days (None: longer)."""

    key: str
    low: int
    high: int | None

    @property
    def label(self) -> str:
        """The age in words."""
        if self.key == NOT_DUE:
            return _("Not due yet")
        if self.high is None:
            return _("More than %(days)s days overdue") % {"days": self.low - 1}
        return _("%(low)s to %(high)s days overdue") % {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class AgeRow:
    """What is open by age (fen, in the order of the buckets) for one district and fund."""

    district: Any
    fund: Any
    by_age: tuple[int, ...]

    @property
    def total_fen(self) -> int:
        """All ages together."""
        return sum(self.by_age)


def buckets(on: date) -> list[Bucket]:
    """The ages that the city's rules divide overdue recoveries into; first those that are not due."""
    bounds = recovery_rule("recovery_ageing", on)
    lows = [1, *(bound + 1 for bound in bounds)]
    found = [Bucket(f"from-{low}", low, high) for low, high in zip(lows, [*bounds, None], strict=True)]
    return [Bucket(NOT_DUE, 0, 0), *found]


def in_bucket(rows: QuerySet[Recovery], bucket: Bucket, on: date) -> QuerySet[Recovery]:
    """The open ones of that age."""
    rows = rows.filter(state__in=STILL_OWED)
    if bucket.key == NOT_DUE:
        return rows.filter(due_on__gte=on)
    rows = rows.filter(due_on__lte=on - timedelta(days=bucket.low))
    return rows if bucket.high is None else rows.filter(due_on__gte=on - timedelta(days=bucket.high))


def age_rows(rows: QuerySet[Recovery], on: date) -> list[AgeRow]:
    """What is open of these recoveries by district, fund and age; nothing for districts without any."""
    ages = buckets(on)
    parts = (
        RecoveryPart.objects.filter(recovery__in=rows.filter(state__in=STILL_OWED))
        .annotate(age=_age(ages, on))
        .values("recovery__district", "fund", "age")
        .annotate(fen=Sum(OPEN_FEN))
        .order_by("recovery__district__position", "fund__position", "fund")
    )
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for row in parts:
        sums.setdefault((row["recovery__district"], row["fund"]), {})[row["age"]] = row["fen"]
    return list(_named(sums, [age.key for age in ages]))


def _age(ages: Sequence[Bucket], on: date) -> Case:
    whens = [
        When(recovery__due_on__gte=on - timedelta(days=age.high), then=Value(age.key))
        for age in ages
        if age.high is not None
    ]
    return Case(*whens, default=Value(ages[-1].key), output_field=CharField())


def _named(sums: dict[tuple[str, str], dict[str, int]], keys: Sequence[str]) -> Iterator[AgeRow]:
    from apps.accounts.models import District
    from apps.ledger.models import Fund

    districts, funds = District.objects.in_bulk(), Fund.objects.in_bulk()
    for (district, fund), by_age in sums.items():
        fens = tuple(by_age.get(key, 0) for key in keys)
        if any(fens):
            yield AgeRow(districts[district], funds[fund], fens)


def late_days(on: date) -> Case:
    """For a list: the days that an open recovery has been overdue, else 0."""
    late = ExpressionWrapper(Value(on, output_field=DateField()) - F("due_on"), output_field=DurationField())
    opened = Q(state__in=[RecoveryState.ISSUED, RecoveryState.PARTLY], due_on__lt=on)
    return Case(When(opened, then=ExtractDay(late)), default=Value(0), output_field=IntegerField())


def totals(rows: Sequence[AgeRow], ages: Sequence[Bucket]) -> list[int]:
    """The sum of each age over all rows."""
    return [sum(row.by_age[place] for row in rows) for place in range(len(ages))]
