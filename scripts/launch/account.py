"""As whom PostgreSQL runs: it refuses to run as root, so root lends it an account without rights."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.launch.errors import Stop

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The user an engine runs as; without ids it is whoever started the launcher."""

    uid: int | None = None
    gid: int | None = None

    def popen_options(self) -> dict[str, Any]:
        """Options that make `subprocess` act as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def owns(self, folder: Path) -> Path:
        """Make a folder that only this account can enter, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)
        return folder

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may go through every folder down to `folder`."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """Whether this account can start a program and load its libraries."""
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                **self.popen_options(),
            )
        except OSError:
            return False
        return done.returncode == 0


def engine_account() -> Account:
    """The account for PostgreSQL; raises Stop when root has none to lend."""
    if os.geteuid() != 0:
        return Account()
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise Stop(
        "PostgreSQL does not run as root and there is no account `nobody`; start Shitu as another user."
    )


def reachable_copy(source: Path, beside: tuple[str, ...], target: Path) -> Path:
    """Copy `source` and the folders `beside` it to `target`; returns the copied `source`.

    The programs find their libraries relative to themselves, so the folders stay side by side.
    """
    copied = target / source.name
    if not copied.is_dir():
        fresh = target.with_name(f"{target.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for name in (source.name, *beside):
            shutil.copytree(source.parent / name, fresh / name, symlinks=True)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return copied
