"""A program that the launcher starts, watches and stops."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import IO, Any

from scripts.launch.errors import Stop

PR_SET_PDEATHSIG = 1


class Service:
    """One long-running program with a log of its own.

    Subclasses say how it is started (`command`, `environment`, `popen_options`) and how one sees that
    it serves (`is_ready`).
    """

    name = ""
    stop_signal = signal.SIGTERM
    stop_seconds = 20.0
    start_seconds = 60.0

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The program's environment."""
        return dict(os.environ)

    def popen_options(self) -> dict[str, Any]:
        """Further options for `subprocess.Popen`."""
        return {}

    def is_ready(self) -> bool:
        """Whether it serves; asked repeatedly after the start."""
        return True

    def start(self) -> None:
        """Start the program; it ends with the launcher, whatever ends the launcher."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = self._popen(log)

    def _popen(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C reaches the launcher alone, which then stops all in order.
            start_new_session=True,
            preexec_fn=partial(end_with_parent, self.stop_signal),  # noqa: PLW1509 - there are no threads
            **self.popen_options(),
        )

    def wait_until_ready(self) -> None:
        """Return when the program serves; raises Stop with its last words when it does not."""
        deadline = time.monotonic() + self.start_seconds
        while not self.is_ready():
            if not self.is_running():
                raise Stop(f"{self.name} ended as it started: {self.last_words()} (whole log: {self.log})")
            if time.monotonic() > deadline:
                raise Stop(f"{self.name} did not answer in {self.start_seconds:.0f} s; its log is {self.log}")
            time.sleep(0.1)

    def is_running(self) -> bool:
        """Whether the program has been started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def last_words(self) -> str:
        """The last line of the log."""
        try:
            lines = self.log.read_text(errors="replace").split("\n")
        except OSError:
            lines = []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it gave no reason")

    def ask_to_stop(self) -> None:
        """Send the signal that ends the program in good order."""
        if self.process is not None and self.is_running():
            self.process.send_signal(self.stop_signal)

    def wait_until_stopped(self) -> None:
        """Wait for the end; whoever does not end in time is killed with all it started."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def stop(self) -> None:
        """Ask and wait."""
        self.ask_to_stop()
        self.wait_until_stopped()

    def discard(self) -> None:
        """Remove what the stopped program left on the disk."""


def end_with_parent(by_signal: signal.Signals) -> None:
    """Ask the kernel for a signal when the parent is gone, also when it was killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(by_signal), 0, 0, 0)
