"""`make faults` and `make fuzz`: programs of tests/, on engines of their own."""

import subprocess

from scripts.launch import city, django, engines, supervisor
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.setup import set_up


def faults(options: Options) -> int:
    """Run `python -m tests.faults` with ARGS; returns its exit code.

    The killer of processes starts its own, durable engines: here it gets none.
    """
    return _attack("faults", options)


def fuzz(options: Options) -> int:
    """Run `python -m tests.fuzz` with ARGS; returns its exit code."""
    return _attack("fuzz", options)


def _attack(name: str, options: Options) -> int:
    """Run a program of tests/ on throw-away engines."""
    supervisor.heed_signals()
    set_up()
    with engines.temporary(options, name) as (found, folder):
        # The owner's login alone: the databases are made here, and each connection takes on its role.
        addresses = dict(found.addresses)
        addresses["DATABASE_URL"] = addresses.pop("DATABASE_OWNER_URL", addresses["DATABASE_URL"])
        env = django.environment(addresses, "test", TEST_MEDIA_ROOT=str(folder / "media"))
        city.compile_messages(env)
        city.write_readings(env)
        command = [str(PYTHON), "-m", f"tests.{name}", *options.arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=env)
        try:
            return process.wait()
        except supervisor.Interrupted:
            process.terminate()
            process.wait()
            raise
