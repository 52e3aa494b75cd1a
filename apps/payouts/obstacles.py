"""What of the payments keeps a month of the books open."""

from collections.abc import Iterator
from datetime import datetime, time

from django.utils.translation import gettext as _

from apps.core import clock, rls
from apps.core.errors import Problem
from apps.ledger.models import AccountingPeriod
from apps.ledger.periods import next_month
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder

SHOWN_MAX = 20


def orders_without_an_answer(period: AccountingPeriod, district: str | None = None) -> Iterator[Problem]:
    """Orders that were released by the end of the month and of which nobody knows whether they were paid."""
    end = datetime.combine(next_month(period.month), time.min, clock.BEIJING)
    with rls.whole_city():
        rows = PaymentOrder.objects.filter(state=OrderState.RELEASED, released_at__lt=end).order_by("id")
        if district:
            rows = rows.filter(district_id=district)
        numbers = list(rows.values_list("number", flat=True)[: SHOWN_MAX + 1])
    for number in numbers[:SHOWN_MAX]:
        message = _(
            "Order %(number)s was released and has no answer of the bank yet. Record what became of it."
        )
        yield Problem("order_without_answer", message % {"number": number}, field=number)
    if len(numbers) > SHOWN_MAX:
        yield Problem("order_without_answer", _("There are more such orders."))
