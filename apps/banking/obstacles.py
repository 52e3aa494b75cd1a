"""What of the banking keeps a month of the books open."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.banking.enums import BatchState
from apps.banking.models import PaymentBatch, StatementLine
from apps.core import rls
from apps.core.errors import Problem
from apps.core.money import yuan
from apps.ledger.models import AccountingPeriod

SHOWN_MAX = 20
_OVER = (BatchState.CLOSED, BatchState.CANCELLED)


def batches_under_way(period: AccountingPeriod, district: str | None = None) -> Iterator[Problem]:
    """Batches to be paid by the end of the month that are neither closed nor cancelled."""
    with rls.whole_city():
        rows = PaymentBatch.objects.filter(pay_on__lte=period.last_day).exclude(state__in=_OVER)
        if district:
            rows = rows.filter(district_id=district)
        found = list(rows.order_by("id")[:SHOWN_MAX])
    for batch in found:
        message = _("Batch %(number)s is “%(state)s”. Close or cancel it.")
        yield Problem(
            "batch_under_way", message % {"number": batch.number, "state": batch.get_state_display()}
        )


def movements_unexplained(period: AccountingPeriod, district: str | None = None) -> Iterator[Problem]:
    """Movements of the accounts by the end of the month that no payment or receipt explains."""
    with rls.whole_city():
        rows = StatementLine.objects.filter(booked_on__lte=period.last_day, match__isnull=True)
        if district:
            rows = rows.filter(paying_account__district_id=district)
        found = list(rows.order_by("booked_on", "id")[:SHOWN_MAX])
    for line in found:
        message = _("The movement %(serial)s of %(day)s over %(amount)s yuan is not explained. Match it.")
        about = {
            "serial": line.bank_serial,
            "day": line.booked_on.isoformat(),
            "amount": yuan(line.amount_fen),
        }
        yield Problem("movement_unexplained", message % about)
