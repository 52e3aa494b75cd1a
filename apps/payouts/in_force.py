"""Which postings of an order's cash are in force: neither reversed nor a reversal themselves."""

from apps.ledger.models import Leg, Transaction
from apps.payouts.models import PaymentOrder

ORDER = "payouts.paymentorder"


def postings_in_force(order: PaymentOrder) -> list[Transaction]:
    """The postings by which the payment stands in the books, by their key; as a rule one.

    Whatever posted it: the bank's answer, a correction that posted again, or the reversal of a reversal.
    """
    return [row for row, undone in _unreversed(order) if not undone]


def reversals_in_force(order: PaymentOrder) -> list[Transaction]:
    """The reversals by which the payment does not stand in the books any more, by their key."""
    return [row for row, undone in _unreversed(order) if undone]


def _unreversed(order: PaymentOrder) -> list[tuple[Transaction, bool]]:
    """The order's transactions that nothing reverses, and whether each undoes a payment."""
    legs = Leg.objects.filter(account="cash", subject_type=ORDER, subject_id=order.pk)
    rows = {row.pk: row for row in Transaction.objects.filter(pk__in=legs.values("transaction"))}
    reversed_ones = {row.reverses_id for row in rows.values()}
    found = []
    for pk in sorted(set(rows) - reversed_ones):
        steps, before = 0, rows[pk].reverses_id
        while before is not None:
            steps, before = steps + 1, rows[before].reverses_id
        found.append((rows[pk], steps % 2 == 1))
    return found
