"""`make bench`: the measurements of tests/bench, on engines of their own that keep what they are told."""

import subprocess

from scripts.launch import city, django, engines, supervisor
from scripts.launch.errors import Stop
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.setup import set_up


def bench(options: Options) -> int:
    """Run `python -m tests.bench` with ARGS on a migrated, empty database; returns its exit code."""
    supervisor.heed_signals()
    if not (ROOT / "tests" / "bench" / "__main__.py").is_file():
        raise Stop("There are no measurements yet (tests/bench).")
    set_up()
    with engines.temporary(options, "bench", throwaway=False) as (found, folder):
        env = django.environment(found.addresses, "development", MEDIA_ROOT=str(folder / "media"))
        city.compile_messages(env)
        city.collect_static(env)
        django.manage(env, "migrate", "--verbosity=0")
        command = [str(PYTHON), "-m", "tests.bench", *options.arguments]
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
