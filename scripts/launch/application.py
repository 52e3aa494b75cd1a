"""The processes that serve: the web server, the worker and the clock of the scheduled tasks."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.launch.options import HOST
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.service import Service

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes unnamed files there


class _Process(Service):
    def __init__(self, log: Path, env: Mapping[str, str]) -> None:
        super().__init__(log)
        self.env = env

    def environment(self) -> dict[str, str]:
        return dict(self.env)

    def popen_options(self) -> dict[str, Any]:
        return {"cwd": str(ROOT)}


class Web(_Process):
    """gunicorn on a port of the loopback interface."""

    name = "web"

    def __init__(self, log: Path, env: Mapping[str, str], port: int) -> None:
        super().__init__(log, env)
        self.port = port

    def command(self) -> list[str]:
        """Two processes with threads: enough for a demo and close to production."""
        shared = ["--worker-tmp-dir", str(SHARED_MEMORY)] if os.access(SHARED_MEMORY, os.W_OK) else []
        return [
            *(str(PYTHON), "-m", "gunicorn", "config.wsgi:application"),
            *("--bind", f"{HOST}:{self.port}"),
            *("--workers", "2"),
            *("--worker-class", "gthread"),
            *("--threads", "8"),
            *("--timeout", "120"),
            *("--graceful-timeout", "5"),
            "--preload",
            "--no-control-socket",
            *shared,
        ]

    def is_ready(self) -> bool:
        """Whether /healthz answers that all is well."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=5) as answer:
                return bool(json.load(answer).get("status") == "ok")
        except (OSError, ValueError, urllib.error.URLError):
            return False


class Worker(_Process):
    """The Celery worker."""

    name = "worker"
    stop_seconds = 10.0

    def command(self) -> list[str]:
        """Two processes: a long import does not hold up the notices."""
        return [
            *(str(PYTHON), "-m", "celery", "--app", "config", "worker"),
            *("--loglevel", "INFO"),
            *("--concurrency", "2"),
            *("--without-gossip", "--without-mingle"),
        ]


class Beat(_Process):
    """The clock that sends the scheduled tasks."""

    name = "beat"
    stop_seconds = 10.0

    def command(self) -> list[str]:
        """No file with a process id: the launcher knows whom it started."""
        return [str(PYTHON), "-m", "celery", "--app", "config", "beat", "--loglevel", "INFO", "--pidfile="]
