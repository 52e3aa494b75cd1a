"""A Celery worker on the test database for the test that kills it: one job kind, whose steps it can count.

Each step leaves a `Holiday` row (a table of ground with a key): done twice it would be there once, lost it
would be missing. Between two steps the worker says on standard output where it is, so that the test kills it
in the middle and not by the clock.
"""

import sys
import threading
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

STEPS = 6
KIND = "test.steps"
FIRST_DAY = date(2090, 1, 1)


def say(words: str) -> None:
    """Tell the test where the worker is."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def steps(job) -> None:
    """Do what is not done yet, one committed step after another; wait before the fourth if told to."""
    from apps.core.models import Holiday

    done = Holiday.objects.filter(day__gte=FIRST_DAY).count()
    say(f"attempt {job.attempts} from {done}")
    for number in range(done, STEPS):
        if number == 3 and job.attempts == 1:
            say("in the middle")
            threading.Event().wait()
        with transaction.atomic():
            Holiday.objects.create(day=FIRST_DAY + timedelta(days=number), name=f"attempt {job.attempts}")
            if number == STEPS - 1:
                job.finish({"steps": STEPS})
        job.report(number + 1, STEPS)
    say("finished")


def main() -> None:
    """Run the worker with the names that the test gave it."""
    database, prefix = sys.argv[1:]
    import django

    django.setup()
    from apps.core import jobs
    from config.celery import app

    settings.DATABASES["default"]["NAME"] = database
    from django.db import connections

    connections["default"].settings_dict["NAME"] = database
    jobs.register(KIND)(steps)
    app.conf.worker_redirect_stdouts = False
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "global_keyprefix": prefix}
    app.worker_main(
        [
            "worker",
            "--pool=solo",
            "--loglevel=ERROR",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


if __name__ == "__main__":
    main()
