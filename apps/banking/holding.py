"""While a payment is in a batch the bank answers for it in a file, and nobody by hand."""

from django.utils.translation import gettext as _

from apps.banking.enums import EntryState
from apps.banking.models import BatchEntry
from apps.core.errors import Refused
from apps.payouts.models import PaymentOrder


def refuse_by_hand(order: PaymentOrder) -> None:
    """Raise `Refused` for an order that stands unanswered in a batch."""
    entry = (
        BatchEntry.objects.filter(order=order, live=True, state=EntryState.WAITING)
        .select_related("batch")
        .first()
    )
    if entry is not None:
        message = _(
            "This payment is in batch %(number)s: the bank's result file says there what became of it."
        )
        raise Refused(message % {"number": entry.batch.number}, code="in_a_batch")
