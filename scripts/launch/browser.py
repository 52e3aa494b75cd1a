"""Chromium for the browser tests: the Debian package as root, Playwright's own elsewhere."""

import os
import shutil
import subprocess
from pathlib import Path

from scripts.launch import say
from scripts.launch.places import PYTHON, ROOT, RUN

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOLDER = RUN / "browsers"
LOG = RUN / "logs" / "browser.log"
INSTALL_SECONDS = 900


def install() -> str:
    """Return the path of a Chromium, installing one where there is none and where we may.

    Returns an empty string, and says so loudly, when there is none to be had.
    """
    found = find()
    if found:
        return found
    with say.step("Chromium for the browser tests"):
        for attempt in (_by_debian, _by_playwright):
            attempt()
            found = find()
            if found:
                return found
    say.loudly(
        "There is no Chromium and none could be installed: THE BROWSER TESTS WILL NOT RUN.",
        "Install the package `chromium`, or name a browser: CHROMIUM=/path/to/chrome make test",
        f"What was tried is in {LOG}",
    )
    return ""


def find() -> str:
    """The Chromium to use: the one that CHROMIUM names, the system's, or Playwright's own."""
    wanted = os.environ.get("CHROMIUM", "")
    if wanted:
        return wanted if os.access(wanted, os.X_OK) else ""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    own = sorted(FOLDER.glob("chromium*/chrome-*/chrome")) + sorted(
        FOLDER.glob("chromium*/chrome-*/*/Contents/MacOS/*")
    )
    return next((str(path) for path in reversed(own) if _starts(path)), "")


def _starts(program: Path) -> bool:
    """Playwright's browser comes without the system's libraries; without them it does not start."""
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _by_debian() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    fonts = [] if shutil.which("fc-list") and _has_chinese_font() else ["fonts-noto-cjk"]
    install_it = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", *fonts]
    if not try_to_run(install_it, DEBIAN_FRONTEND="noninteractive"):
        try_to_run(["apt-get", "update"])
        try_to_run(install_it, DEBIAN_FRONTEND="noninteractive")


def _has_chinese_font() -> bool:
    done = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
    return bool(done.stdout.strip())


def _by_playwright() -> None:
    try_to_run([str(PYTHON), "-m", "playwright", "install", "chromium"], PLAYWRIGHT_BROWSERS_PATH=str(FOLDER))


def try_to_run(command: list[str], **more: str) -> bool:
    """Run a command of an installation; what it says goes to the log. Whether it came to a good end."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as log:
        log.write(f"$ {' '.join(command)}\n".encode())
        log.flush()
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=INSTALL_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.write(f"{error}\n".encode())
            return False
    return done.returncode == 0
