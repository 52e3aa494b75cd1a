"""Running background work so that no intention is lost and none is carried out twice at a time (I19).

    @register("apprentices.import_roster")
    def import_roster(job: Job) -> None:
        roster = Roster.objects.get(pk=job.params["roster_id"])
        for chunk in ...:
            job.report(done, total)
        job.finish({"good": 98, "bad": 2})

    enqueue("apprentices.import_roster", params={"roster_id": 7}, started_by_id=actor.user_id)

The row is written in the caller's transaction and the message is sent when that commits. Messages may be
lost or come twice: `resume_stale_jobs` sends what nobody took, and a job runs only under an advisory lock
of its database session, which ends with the worker that holds it. So delivery is at least once, side by
side never; a handler must be safe to run again from the start, or to go on from what it had committed.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from apps.core import clock, failpoints, logs
from apps.core.errors import Conflict, NotFound, ShituError
from apps.core.models import Job, JobState
from apps.core.models.job import LIVE_STATES
from apps.core.said import Said, as_stored, in_words
from apps.core.sentences import BROKE

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 5
# A message that nobody took within this time counts as lost.
LOST_AFTER = timedelta(seconds=30)
_BACKOFF_SECONDS = (10, 30, 90, 270)
_REPORT_EVERY_SECONDS = 0.2
_PROGRESS_KEPT_SECONDS = 24 * 3600
# First half of the advisory lock's key: "Sj", jobs of Shitu.
_LOCK_SPACE = 0x536A
# The longest id that a job is given. What is longer could be a mobile number or an account, and those do not
# travel through queues and logs (I22).
ID_MAX = 10**10 - 1
_PARAM_TEXT = re.compile(r"[A-Za-z0-9_.:-]{0,80}")

_CACHE_ERRORS = (RedisError, OSError)
_BROKER_ERRORS = (OperationalError, RedisError, OSError)

Handler = Callable[[Job], None]
Hook = Callable[[Job], object]
_handlers: dict[str, Handler] = {}
_dead_hooks: list[Hook] = []


class ClaimLost(Exception):
    """Another worker runs this job now; what this one did since must roll back."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, for a progress bar."""

    done: int
    total: int
    note: str

    @property
    def percent(self) -> int:
        """0 to 100; 0 while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else 0


def register(kind: str) -> Callable[[Handler], Handler]:
    """Declare the function that carries out jobs of a kind; put it into the app's `tasks.py`."""

    def remember(handler: Handler) -> Handler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise ValueError(f"two handlers for jobs of the kind {kind}")
        return handler

    return remember


def when_dead(hook: Hook) -> Hook:
    """Call this function with every job that is given up, for instance to leave a notice."""
    _dead_hooks.append(hook)
    return hook


def enqueue(
    kind: str,
    *,
    params: dict[str, Any],
    started_by_id: int | None,
    unique_key: str | None = None,
    title: str = "",
) -> Job:
    """Ask for background work: a row now, a message when the transaction commits.

    With `unique_key` a live job of that key is returned instead of a second one. Raises LookupError for a
    kind without a handler, ValueError for params that are not ids (they travel through queues and logs).
    """
    if kind not in _handlers:
        raise LookupError(f"nobody carries out jobs of the kind {kind}")
    _only_ids(params)
    if unique_key is not None:
        live = Job.objects.filter(unique_key=unique_key, state__in=LIVE_STATES).first()
        if live is not None:
            return live
    job = Job(
        kind=kind,
        params=params,
        started_by_id=started_by_id,
        unique_key=unique_key,
        title=title,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        send_after=clock.now() + LOST_AFTER,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        # Somebody asked for the same at the same moment; by now that job may even have ended.
        if unique_key is None:
            raise
        return enqueue(kind, params=params, started_by_id=started_by_id, unique_key=unique_key, title=title)
    failpoints.point("job.written")
    transaction.on_commit(lambda: _send(job.pk))
    return job


def retry(job_id: int) -> Job:
    """Let a job that was given up begin anew, with all its attempts; its handler goes on or starts over.

    Raises `NotFound` for no such job, `Conflict` for one that was not given up or whose like is under way.
    """
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such work."), code="no_such_job")
    changes = {"state": JobState.QUEUED, "attempts": 0, "finished_at": None, "heartbeat_at": None}
    again_at = clock.now() + LOST_AFTER
    try:
        with transaction.atomic():
            found = Job.objects.filter(pk=job_id, state=JobState.DEAD)
            changed = found.update(**changes, send_after=again_at)
    except IntegrityError:
        raise Conflict(_("The same work is under way already."), code="job_under_way") from None
    if not changed:
        raise Conflict(_("Only work that was given up is started again."), code="job_not_given_up")
    transaction.on_commit(lambda: _send(job_id))
    job.refresh_from_db()
    return job


def run(job_id: int) -> None:
    """Carry out a job if it is there to be taken; called by the task, and by tests."""
    with _lock(job_id) as mine:
        if not mine:
            return
        job = _claim(job_id)
        if job is not None:
            _carry_out(job)


def report(job: Job, done: int, total: int, note: str = "") -> None:
    """See `Job.report`."""
    at = time.monotonic()
    last: float = getattr(job, "_reported_at", 0.0)
    if at - last < _REPORT_EVERY_SECONDS and done < total:
        return
    job._reported_at = at  # type: ignore[attr-defined]
    job.done, job.total, job.note = done, total, note if isinstance(note, Said) else note[:200]
    try:
        value = {"done": done, "total": total, "note": as_stored(job.note), "at": clock.now().timestamp()}
        cache.set(_progress_key(job.pk), value, timeout=_PROGRESS_KEPT_SECONDS)
    except _CACHE_ERRORS:  # a progress bar that stands still must not stop the work
        logger.warning("progress of job %s is not shown: the cache does not answer", job.pk)


def finish(job: Job, result: dict[str, Any]) -> None:
    """See `Job.finish`."""
    _end(job, JobState.DONE, result=result)


def progress(job: Job) -> Progress:
    """How far a job is, from the cache while it runs and from its row otherwise."""
    if job.state == JobState.RUNNING:
        seen = _seen(job)
        if seen is not None:
            return Progress(seen["done"], seen["total"], in_words(seen["note"]))
    return Progress(job.done, job.total, job.note)


def resume_stale() -> int:
    """Send again what nobody took or whose worker died, give up what broke too often; returns how many.

    Safe to run any number of times side by side: sending twice is harmless.
    """
    at = clock.now()
    touched = 0
    for job in Job.objects.filter(state__in=LIVE_STATES, send_after__lte=at).order_by("id")[:1000]:
        if job.state == JobState.RUNNING and not _is_orphaned(job):
            continue
        touched += 1
        if job.attempts >= ATTEMPTS_MAX:
            _bury(job)
            continue
        Job.objects.filter(pk=job.pk, state__in=LIVE_STATES).update(send_after=at + LOST_AFTER)
        _send(job.pk)
    return touched


def _claim(job_id: int) -> Job | None:
    """Take the job over; the lock is held, so whoever had it before is gone."""
    at = clock.now()
    job = Job.objects.filter(pk=job_id, state__in=LIVE_STATES).first()
    if job is None:
        return None
    if job.attempts >= ATTEMPTS_MAX:
        _bury(job)
        return None
    job.claim = uuid.uuid4()
    changes: dict[str, Any] = {
        "state": JobState.RUNNING,
        "claim": job.claim,
        "attempts": job.attempts + 1,
        "heartbeat_at": at,
        "started_at": job.started_at or at,
        "send_after": at + timedelta(seconds=settings.JOB_STALE_SECONDS),
    }
    taken = Job.objects.filter(pk=job_id, state=job.state, attempts=job.attempts).update(**changes)
    if not taken:
        return None
    for name, value in changes.items():
        setattr(job, name, value)
    failpoints.point("job.claimed")
    return job


def _carry_out(job: Job) -> None:
    try:
        with translation.override(job.language or settings.LANGUAGE_CODE):
            _handlers[job.kind](job)
        failpoints.point("job.handled")
        if job.state == JobState.RUNNING:
            finish(job, {})
    except ClaimLost:
        logger.warning("job %s was taken over by another worker", job.pk)
    except ShituError as refusal:
        with translation.override(job.language or settings.LANGUAGE_CODE):
            _end(job, JobState.FAILED, error=_sentences(refusal))
    except Exception as error:  # whatever broke is tried again, and told when it breaks for good
        logger.exception("job %s (%s) broke at attempt %s", job.pk, job.kind, job.attempts)
        _put_back(job, logs.mask_numbers(f"{type(error).__name__}: {error}")[:2000])


def _sentences(refusal: ShituError) -> str:
    lines = [refusal.message, *(str(problem.message) for problem in refusal.problems)]
    return logs.mask_numbers("\n".join(dict.fromkeys(line for line in lines if line))) or refusal.code


def _put_back(job: Job, error: str) -> None:
    if job.attempts >= ATTEMPTS_MAX:
        job.error = error
        _bury(job)
        return
    wait = timedelta(seconds=_BACKOFF_SECONDS[min(job.attempts, len(_BACKOFF_SECONDS)) - 1])
    Job.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING).update(
        state=JobState.QUEUED, error=error, send_after=clock.now() + wait, claim=None
    )


def _bury(job: Job) -> None:
    told = Said.of(f"{BROKE.say(count=job.attempts).stored}\n{as_stored(job.error)}".strip())
    buried = Job.objects.filter(pk=job.pk, state__in=LIVE_STATES).update(
        state=JobState.DEAD, error=told, finished_at=clock.now(), claim=None
    )
    if not buried:
        return
    job.refresh_from_db()
    logger.error("job %s (%s) is given up after %s attempts", job.pk, job.kind, job.attempts)
    for hook in _dead_hooks:
        try:
            hook(job)
        except Exception:  # what should tell about it must not keep it alive
            logger.exception("nobody was told that job %s is given up", job.pk)


def _end(job: Job, state: JobState, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    changes = {
        "state": state,
        "result": result or {},
        "error": error,
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "finished_at": clock.now(),
    }
    ended = Job.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING).update(**changes)
    if not ended:
        raise ClaimLost
    for name, value in changes.items():
        setattr(job, name, value)


def _is_orphaned(job: Job) -> bool:
    """Whether nobody holds the job's lock and nobody has been heard of for long enough."""
    seen = _seen(job)
    if seen is not None and clock.now().timestamp() - seen["at"] < settings.JOB_STALE_SECONDS:
        return False
    with _lock(job.pk) as free:
        return free


@contextmanager
def _lock(job_id: int) -> Iterator[bool]:
    """Hold the job's lock in this database session for the length of the block; False where another does."""
    key = [_LOCK_SPACE, job_id & 0x7FFFFFFF]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        # A broken connection has given the lock back by itself.
        if mine and connection.connection is not None and not connection.connection.closed:
            _unlock(key)


def _unlock(key: list[int]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    except DatabaseError:
        # The session is lost or in a failed transaction: closing it gives the lock back.
        connection.close()


def _send(job_id: int) -> None:
    from apps.core.tasks import run_job

    failpoints.point("job.sending")
    try:
        run_job.apply_async(args=[job_id], retry=False)
    except _BROKER_ERRORS as error:  # the row stands; the sweeper sends it when the broker is back
        logger.warning("job %s waits for the broker: %s", job_id, type(error).__name__)


def _seen(job: Job) -> dict[str, Any] | None:
    try:
        return cache.get(_progress_key(job.pk))
    except _CACHE_ERRORS:  # the row alone speaks
        return None


def _progress_key(job_id: int) -> str:
    return f"job:{job_id}"


def _only_ids(params: dict[str, Any]) -> None:
    for name, value in params.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            plain = item is None or isinstance(item, bool | int)
            text = isinstance(item, str) and _PARAM_TEXT.fullmatch(item) is not None
            if not (plain or text) or logs.mask_value(item) != item:
                raise ValueError(f"the parameter {name} of a job must be an id, not what people typed")
