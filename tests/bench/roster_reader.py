"""One worker process that reads one roster: prints its seconds and the peak memory with its children.

`python -m tests.bench.roster_reader DATABASE MEDIA_ROOT ROSTER_FILE`. A process of its own, as a worker is
one, so that nothing else counts towards the memory.
"""

import os
import resource
import sys
import time


def main() -> None:
    database, media_root, roster_file_id = sys.argv[1:4]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.MEDIA_ROOT = media_root
    django.setup()

    from apps.apprentices.models import RosterFile
    from apps.apprentices.services import read_roster

    rows = RosterFile.objects.select_related("file", "training_class__line", "uploaded_by__person")
    roster_file = rows.get(pk=int(roster_file_id))
    begun = time.perf_counter()
    done = read_roster(roster_file)
    seconds = time.perf_counter() - begun
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    own = _own_peak()
    sys.stdout.write(f"{seconds} {(own + children) / 1024} {done.good_rows} {done.bad_rows} {done.state}\n")


def _own_peak() -> int:
    """The peak of this program in KB.

    What `getrusage` says of it begins with the memory of the process that started it: that of the bench. Of
    the children it says for the same reason at least what this process had when it started them.
    """
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
