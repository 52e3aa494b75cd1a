"""`make test`: the whole suite, on throw-away engines unless somebody names others."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.launch import browser, city, django, engines, say, supervisor
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
    folder = Path(tempfile.mkdtemp(prefix="shitu-test-", dir=RUN))
    folder.chmod(0o755)
    # Two runs at once in one checkout: the folder's name tells their sockets and databases apart.
    purpose = folder.name.removeprefix("shitu-test-")
    try:
        with engines.running(options, folder=folder, purpose=purpose, throwaway=True) as found:
            env = django.environment(found.addresses, "test", CHROMIUM=chromium)
            if not found.database_is_embedded:
                env["TEST_DB_NAME"] = os.environ.get("TEST_DB_NAME", f"test_shitu_{purpose}")
            city.compile_messages(env)
            code = _pytest(env, options.arguments)
    finally:
        supervisor.ignore_signals()
        shutil.rmtree(folder, ignore_errors=True)
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
