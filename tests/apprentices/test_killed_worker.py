"""A worker dies in the middle of a roster (kill -9): another goes on, nothing is lost and nothing doubled."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.apprentices import services
from apps.apprentices.enums import RosterState
from apps.apprentices.models import Enrolment, RosterFile, RosterProblem
from apps.casework.models import History
from apps.core import invariants, jobs
from apps.core.models import Job
from tests.apprentices.conftest import csv_bytes, line
from tests.factories import apprentices as make

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 25_000


def start_worker(job: Job, *, stop_after: int) -> subprocess.Popen:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.apprentices.reading_worker",
            connection.settings_dict["NAME"],
            str(settings.MEDIA_ROOT),
            str(job.pk),
            str(stop_after),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    )


def its_session_has_ended(job_id: int) -> None:
    """Wait for the job's lock, which the database gives back when it sees that the worker is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [jobs._LOCK_SPACE, job_id])
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [jobs._LOCK_SPACE, job_id])


@pytest.fixture
def roster_file() -> RosterFile:
    shop = make.workshop(headcount=ROWS)
    rows = [line(name="钱七" if row % 1000 else "七", remark=row) for row in range(ROWS)]
    upload = SimpleUploadedFile("roster.csv", csv_bytes(rows))
    return services.upload_roster(shop.clerk, make.open_class(shop), upload, on=make.ON)


@pytest.mark.slow
@pytest.mark.parametrize(("chunks", "rows_stored"), [(1, 1_000), (4, 12_000)])
def test_a_killed_worker_loses_and_doubles_nothing(roster_file, chunks, rows_stored):
    worker = start_worker(roster_file.job, stop_after=chunks)
    assert worker.stdout.readline() == "stored\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    its_session_has_ended(roster_file.job_id)
    roster_file.refresh_from_db()
    assert roster_file.state == RosterState.READING
    assert roster_file.read_to == rows_stored + 1
    assert Enrolment.objects.count() == roster_file.good_rows

    jobs.run(roster_file.job_id)

    roster_file.refresh_from_db()
    assert (roster_file.state, roster_file.job.state) == (RosterState.DONE, "done")
    assert (roster_file.good_rows, roster_file.bad_rows) == (ROWS - ROWS // 1000, ROWS // 1000)
    rows = list(Enrolment.objects.order_by("id").values_list("roster_row", flat=True))
    bad = list(RosterProblem.objects.order_by("row").values_list("row", flat=True))
    assert sorted([*rows, *bad]) == list(range(2, ROWS + 2))
    assert History.objects.filter(subject_type="apprentices.enrolment").count() == len(rows)
    assert all(finding.holds for finding in invariants.audit(["I15a", "I15e", "I11-apprentices.enrolment"]))


def test_a_message_that_comes_twice_reads_once(roster_file):
    """The job is done; whoever gets its message again finds that and leaves it alone."""
    jobs.run(roster_file.job_id)
    taken = Enrolment.objects.count()
    jobs.run(roster_file.job_id)
    services.read_roster(RosterFile.objects.get(pk=roster_file.pk))
    assert Enrolment.objects.count() == taken == ROWS - ROWS // 1000
