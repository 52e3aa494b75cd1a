"""The words that `make` says to the launcher."""

import os
import signal
from collections.abc import Callable

from scripts.launch import bench, check, faults, locks, run, setup, test
from scripts.launch.options import Options
from scripts.launch.service import end_with_parent


def _run() -> int:
    _end_with_make()
    run.run(Options.read())
    return 0


def _test() -> int:
    _end_with_make()
    return test.test(Options.read())


def _setup() -> int:
    setup.set_up()
    return 0


def _check() -> int:
    return check.check(Options.read())


def _bench() -> int:
    _end_with_make()
    return bench.bench(Options.read())


def _faults() -> int:
    _end_with_make()
    return faults.faults(Options.read())


def _fuzz() -> int:
    _end_with_make()
    return faults.fuzz(Options.read())


def _lock() -> int:
    setup.set_up()
    locks.compile_locks()
    return 0


def _end_with_make() -> None:
    """A `make` that is killed takes the launcher along, and with it everything it started."""
    if "MAKELEVEL" in os.environ:
        end_with_parent(signal.SIGTERM)


COMMANDS: dict[str, Callable[[], int]] = {
    "run": _run,
    "test": _test,
    "setup": _setup,
    "check": _check,
    "bench": _bench,
    "faults": _faults,
    "fuzz": _fuzz,
    "lock": _lock,
}
