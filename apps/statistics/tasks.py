"""Background work of statistics."""

from celery import shared_task

from apps.statistics.counting import fold


@shared_task
def fold_summaries() -> None:
    """Fold what was counted since the last time."""
    fold()
