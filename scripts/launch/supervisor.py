"""Keeps the services running until somebody asks for the end."""

import signal
import time
from collections import defaultdict
from contextlib import suppress
from types import FrameType

from scripts.launch import say
from scripts.launch.errors import Stop
from scripts.launch.service import Service

RESTARTS_MAX = 3
RESTART_WINDOW_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """Somebody pressed Ctrl-C or asked the launcher to end."""


def heed_signals() -> None:
    """From now on Ctrl-C and a request to end raise Interrupted; nothing is started after that."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def ignore_signals() -> None:
    """While stopping: a second Ctrl-C must not leave an engine behind."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def watch(services: list[Service]) -> None:
    """Start again whatever ends by itself; raises Stop when that does not help, Interrupted at the end.

    The engines stand first in the list, so that they are up again before those that need them.
    """
    ends: dict[str, list[float]] = defaultdict(list)
    while True:
        for service in services:
            if service.is_running():
                continue
            now = time.monotonic()
            recent = [moment for moment in ends[service.name] if now - moment < RESTART_WINDOW_SECONDS]
            if len(recent) >= RESTARTS_MAX:
                raise Stop(f"{service.name} keeps ending: {service.last_words()} (whole log: {service.log})")
            ends[service.name] = [*recent, now]
            say.line(f"{service.name} ended by itself and is started again; its log is {service.log}")
            # One that ends again as it starts is met on the next round, and counted there.
            with suppress(Stop):
                service.start()
                service.wait_until_ready()
        time.sleep(0.5)


def stop_all(services: list[Service]) -> None:
    """Stop in order: those that serve together first, then, one after another, what they stood on."""
    for service in services:
        service.ask_to_stop()
    for service in services:
        service.wait_until_stopped()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted
