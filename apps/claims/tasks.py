"""Background work of claims."""

from celery import shared_task

from apps.claims.services.tell_ended import tell_ended
from apps.core.clock import today


@shared_task
def tell_ended_notices() -> int:
    """Once a day: supervisors learn which claims can be signed now."""
    return tell_ended(today())
