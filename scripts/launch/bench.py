"""`make bench`: the measurements of tests/bench, on engines that keep what they are told."""

import subprocess

from scripts.launch import city, django, engines, supervisor
from scripts.launch.errors import Stop
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.setup import set_up


def bench(options: Options) -> int:
    """Run `python -m tests.bench` with ARGS on engines of their own; returns its exit code."""
    supervisor.heed_signals()
    if not (ROOT / "tests" / "bench" / "__main__.py").is_file():
        raise Stop("There are no measurements yet (tests/bench).")
    set_up()
    with engines.temporary(options, "bench", throwaway=False) as (found, folder):
        # The owner's login alone: the measurements make databases of their own, and the application's
        # connections take on its role as they open.
        addresses = dict(found.addresses)
        addresses["DATABASE_URL"] = addresses.pop("DATABASE_OWNER_URL", addresses["DATABASE_URL"])
        env = django.environment(addresses, "test", TEST_MEDIA_ROOT=str(folder / "media"))
        city.compile_messages(env)
        city.write_readings(env)
        command = [str(PYTHON), "-m", "tests.bench", *options.arguments]
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
