from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connections, transaction

from apps.core import clock, jobs, tasks
from apps.core.errors import Problem, Refused
from apps.core.models import Job, JobState


@pytest.fixture(autouse=True)
def _handlers(monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_dead_hooks", [])


@contextmanager
def held_elsewhere(job: Job) -> Iterator[None]:
    """Another session holds the job's lock, as a worker does that is in the middle of it."""
    other = connections.create_connection("default")
    key = [jobs._LOCK_SPACE, job.pk]
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        assert cursor.fetchone() == (True,), "nobody holds it yet"
        yield
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    other.close()


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """Messages go into a list instead of the broker."""
    messages: list[int] = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **_options: messages.extend(args))
    return messages


def handled_by(function, kind: str = "test.work") -> None:
    jobs.register(kind)(function)


def idle(_job: Job) -> None:
    """There is nothing to do."""


def roll_back_after(function) -> None:
    function()
    raise ZeroDivisionError


def ask(**options) -> Job:
    return jobs.enqueue("test.work", **{"params": {"thing_id": 7}, "started_by_id": 1, **options})


def run(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_a_job_runs_and_keeps_its_result(sent):
    seen = []

    def work(job: Job) -> None:
        seen.append(job.params["thing_id"])
        job.report(3, 3, "all of them")
        job.finish({"good": 3})

    handled_by(work)
    job = run(ask(title="三个"))
    assert seen == [7]
    assert (job.state, job.result, job.done, job.total, job.note) == (
        JobState.DONE,
        {"good": 3},
        3,
        3,
        "all of them",
    )
    assert job.finished_at is not None


def test_a_handler_that_says_nothing_is_done(sent):
    handled_by(idle)
    assert run(ask()).state == JobState.DONE


def test_the_message_goes_out_when_the_transaction_commits(sent, django_capture_on_commit_callbacks):
    handled_by(idle)
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
        assert sent == []
    assert sent == [job.pk]


def test_work_asked_for_in_a_transaction_that_fails_was_never_asked_for(
    sent, django_capture_on_commit_callbacks
):
    handled_by(idle)
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        roll_back_after(ask)
    assert not Job.objects.exists()
    assert sent == []


def test_a_broker_that_is_away_does_not_fail_the_request(
    monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def away(**_options):
        raise ConnectionError

    handled_by(idle)
    monkeypatch.setattr(tasks.run_job, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
    assert job.state == JobState.QUEUED
    assert "waits for the broker" in caplog.text


def test_two_deliveries_of_one_message_do_the_work_once(sent):
    runs = []
    handled_by(lambda job: runs.append(job.pk))
    job = ask()
    for _ in range(20):
        run(job)
    assert runs == [job.pk]
    assert job.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_run_one_job_side_by_side(sent):
    runs = []
    handled_by(lambda job: runs.append(job.pk))
    job = ask()
    with held_elsewhere(job):
        assert run(job).state == JobState.QUEUED
        assert runs == []
    assert run(job).state == JobState.DONE
    assert runs == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_given_back_whatever_happens(sent):
    def work(_job: Job) -> None:
        raise ZeroDivisionError

    handled_by(work)
    with held_elsewhere(run(ask())):
        pass


def test_a_refusal_ends_the_job_with_its_sentence(sent):
    def work(_job: Job) -> None:
        raise Refused(
            "不能这样做", problems=[Problem("a", "缺少协议"), Problem("b", "证件 11010519491231002X 重复")]
        )

    handled_by(work)
    job = run(ask())
    assert job.state == JobState.FAILED
    assert job.error == "不能这样做\n缺少协议\n证件 *** 重复"
    assert jobs.resume_stale() == 0


def test_what_breaks_is_tried_again_later_and_given_up_in_the_end(sent, caplog):
    told = []
    jobs.when_dead(lambda job: told.append(job.pk))

    def work(_job: Job) -> None:
        raise ZeroDivisionError("number 11010519491231002X")

    handled_by(work)
    job = ask()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for attempt in range(1, jobs.ATTEMPTS_MAX):
            run(job)
            assert (job.state, job.attempts) == (JobState.QUEUED, attempt)
            assert job.send_after > clock.now()
            assert jobs.resume_stale() == 0
            traveller.shift(timedelta(minutes=10))
            assert jobs.resume_stale() == 1
        run(job)
    assert (job.state, job.attempts, told) == (JobState.DEAD, jobs.ATTEMPTS_MAX, [job.pk])
    assert sent == [job.pk] * (jobs.ATTEMPTS_MAX - 1)
    assert "11010519491231002X" not in job.error
    assert "given up" in caplog.text


def test_a_hook_that_breaks_keeps_no_job_alive(sent, caplog):
    @jobs.when_dead
    def hook(_job: Job) -> None:
        raise ZeroDivisionError

    handled_by(idle)
    job = ask()
    Job.objects.update(attempts=jobs.ATTEMPTS_MAX)
    assert run(job).state == JobState.DEAD
    assert "nobody was told" in caplog.text


def test_a_lost_message_is_sent_again(sent):
    handled_by(idle)
    job = ask()
    with time_machine.travel(clock.now() + timedelta(seconds=29)):
        assert jobs.resume_stale() == 0
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert jobs.resume_stale() == 1
        assert jobs.resume_stale() == 0
    assert sent == [job.pk]


def test_a_job_whose_worker_died_is_taken_up_again(sent):
    """The row says running, nobody holds its lock, nobody was heard of for a while."""
    runs = []
    handled_by(lambda job: runs.append(job.attempts))
    job = ask()
    Job.objects.update(
        state=JobState.RUNNING, attempts=1, claim="12345678123456781234567812345678", send_after=clock.now()
    )
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert jobs.resume_stale() == 1
    assert sent == [job.pk]
    assert run(job).state == JobState.DONE
    assert runs == [2]


def test_a_job_that_was_heard_of_just_now_is_left_alone(sent):
    handled_by(idle)
    job = ask()
    Job.objects.update(state=JobState.RUNNING, attempts=1, send_after=clock.now())
    jobs.report(job, 1, 10)
    assert jobs.resume_stale() == 0


@pytest.mark.django_db(transaction=True)
def test_a_long_job_without_a_sign_of_life_is_left_alone_while_its_session_lives(sent):
    handled_by(idle)
    job = ask()
    Job.objects.update(state=JobState.RUNNING, attempts=1, send_after=clock.now() - timedelta(hours=1))
    with held_elsewhere(job):
        assert jobs.resume_stale() == 0
    assert jobs.resume_stale() == 1


def test_who_was_taken_over_cannot_finish(sent):
    def work(job: Job) -> None:
        Job.objects.filter(pk=job.pk).update(claim="12345678123456781234567812345678", attempts=2)
        job.finish({"late": True})

    handled_by(work)
    job = run(ask())
    assert (job.state, job.result) == (JobState.RUNNING, {})


def test_finishing_stands_and_falls_with_the_work(sent):
    def work(job: Job) -> None:
        with transaction.atomic():
            job.finish({"good": 1})
            raise ZeroDivisionError

    handled_by(work)
    job = run(ask())
    assert (job.state, job.result) == (JobState.QUEUED, {})


def test_one_live_job_per_key(sent):
    handled_by(idle)
    first, second = ask(unique_key="roster:7"), ask(unique_key="roster:7")
    assert first == second
    run(first)
    assert ask(unique_key="roster:7") != first
    with pytest.raises(IntegrityError, match="one_live_per_key"), transaction.atomic():
        Job.objects.create(kind="x", unique_key="roster:7", send_after=clock.now())


@pytest.mark.parametrize(
    "params",
    [
        {"name": "张三"},
        {"id": "11010519491231002X"},
        {"n": 6222021234567890123},
        {"x": 1.5},
        {"x": {"a": 1}},
        {"x": ["a b"]},
    ],
)
def test_only_ids_travel(params, sent):
    handled_by(idle)
    with pytest.raises(ValueError, match="must be an id"):
        ask(params=params)


def test_a_kind_that_nobody_handles_is_refused(sent):
    with pytest.raises(LookupError):
        jobs.enqueue("test.nobody", params={}, started_by_id=None)


def test_two_handlers_of_one_kind_are_a_mistake():
    handled_by(idle)
    with pytest.raises(ValueError, match="two handlers"):
        handled_by(roll_back_after)


def test_progress_shows_before_the_work_commits(sent):
    shown = []

    def work(job: Job) -> None:
        with transaction.atomic():
            job.report(21, 40, "reading")
            shown.append(jobs.progress(Job.objects.get(pk=job.pk)))

    handled_by(work)
    run(ask())
    assert [(one.done, one.total, one.note, one.percent) for one in shown] == [(21, 40, "reading", 52)]


def test_progress_is_written_a_few_times_a_second_and_at_the_end(sent, monkeypatch):
    written = []
    monkeypatch.setattr(cache, "set", lambda _key, value, **_options: written.append(value["done"]))

    def work(job: Job) -> None:
        for number in range(1, 10_001):
            job.report(number, 10_000)

    handled_by(work)
    run(ask())
    assert written[-1] == 10_000
    assert len(written) < 100


def test_a_cache_that_is_away_stops_no_work(sent, monkeypatch, caplog):
    def away(*_args, **_options):
        raise ConnectionError

    monkeypatch.setattr(cache, "set", away)
    monkeypatch.setattr(cache, "get", away)
    handled_by(lambda job: job.report(1, 1))
    job = run(ask())
    assert job.state == JobState.DONE
    assert jobs.progress(job).percent == 100


def test_the_task_takes_a_number_and_makes_one_call(sent):
    handled_by(idle)
    job = ask()
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    tasks.resume_stale_jobs()


def test_every_job_ends_somewhere():
    with pytest.raises(IntegrityError, match="ends_with_a_time"), transaction.atomic():
        Job.objects.create(kind="x", state=JobState.DONE, send_after=clock.now())
    with pytest.raises(IntegrityError, match="says_why_not"), transaction.atomic():
        Job.objects.create(kind="x", state=JobState.DEAD, finished_at=clock.now(), send_after=clock.now())
