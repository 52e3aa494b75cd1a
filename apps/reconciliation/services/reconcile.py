"""The run of the reconciliation: by the clock every night, or because somebody of finance asks for it."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.errors import Forbidden
from apps.core.jobs import enqueue
from apps.core.models import Job
from apps.reconciliation import detecting
from apps.reconciliation.enums import RunState
from apps.reconciliation.matching import match_by_rule
from apps.reconciliation.models import Run
from apps.reconciliation.rules import rules
from apps.reconciliation.sentences import APPLYING, MATCHING, RUN_TITLE

RUN = "reconciliation.run"
STARTERS = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER})
_STEPS = 7


def enqueue_run(actor: Actor) -> Job:
    """Have everything compared; asked for twice at once it is one run. Raises `Forbidden` for other roles."""
    if actor.is_system:
        return _enqueue(None, None)
    if actor.role not in STARTERS:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    return _enqueue(actor.user_id, actor.membership_id)


def _enqueue(user_id: int | None, membership_id: int | None) -> Job:
    return enqueue(
        RUN,
        params={"membership": membership_id},
        started_by_id=user_id,
        unique_key=RUN,
        title=RUN_TITLE.say(),
    )


def reconcile(job: Job, *, on: date) -> Run:
    """Carry out the run of a job: match by rule, compare, and let the differences take effect.

    What a run finds takes effect in one transaction, with the end of the run and of its job: one that was
    killed begins anew and leaves the same. Raises `Conflict` while another run compares.
    """
    run, _new = Run.objects.get_or_create(job=job, defaults={"on": on, "started_by_id": job.started_by_id})
    if run.state == RunState.DONE:
        return run
    run.on = on
    done = 0

    def report(note: str) -> None:
        nonlocal done
        job.report(done, _STEPS, note)
        done += 1

    with detecting.one_at_a_time():
        report(MATCHING.say())
        by_rule = match_by_rule(rules(), on=on)
        with detecting.one_snapshot():
            counts = detecting.compare(run, rules(), report)
            report(APPLYING.say())
            counts |= detecting.apply(run)
            for name, value in counts.items():
                setattr(run, name, value)
            run.by_rule, run.state, run.finished_at = by_rule, RunState.DONE, clock.now()
            run.save()
            job.report(_STEPS, _STEPS)
            job.finish({"run": run.pk, "open": run.open, "explained": run.explained})
    return run


def newest_run() -> Run | None:
    """The newest run that ended."""
    return Run.objects.filter(state=RunState.DONE).order_by("-id").first()


def run_under_way() -> Job | None:
    """The job of the run that waits or runs now, or of the newest one where it broke off."""
    job = Job.objects.filter(kind=RUN).order_by("-id").first()
    return job if job is not None and job.state != "done" else None
