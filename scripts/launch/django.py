"""Calls of `manage.py` and the environment in which the application runs."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from scripts.launch.errors import Stop
from scripts.launch.places import PYTHON, ROOT, RUN

ENGINE_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CELERY_BROKER_URL")


def environment(addresses: Mapping[str, str], settings: str, **more: str) -> dict[str, str]:
    """The environment of a process of the application: ours, with the engines' addresses.

    Addresses that `addresses` does not name are emptied, so that none is taken over from `.run/env`. Where
    this machine keeps no byte code, ours is kept all the same: each process starts two seconds earlier.
    """
    engines = {name: addresses.get(name, "") for name in ENGINE_VARIABLES}
    path = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        **engines,
        "DJANGO_SETTINGS_MODULE": f"config.settings.{settings}",
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def write_environment_file(values: Mapping[str, str], file: Path = RUN / "env") -> None:
    """Leave the addresses where `manage.py` finds them when somebody calls it by hand."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    fresh.chmod(0o600)
    fresh.replace(file)


def has_command(name: str) -> bool:
    """Whether an app of the project has this management command."""
    return any((ROOT / "apps").glob(f"*/management/commands/{name}.py"))


def manage(env: Mapping[str, str], *arguments: str) -> str:
    """Run a management command and return what it printed; raises Stop with its last words."""
    done = subprocess.run(
        [str(PYTHON), "manage.py", *arguments],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = RUN / "logs" / f"{arguments[0]}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr)
        words = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        reason = words[-1].strip() if words else "it gave no reason"
        raise Stop(f"manage.py {arguments[0]} failed: {reason} (all of it: {log})")
    return done.stdout
