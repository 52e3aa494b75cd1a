"""`make check`: what holds the code to the house rules; every check runs, all failures are told."""

import subprocess
import time
from collections.abc import Mapping

from scripts.launch import city, django, engines, say
from scripts.launch.options import Options
from scripts.launch.places import PYTHON, ROOT
from scripts.launch.setup import set_up

# Values that only let production's settings load; they protect nothing and open nothing.
PRODUCTION = {
    "SECRET_KEY": "checked-by-make-check-and-used-for-nothing-0123456789abcdefghijklmnopqrstuvwxyz",
    "FIELD_KEYS": "1:sm4:" + "5a" * 32,
    "ALLOWED_HOSTS": "shitu.example",
}


def check(options: Options) -> int:
    """Run every check; returns 0 when all pass, else 1 after naming those that do not."""
    set_up()
    with engines.temporary(options, "check") as (found, _folder):
        development = django.environment(found.addresses, "development")
        production = django.environment(found.addresses, "production", **PRODUCTION)
        city.compile_messages(development)
        failed = [
            name
            for name, command, production_settings in _checks()
            if not _passes(name, command, production if production_settings else development)
        ]
    if failed:
        say.line(f"{len(failed)} of {len(_checks())} checks failed: {', '.join(failed)}")
        return 1
    say.line("All checks passed.")
    return 0


def _checks() -> list[tuple[str, list[str], bool]]:
    """Name, command, and whether it runs under production's settings."""
    tools = PYTHON.parent
    manage = [str(PYTHON), "manage.py"]
    checks = [
        ("ruff check", [str(tools / "ruff"), "check", "."], False),
        ("ruff format", [str(tools / "ruff"), "format", "--check", "."], False),
        ("mypy", [str(tools / "mypy")], False),
        ("import-linter", [str(tools / "lint-imports")], False),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], False),
        ("catalogues", [*manage, "messages", "--check"], False),
        ("deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], True),
    ]
    if any((ROOT / "apps" / "api").glob("v1/*.py")) or (ROOT / "apps" / "api" / "schema.py").is_file():
        schema = [*manage, "spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null"]
        checks.append(("OpenAPI", schema, False))
    return checks


def _passes(name: str, command: list[str], env: Mapping[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    say.line(f"  {name}: {'passed' if passed else 'FAILED'} ({time.monotonic() - started:.1f} s)")
    if not passed:
        say.line(done.stdout.rstrip())
    return passed
