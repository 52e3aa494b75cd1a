"""What the environment asks of the launcher, read once and judged before anything is started."""

import os
import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from scripts.launch.errors import Stop

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
NO = {"0", "no", "false", "off"}
YES = {"1", "yes", "true", "on"}


@dataclass(frozen=True)
class Options:
    """The launcher's wishes: port, engines of one's own, demo city, arguments for pytest."""

    port: int = DEFAULT_PORT
    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""
    broker_url: str = ""
    demo: bool = True
    arguments: tuple[str, ...] = ()

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Options":
        """Read PORT, DATABASE_URL, REDIS_URL, DEMO and ARGS; raises Stop at what makes no sense."""
        return cls(
            port=_port(environment.get("PORT", "").strip()),
            database_url=_url(environment, "DATABASE_URL", ("postgresql://", "postgres://", "psql://")),
            database_owner_url=_url(
                environment, "DATABASE_OWNER_URL", ("postgresql://", "postgres://", "psql://")
            ),
            redis_url=_url(environment, "REDIS_URL", ("redis://", "rediss://", "unix://")),
            broker_url=environment.get("CELERY_BROKER_URL", "").strip(),
            demo=_switch(environment.get("DEMO", "").strip()),
            arguments=_arguments(environment.get("ARGS", "")),
        )


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Stop(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _url(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    text = environment.get(name, "").strip()
    if text and not text.startswith(schemes):
        raise Stop(f"{name} must begin with {' or '.join(schemes)}.")
    return text


def _switch(text: str) -> bool:
    if text and text.lower() not in NO | YES:
        raise Stop(f"DEMO is {text!r}; it must be 0 or 1.")
    return text.lower() not in NO


def _arguments(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise Stop("ARGS has a quotation mark without its partner.") from None


def require_free_port(port: int) -> None:
    """Raise Stop when another program listens on the port or we may not."""
    with socket.socket(socket.AF_INET) as probe:
        # As gunicorn does: a port that only cools down after an earlier run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise Stop(
                f"Port {port} is not open to this account; choose another: PORT=8080 make run"
            ) from None
        except OSError:
            other = port + 1 if port < 65535 else DEFAULT_PORT
            raise Stop(f"Port {port} is taken; choose another: PORT={other} make run") from None
