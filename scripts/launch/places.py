"""Where things are: the checkout, its private folder, and a short folder for sockets."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from scripts.launch.errors import Stop

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = ROOT / ".run"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATIC_VENDOR = ROOT / "static_vendor"

# The kernel keeps 108 bytes for a socket's path, the closing zero included.
SOCKET_PATH_MAX = 107
LONGEST_SOCKET_NAME = "/pg/.s.PGSQL.5432.lock"


def checkout_name(root: Path = ROOT) -> str:
    """A short name that differs between two checkouts, and between two people in one."""
    return hashlib.sha256(f"{root}:{os.getuid()}".encode()).hexdigest()[:10]


def socket_folder(purpose: str, root: Path = ROOT) -> Path:
    """The folder for the engines' sockets: short enough for the kernel, different for each checkout.

    Raises Stop when even the shortest temporary folder is too deep.
    """
    for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - ownership is checked in private_folder
        folder = Path(base) / f"shitu-{checkout_name(root)}-{purpose}"
        if len(os.fsencode(f"{folder}{LONGEST_SOCKET_NAME}")) <= SOCKET_PATH_MAX:
            return folder
    raise Stop("The path of the temporary folder is too long for a socket; set TMPDIR to a shorter one.")


def private_folder(folder: Path, mode: int = 0o755) -> Path:
    """Make a folder that nobody else prepared for us; raises Stop when somebody did.

    The temporary folder is open to everybody: without this a stranger could wait for us with a
    folder of the expected name and read along.
    """
    try:
        folder.mkdir(mode=mode, parents=True)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise Stop(f"{folder} belongs to somebody else; remove it or set TMPDIR.") from None
    folder.chmod(mode)
    return folder


def site_packages(venv: Path = VENV) -> Path:
    """The folder of installed packages; raises Stop before the set-up made it."""
    found = sorted((venv / "lib").glob("python3.*/site-packages"))
    if not found:
        raise Stop("The virtual environment is missing; run `make setup`.")
    return found[-1]
