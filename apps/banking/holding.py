"""What the bank says keeps a person's hand off a payment: its answer is awaited, or a statement shows it."""

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from apps.banking.enums import EntryState
from apps.banking.models import BatchEntry, StatementMatch
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
            "This payment is in batch %(number)s: the bank's result file says there what became of it. Where"
            " no file says it, enter there what the bank answers in writing."
        )
        raise Refused(message % {"number": entry.batch.number}, code="in_a_batch")


def made_after_all(order: PaymentOrder) -> QuerySet[StatementMatch]:
    """The movement by which a payment that counts as undone was made, where none shows that it came back."""
    found = Q(entry__order=order) | Q(transaction__key=f"order:{order.pk}:paid")
    back = StatementMatch.objects.filter(returned=order)
    return StatementMatch.objects.filter(found, line__amount_fen__lt=0).filter(~Exists(back))


def refuse_second(order: PaymentOrder) -> None:
    """Raise `Refused` where an attempt that counts as undone was paid: a statement shows it."""
    match = made_after_all(order).select_related("line").first()
    if match is not None:
        message = _(
            "The movement %(serial)s of %(day)s shows that the bank made this payment, and none that it came"
            " back. Do not pay it twice: reconcile, and have the difference corrected first."
        )
        about = {"serial": match.line.bank_serial, "day": match.line.booked_on.isoformat()}
        raise Refused(message % about, code="made_after_all")
