"""Who owns the processes, and kills them: groups, children, servers; at random and at named points."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scripts.launch.application import Web, Worker
from scripts.launch.errors import Stop
from scripts.launch.postgres import Postgres
from scripts.launch.redis import Redis
from scripts.launch.service import Service

POINTS = (
    "answer.committed", "step.locked", "step.saved", "step.committed", "posting.posted", "release.ordered",
    "release_many.one", "job.written", "job.sending", "job.claimed", "job.handled", "receipt.booked",
    "receipt.committed", "batch.made", "batch.committed", "batch.file_kept", "result.kept", "result.applied",
    "result.committed", "payment.counted",
)  # fmt: skip
# Passed by every receipt, so that somebody comes to them at once.
_BUSY_POINTS = ("answer.committed", "posting.posted", "receipt.booked", "receipt.committed")
# How often each kind comes, in twenty.
_KINDS = (
    *("worker group",) * 2,
    *("pool child",) * 4,
    *("postgres",) * 2,
    *("redis",) * 2,
    "web server",
    *("web child",) * 4,
    *("at a point",) * 5,
)
_POINT_SECONDS = 1.5
_RESTARTS_MAX = 100


class Pack:
    """The processes as direct children, each killed with SIGKILL and started again."""

    def __init__(self, postgres: Postgres, redis: Redis, web: Web, worker: Worker, points: Path) -> None:
        self.postgres, self.redis, self.web, self.worker = postgres, redis, web, worker
        self.points = points
        self.count: Counter = Counter()
        self.at: Counter = Counter()

    def services(self) -> list[Service]:
        return [self.postgres, self.redis, self.web, self.worker]

    def kill_one(self, dice: random.Random, kind: str = "") -> str:
        """Kill something and bring it up again; returns what it was."""
        kind = kind or dice.choice(_KINDS)
        done = self._at_a_point(dice) if kind == "at a point" else self._directly(kind)
        if done:
            self.count[kind] += 1
        self.mend()
        return kind if done else ""

    def _directly(self, kind: str) -> bool:
        how: dict[str, Callable[[], bool]] = {
            "worker group": lambda: self._group(self.worker),
            "pool child": lambda: self._child(self.worker),
            "postgres": lambda: self._group(self.postgres),
            "redis": lambda: self._group(self.redis),
            "web server": lambda: self._group(self.web),
            "web child": lambda: self._child(self.web),
        }
        return how[kind]()

    def _group(self, service: Service) -> bool:
        if service.process is None or not service.is_running():
            return False
        for pid in (service.process.pid, *children_of(service.process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        service.process.wait()
        return True

    def _child(self, service: Service) -> bool:
        if service.process is None:
            return False
        found = children_of(service.process.pid)
        if not found:
            return False
        with suppress(ProcessLookupError):
            os.kill(found[-1], signal.SIGKILL)
            return True
        return False

    def _at_a_point(self, dice: random.Random) -> bool:
        """Whoever comes to the point first ends there; nobody may come, and then nothing was killed."""
        name = dice.choice(POINTS if dice.random() < 0.5 else _BUSY_POINTS)
        trap = self.points / name
        trap.touch()
        trap.chmod(0o666)
        deadline = time.monotonic() + _POINT_SECONDS
        while trap.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        with suppress(FileNotFoundError):
            trap.unlink()
            return False
        self.at[name] += 1
        return True

    def mend(self) -> None:
        """Start again whatever is not there; engines first, and wait until they answer."""
        for service in self.services():
            for _time in range(_RESTARTS_MAX):
                if service.is_running():
                    break
                with suppress(Stop):
                    service.start()
                    if service is not self.worker:
                        service.wait_until_ready()
                    break
                time.sleep(0.2)

    def stop(self) -> None:
        for service in reversed(self.services()):
            service.stop()


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that still run, oldest first."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return sorted(int(word) for word in text.split())
