"""Background work of the ledger."""

from celery import shared_task

from apps.core import seals
from apps.ledger.services import fold_balances


@shared_task
def seal_ledger() -> dict[str, int]:
    """Fold the kept balances and seal what was added to every chain; safe at any time, also twice at once."""
    fold_balances()
    return seals.seal_all()
