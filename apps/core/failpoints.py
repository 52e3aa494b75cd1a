"""Named places in the services at which a test may have the process break off.

    failpoints.point("result.kept")

In service this is one look at a module's variable and nothing else. Tests arm it: the simulator for the
length of a block (`armed`), the killer of real processes by naming a folder in `SHITU_FAILPOINTS`. There a
file with a point's name ends, by `kill -9`, the one process that comes to the point first; and only under the
settings for tests, so that no environment variable can break a system in use.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "SHITU_FAILPOINTS"
_SETTINGS = "config.settings.test"

_hit: Callable[[str], None] | None = None


def point(name: str) -> None:
    """The place `name` is passed; nothing happens unless a test waits for it."""
    if _hit is not None:
        _hit(name)


@contextmanager
def armed(hit: Callable[[str], None]) -> Iterator[None]:
    """Within the block every point that is passed is told to `hit`, which may raise."""
    global _hit  # noqa: PLW0603 - one process, one test
    before, _hit = _hit, hit
    try:
        yield
    finally:
        _hit = before


def _die_at_files_in(folder: Path) -> Callable[[str], None]:
    def hit(name: str) -> None:
        try:
            (folder / name).unlink()
        except OSError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    return hit


if os.environ.get(FOLDER) and os.environ.get("DJANGO_SETTINGS_MODULE") == _SETTINGS:
    _hit = _die_at_files_in(Path(os.environ[FOLDER]))
