"""How old open recoveries are: by days after their deadline, district and fund.

Where instalments were agreed each of them has an age of its own, counted from its own day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
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

from apps.accounts.models import District
from apps.ledger.models import Fund
from apps.payouts.enums import STILL_OWED, AgreementState, RecoveryState
from apps.payouts.instalments import standing_of
from apps.payouts.models import OPEN_FEN, InstalmentAgreement, Recovery, RecoveryPart
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
    """The recoveries of which something is open and of that age."""
    rows = rows.filter(state__in=STILL_OWED)
    late = Q(due_on__gte=on)
    if bucket.key != NOT_DUE:
        late = Q(due_on__lte=on - timedelta(days=bucket.low))
        late &= Q() if bucket.high is None else Q(due_on__gte=on - timedelta(days=bucket.high))
    agreed = {
        found.recovery.pk
        for found in _agreed_sums(rows)
        if _age_of(found.due_on, buckets(on), on) == bucket.key
    }
    return rows.filter((late & ~_AGREED) | Q(pk__in=agreed))


def age_rows(rows: QuerySet[Recovery], on: date) -> list[AgeRow]:
    """What is open of these recoveries by district, fund and age; nothing for districts without any."""
    ages = buckets(on)
    rows = rows.filter(state__in=STILL_OWED)
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    parts = (
        RecoveryPart.objects.filter(recovery__in=rows.exclude(_AGREED))
        .annotate(age=_age(ages, on))
        .values_list("recovery__district", "fund", "age")
        .annotate(fen=Sum(OPEN_FEN))
        .order_by()
    )
    for district, fund, age, fen in parts:
        sums[district, fund][age] += fen
    for found in _agreed_sums(rows):
        sums[found.recovery.district_id, found.fund][_age_of(found.due_on, ages, on)] += found.fen
    return _named(sums, [age.key for age in ages])


@dataclass(frozen=True)
class _Agreed:
    """What of an instalment is open and goes back to one fund."""

    recovery: Recovery
    fund: str
    due_on: date
    fen: int


_AGREED = Q(pk__in=InstalmentAgreement.objects.filter(state=AgreementState.IN_FORCE).values("recovery"))


def _agreed_sums(rows: QuerySet[Recovery]) -> Iterator[_Agreed]:
    """What is open of instalments, by fund: money fills the first instalment and the first fund first."""
    agreements = InstalmentAgreement.objects.filter(state=AgreementState.IN_FORCE, recovery__in=rows)
    for agreement in agreements.select_related("recovery").prefetch_related("recovery__parts"):
        recovery = agreement.recovery
        funds = [(part.fund_id, part.open_fen) for part in sorted(recovery.parts.all(), key=attrgetter("pk"))]
        for row in standing_of(agreement, recovery.open_fen):
            left = row.instalment.amount_fen - row.covered_fen
            while left and funds:
                fund, opened = funds.pop(0)
                fen = min(left, opened)
                left -= fen
                if fen:
                    yield _Agreed(recovery, fund, row.instalment.due_on, fen)
                if opened > fen:
                    funds.insert(0, (fund, opened - fen))


def _age_of(due_on: date, ages: Sequence[Bucket], on: date) -> str:
    late = (on - due_on).days
    return next(age.key for age in ages if age.high is None or late <= age.high)


def _age(ages: Sequence[Bucket], on: date) -> Case:
    whens = [
        When(recovery__due_on__gte=on - timedelta(days=age.high), then=Value(age.key))
        for age in ages
        if age.high is not None
    ]
    return Case(*whens, default=Value(ages[-1].key), output_field=CharField())


def _named(sums: Mapping[tuple[str, str], Mapping[str, int]], keys: Sequence[str]) -> list[AgeRow]:
    districts, funds = District.objects.in_bulk(), Fund.objects.in_bulk()
    found = [
        AgeRow(districts[district], funds[fund], tuple(by_age.get(key, 0) for key in keys))
        for (district, fund), by_age in sums.items()
    ]
    places = sorted(found, key=lambda row: (row.district.position, row.fund.position, row.fund.pk))
    return [row for row in places if row.total_fen]


def late_days(on: date) -> Case:
    """For a list: the days that an open recovery has been overdue, else 0."""
    late = ExpressionWrapper(Value(on, output_field=DateField()) - F("due_on"), output_field=DurationField())
    opened = Q(state__in=[RecoveryState.ISSUED, RecoveryState.PARTLY], due_on__lt=on)
    return Case(When(opened, then=ExtractDay(late)), default=Value(0), output_field=IntegerField())


def totals(rows: Sequence[AgeRow], ages: Sequence[Bucket]) -> list[int]:
    """The sum of each age over all rows."""
    return [sum(row.by_age[place] for row in rows) for place in range(len(ages))]
