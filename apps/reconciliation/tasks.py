"""Background work of the reconciliation."""

from celery import shared_task

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.core.jobs import register
from apps.core.models import Job
from apps.reconciliation.sentences import NIGHTLY
from apps.reconciliation.services.reconcile import RUN, enqueue_run, reconcile


@register(RUN)
def run_job(job: Job) -> None:
    """Carry out a run; safe to run again."""
    reconcile(job, on=today())


@shared_task
def reconcile_nightly() -> None:
    """Ask for the run of the night; the row stands whatever becomes of the message."""
    enqueue_run(Actor.system(NIGHTLY.say()))
