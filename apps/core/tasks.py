"""Background work of ground: carrying out jobs, finding lost ones, the nightly audit."""

from celery import shared_task


@shared_task
def run_job(job_id: int) -> None:
    """Carry out one job; harmless when it is done already or runs elsewhere."""
    from apps.core import jobs

    jobs.run(job_id)


@shared_task
def resume_stale_jobs() -> None:
    """Send again the jobs whose message was lost or whose worker died."""
    from apps.core import jobs

    jobs.resume_stale()


@shared_task
def audit_invariants() -> None:
    """Check every invariant, keep what was found, and raise the alarm where one is broken."""
    from apps.core import invariants

    invariants.audit_and_record()
