"""`make lock`: resolve requirements/*.in again into locks with hashes."""

import subprocess

from scripts.launch import say
from scripts.launch.errors import Stop
from scripts.launch.places import ROOT, VENV

# Each lock holds to the one before it, so that production never differs from what was tested.
LOCKS = ("production", "development", "installer")


def compile_locks() -> None:
    """Write the locks; versions stay as they are unless an `.in` file asks for another."""
    for name in LOCKS:
        with say.step(f"requirements/{name}.lock"):
            command = [
                *(str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--universal"),
                *("--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-emit-index-url"),
                *("--custom-compile-command", "make lock"),
                *(["-c", "requirements/development.lock"] if name == "installer" else []),
                *(f"requirements/{name}.in", "-o", f"requirements/{name}.lock"),
            ]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(f"The locks could not be resolved: {done.stderr.strip().splitlines()[-1:]}")
