"""The two engines together, embedded or somebody else's, and how the application reaches them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.launch import supervisor
from scripts.launch.options import Options
from scripts.launch.places import RUN, socket_folder
from scripts.launch.postgres import APPLICATION, OWNER, Postgres
from scripts.launch.redis import Redis
from scripts.launch.service import Service

DATABASE = "shitu"


@dataclass
class Engines:
    """Running engines: the addresses for the application, and the services that the launcher keeps."""

    addresses: dict[str, str] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)
    database_is_new: bool = False

    @property
    def database_is_embedded(self) -> bool:
        """Whether the data are in `.run/`, so that the launcher knows what was done to them."""
        return any(isinstance(service, Postgres) for service in self.services)

    def stop(self) -> None:
        """Stop what the launcher started, Redis first."""
        for service in reversed(self.services):
            service.stop()


def start(options: Options, *, folder: Path = RUN, purpose: str = "run", throwaway: bool = False) -> Engines:
    """Start the engines that the options do not name; returns when all of them answer.

    `folder` takes data and logs, `purpose` tells the sockets of two sets in one checkout apart.
    """
    engines = Engines()
    try:
        if options.database_url:
            engines.addresses["DATABASE_URL"] = options.database_url
            if options.database_owner_url:
                engines.addresses["DATABASE_OWNER_URL"] = options.database_owner_url
        else:
            _start_postgres(engines, folder, purpose, throwaway=throwaway)
        if options.redis_url:
            engines.addresses["REDIS_URL"] = options.redis_url
            if options.broker_url:
                engines.addresses["CELERY_BROKER_URL"] = options.broker_url
        else:
            _start_redis(engines, folder, purpose, throwaway=throwaway)
    except BaseException:
        engines.stop()
        raise
    return engines


@contextmanager
def temporary(options: Options, purpose: str, *, throwaway: bool = True) -> Iterator[tuple[Engines, Path]]:
    """Engines for the length of a block, with a folder of their own that goes with them.

    Two blocks at once in one checkout do not meet: a part of the folder's name tells them apart.
    """
    RUN.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=RUN))
    # The account of PostgreSQL must come through to its data.
    folder.chmod(0o755)
    engines = Engines()
    try:
        engines = start(options, folder=folder, purpose=folder.name, throwaway=throwaway)
        yield engines, folder
    finally:
        supervisor.ignore_signals()
        engines.stop()
        for service in engines.services:
            service.discard()
        shutil.rmtree(folder, ignore_errors=True)


def _start_postgres(engines: Engines, folder: Path, purpose: str, *, throwaway: bool) -> None:
    server = Postgres(
        folder / "postgres", socket_folder(purpose), folder / "logs" / "postgres.log", throwaway=throwaway
    )
    engines.services.append(server)
    server.prepare()
    server.start()
    server.wait_until_ready()
    engines.database_is_new = server.create_database(DATABASE)
    engines.addresses["DATABASE_URL"] = server.url(APPLICATION, DATABASE)
    engines.addresses["DATABASE_OWNER_URL"] = server.url(OWNER, DATABASE)


def _start_redis(engines: Engines, folder: Path, purpose: str, *, throwaway: bool) -> None:
    server = Redis(
        folder / "redis", socket_folder(purpose), folder / "logs" / "redis.log", throwaway=throwaway
    )
    engines.services.append(server)
    server.prepare()
    server.start()
    server.wait_until_ready()
    engines.addresses["REDIS_URL"] = server.url()
    engines.addresses["CELERY_BROKER_URL"] = server.broker_url()
