"""`make test`: the whole suite, on throw-away engines unless somebody names others."""

import os
import subprocess

from scripts.launch import accounting, browser, city, django, engines, say, supervisor
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT, RUN
from scripts.launch.setup import set_up

# Written by tests/conftest.py: how many browser tests passed. `.ci/run` reads it.
BROWSER_COUNT = RUN / "browser-tests-passed"


def test(options: Options) -> int:
    """Run pytest with ARGS and return its exit code; a missing browser is told before and after."""
    supervisor.heed_signals()
    set_up()
    BROWSER_COUNT.unlink(missing_ok=True)
    chromium = browser.install()
    accounting.install()
    with engines.temporary(options, "test") as (found, folder):
        # The owner's login alone, so that tests can try what the owner may: each connection of the
        # application takes on its role as it opens. tests/setup tries the two logins on engines of its own.
        addresses = dict(found.addresses)
        addresses["DATABASE_URL"] = addresses.pop("DATABASE_OWNER_URL", addresses["DATABASE_URL"])
        env = django.environment(addresses, "test", CHROMIUM=chromium)
        if not found.database_is_embedded:
            env["TEST_DB_NAME"] = os.environ.get("TEST_DB_NAME", f"test_shitu_{folder.name[5:]}")
        city.compile_messages(env)
        city.write_readings(env)
        code = _pytest(env, options.arguments)
    if not chromium:
        say.loudly("THE BROWSER TESTS DID NOT RUN: there is no Chromium.")
    return code


def _pytest(env: dict[str, str], arguments: tuple[str, ...]) -> int:
    process = subprocess.Popen([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, env=env)
    try:
        return process.wait()
    except supervisor.Interrupted:
        process.terminate()
        process.wait()
        raise
