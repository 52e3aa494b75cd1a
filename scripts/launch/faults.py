"""`make faults`: money under faults (tests/faults), on engines of its own."""

import subprocess

from scripts.launch import city, django, engines, supervisor
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.setup import set_up


def faults(options: Options) -> int:
    """Run `python -m tests.faults` with ARGS on throw-away engines; returns its exit code.

    The killer of processes starts its own, durable engines: here it gets none.
    """
    supervisor.heed_signals()
    set_up()
    with engines.temporary(options, "faults") as (found, folder):
        # The owner's login alone: the databases are made here, and each connection takes on its role.
        addresses = dict(found.addresses)
        addresses["DATABASE_URL"] = addresses.pop("DATABASE_OWNER_URL", addresses["DATABASE_URL"])
        env = django.environment(addresses, "test", TEST_MEDIA_ROOT=str(folder / "media"))
        city.compile_messages(env)
        city.write_readings(env)
        process = subprocess.Popen([str(PYTHON), "-m", "tests.faults", *options.arguments], cwd=ROOT, env=env)
        try:
            return process.wait()
        except supervisor.Interrupted:
            process.terminate()
            process.wait()
            raise
