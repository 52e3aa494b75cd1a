"""The virtual environment and the locked Python packages."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from scripts.launch import say
from scripts.launch.errors import Stop
from scripts.launch.places import PYTHON, ROOT, RUN, VENV
from scripts.launch.stamps import Stamp, fingerprint

LOCK = ROOT / "requirements" / "development.lock"
INSTALLER_LOCK = ROOT / "requirements" / "installer.lock"
# pip's settings and the names under which uv knows them: a machine that reaches its packages by a
# mirror says so to pip.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
}


def install() -> None:
    """Make the environment and install what the locks say; nothing when that is done.

    Raises Stop when Python lacks its own module for environments or a package cannot be had.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    stamp = Stamp("packages", fingerprint([LOCK, INSTALLER_LOCK], python, str(VENV)))
    if stamp.is_fresh() and PYTHON.exists():
        return
    if not _is_usable():
        with say.step("virtual environment"):
            _make_environment()
    with say.step("Python packages"):
        _install_locked()
    stamp.set()


def _is_usable() -> bool:
    if not PYTHON.exists():
        return False
    done = subprocess.run(
        [str(PYTHON), "-c", "import sys, pip; print(sys.prefix, *sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    here = f"{VENV} {sys.version_info.major} {sys.version_info.minor}"
    return done.returncode == 0 and done.stdout.strip() == here


def _make_environment() -> None:
    # The interpreter behind a virtual environment that may be active, not that environment.
    base = Path(sysconfig.get_config_var("BINDIR") or sys.base_prefix) / f"python3.{sys.version_info.minor}"
    python = str(base if base.exists() else sys.executable)
    done = subprocess.run(
        [python, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        name = f"python3.{sys.version_info.minor}-venv"
        raise Stop(
            f"Python could not make a virtual environment; on Debian install {name}. See {_log(done)}."
        )


def _install_locked() -> None:
    """With uv, which takes a fifth of the time; with pip itself where uv does not run."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    installer = _run([*pip, "--no-deps", "-r", str(INSTALLER_LOCK)])
    if installer.returncode == 0:
        uv = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--python", str(PYTHON)]
        done = _run([*uv, "--require-hashes", str(LOCK), str(INSTALLER_LOCK)], _uv_environment())
        if done.returncode == 0:
            return
    done = _run([*pip, "-r", str(LOCK)])
    if done.returncode:
        raise Stop(f"The Python packages could not be installed; what pip said is in {_log(done)}.")


def _run(command: list[str], extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **_caches(), **(extra or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def _caches() -> dict[str, str]:
    """Caches in the checkout for an account without a home of its own."""
    if os.access(Path.home(), os.W_OK):
        return {}
    return {"UV_CACHE_DIR": str(RUN / "cache" / "uv"), "PIP_CACHE_DIR": str(RUN / "cache" / "pip")}


def _uv_environment() -> dict[str, str]:
    """pip's indexes and certificates under uv's names, where nobody gave uv its own."""
    settings = {"UV_NO_PROGRESS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    listing = _run([str(PYTHON), "-m", "pip", "config", "list"]).stdout
    for row in listing.splitlines():
        key, _, value = row.partition("=")
        name = UV_NAMES.get(key.rsplit(".", 1)[-1])
        if name and name not in os.environ:
            settings[name] = " ".join(value.strip("'\"").replace("\\n", " ").split())
    if "UV_FIND_LINKS" in settings:
        settings["UV_FIND_LINKS"] = settings["UV_FIND_LINKS"].replace(" ", ",")
    certificates = os.environ.get("PIP_CERT")
    if certificates and "SSL_CERT_FILE" not in os.environ:
        settings["SSL_CERT_FILE"] = certificates
    return settings


def _log(done: subprocess.CompletedProcess[str]) -> Path:
    log = RUN / "logs" / "packages.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(done.stdout + done.stderr)
    return log
