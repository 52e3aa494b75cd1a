"""What of the reconciliation keeps a month of the books open."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.banking.models import StatementLine
from apps.casework.enums import PaperState
from apps.core import rls
from apps.core.errors import Problem
from apps.core.money import yuan
from apps.ledger.models import AccountingPeriod, BalanceDelta, DayBalance
from apps.reconciliation.enums import MOVEMENTS, BreakState
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.periods import seen_through
from apps.reconciliation.services.reconcile import newest_run

SHOWN_MAX = 20


def not_reconciled(period: AccountingPeriod, district: str | None = None) -> Iterator[Problem]:  # noqa: ARG001 - an obstacle's signature
    """A month with cash in it is closed only as the newest run saw it whole; nothing came in since."""
    with rls.whole_city():
        has_cash = _has_cash(period)
        run = newest_run()
        same = run is not None and run.seen.get(f"{period.month:%Y-%m}") == seen_through(period.last_day)
    if not has_cash:
        return
    if run is None or run.on <= period.last_day:
        message = _("Nothing was reconciled since the month ended. Run the reconciliation.")
        yield Problem("not_reconciled", message)
    elif not same:
        message = _("Something was booked in this month since the last reconciliation. Run it again.")
        yield Problem("reconciled_before", message)


def _has_cash(period: AccountingPeriod) -> bool:
    if StatementLine.objects.filter(booked_on__lte=period.last_day).exists():
        return True
    return any(
        table.objects.filter(account="cash", on__lte=period.last_day).exists()
        for table in (DayBalance, BalanceDelta)
    )


def differences_open(period: AccountingPeriod, district: str | None = None) -> Iterator[Problem]:
    """Differences of days until the end of the month that neither a rule nor a correction closed."""
    with rls.whole_city():
        # The banking names movements itself, one by one.
        rows = Break.objects.filter(state=BreakState.OPEN, day__lte=period.last_day).exclude(
            kind__in=MOVEMENTS
        )
        if district:
            rows = rows.filter(district_id=district)
        found = list(rows.order_by("day", "id")[: SHOWN_MAX + 1])
    for row in found[:SHOWN_MAX]:
        message = _("%(kind)s, %(amount)s yuan of %(day)s: explain or correct the difference.")
        about = {
            "kind": row.get_kind_display(),
            "amount": yuan(abs(row.amount_fen)),
            "day": row.day.isoformat(),
        }
        yield Problem("difference_open", message % about, field=str(row.pk))
    if len(found) > SHOWN_MAX:
        yield Problem("difference_open", _("There are more open differences."))


def corrections_under_way(period: AccountingPeriod, district: str | None = None) -> Iterator[Problem]:
    """Corrections of the month that nobody has signed or refused yet."""
    with rls.whole_city():
        # What undoes a match or a correction has no difference: its day is that of the movement or posting.
        rows = Correction.objects.filter(
            Q(difference__day__lte=period.last_day)
            | Q(difference=None, line__booked_on__lte=period.last_day)
            | Q(difference=None, undoes__posted__on__lte=period.last_day),
            state__in=[PaperState.DRAFT, PaperState.SUBMITTED],
        )
        if district:
            rows = rows.filter(district_id=district)
        found = list(rows.order_by("id")[:SHOWN_MAX])
    for row in found:
        message = _("Correction %(number)s waits for its second signature. Sign or refuse it.")
        yield Problem("correction_under_way", message % {"number": row.number}, field=row.number)
