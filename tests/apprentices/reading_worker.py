"""A worker process of its own that reads a roster and can be killed between two chunks.

`python -m tests.apprentices.reading_worker DATABASE MEDIA_ROOT JOB STOP_AFTER`: after STOP_AFTER chunks it
prints a line and sleeps, holding the job as a hung or dying worker would.
"""

import os
import sys
import time


def main() -> None:
    database, media_root, job_id, stop_after = sys.argv[1:5]
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.MEDIA_ROOT = media_root
    django.setup()

    from apps.core import jobs

    module = sys.modules["apps.apprentices.services.read_roster"]
    store, stored = module._store, []

    def store_and_count(*args: object) -> None:
        store(*args)
        stored.append(1)
        if len(stored) == int(stop_after):
            sys.stdout.write("stored\n")
            sys.stdout.flush()
            time.sleep(600)

    module._store = store_and_count
    jobs.run(int(job_id))


if __name__ == "__main__":
    main()
