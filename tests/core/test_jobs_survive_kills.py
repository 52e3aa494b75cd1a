"""A real worker process is killed in the middle of a job: nothing is lost, nothing is done twice."""

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from apps.core import clock, jobs
from apps.core.models import Holiday, JobState
from config.celery import app
from tests.core.worker_for_kills import FIRST_DAY, KIND, STEPS, steps

pytestmark = [pytest.mark.slow, pytest.mark.slow_process, pytest.mark.django_db(transaction=True)]
SECONDS_MAX = 30


class Worker:
    """One worker process, followed by what it says."""

    def __init__(self, prefix: str) -> None:
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "tests.core.worker_for_kills", connection.settings_dict["NAME"], prefix],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # Whoever waits for a word that never comes must not wait for ever.
        self.watchdog = threading.Timer(SECONDS_MAX, self.process.kill)
        self.watchdog.start()

    def says(self, word: str) -> list[str]:
        """Wait until it says this; return everything up to there."""
        heard = []
        for line in self.process.stdout:
            heard.append(line.strip())
            if word in line:
                return heard
        raise AssertionError(f"the worker ended before it said {word!r}: {heard}")

    def kill(self) -> None:
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def prefix(monkeypatch) -> str:
    """Where messages of tests go; what earlier tests left there is thrown away."""
    monkeypatch.setattr(jobs, "_handlers", {KIND: steps})
    app.control.purge()
    return app.conf.broker_transport_options["global_keyprefix"]


def test_a_job_goes_on_where_its_worker_was_killed(prefix):
    job = jobs.enqueue(KIND, params={}, started_by_id=None)
    first = Worker(prefix)
    try:
        assert "attempt 1 from 0" in first.says("in the middle")
    finally:
        first.kill()
    job.refresh_from_db()
    assert (job.state, Holiday.objects.filter(day__gte=FIRST_DAY).count()) == (JobState.RUNNING, 3)

    with time_machine.travel(clock.now() + timedelta(seconds=settings.JOB_STALE_SECONDS + 1)):
        assert jobs.resume_stale() == 1
    second = Worker(prefix)
    try:
        assert "attempt 2 from 3" in second.says("finished")
    finally:
        second.kill()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == (JobState.DONE, 2, {"steps": STEPS})
    names = Holiday.objects.filter(day__gte=FIRST_DAY).order_by("day").values_list("name", flat=True)
    assert list(names) == ["attempt 1"] * 3 + ["attempt 2"] * 3
