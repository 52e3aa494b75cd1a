"""From running engines to a city that can be used: tables, texts, static files, rules, demo."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from scripts.launch import say
from scripts.launch.django import has_command, manage
from scripts.launch.engines import Engines
from scripts.launch.places import ROOT, STATIC_VENDOR
from scripts.launch.stamps import Stamp, fingerprint

STATIC_ROOT = ROOT / "staticfiles"


def compile_messages(env: Mapping[str, str]) -> None:
    """Compile the catalogues that changed."""
    sources = sorted(ROOT.glob("apps/*/locale/*/LC_MESSAGES/django.po"))
    stamp = Stamp("messages", fingerprint(sources))
    if stamp.is_fresh() and all(path.with_suffix(".mo").is_file() for path in sources):
        return
    with say.step("catalogues"):
        manage(env, "messages", "--compile")
    stamp.set()


def write_readings(env: Mapping[str, str]) -> None:
    """Write down how Chinese characters are read, so that no process loads the library for it."""
    stamp = Stamp("readings", fingerprint([ROOT / "requirements" / "production.lock"]))
    if stamp.is_fresh() and (ROOT / "apps" / "accounts" / "readings.txt").is_file():
        return
    with say.step("readings"):
        manage(env, "readings")
    stamp.set()


def collect_static(env: Mapping[str, str]) -> None:
    """Gather the static files under names that carry their content."""
    sources = [*_files(ROOT / "static"), *_files(STATIC_VENDOR), ROOT / "requirements" / "production.lock"]
    stamp = Stamp("static", fingerprint(sources))
    if stamp.is_fresh() and (STATIC_ROOT / "staticfiles.json").is_file():
        return
    with say.step("static files"):
        manage(env, "collectstatic", "--noinput", "--clear", "--verbosity=0")
    stamp.set()


def prepare_database(env: Mapping[str, str], engines: Engines, *, demo: bool) -> None:
    """Migrate, load catalogues and policy documents, and make the demo city where there is none.

    On the embedded database, steps whose files have not changed are left out; a database of somebody
    else may have changed behind our back, so there every step looks for itself.
    """
    migrations = [
        *ROOT.glob("apps/*/migrations/*.py"),
        *ROOT.glob("apps/*/models.py"),
        *ROOT.glob("apps/*/models/*.py"),
        ROOT / "apps" / "core" / "db.py",
        ROOT / "requirements" / "production.lock",
    ]
    rules = list(_files(ROOT / "fixtures"))
    _once(engines, "migrations", migrations, lambda: _step("database", env, "migrate", "--verbosity=0"))
    _once(
        engines,
        "rules",
        [*migrations, *rules],
        lambda: _step("catalogues and policies", env, "load_reference"),
    )
    if demo and has_command("demo_city"):
        _once(engines, "demo", [], lambda: _step("demo city", env, "demo_city", "--if-empty"))


def demo_accounts(env: Mapping[str, str]) -> str:
    """The accounts of the demo city, as its own command lists them."""
    return manage(env, "demo_accounts").strip() if has_command("demo_accounts") else ""


def _step(name: str, env: Mapping[str, str], *arguments: str) -> None:
    with say.step(name):
        manage(env, *arguments)


def _once(engines: Engines, name: str, files: Iterable[Path], action: Callable[[], None]) -> None:
    stamp = Stamp(f"database-{name}", fingerprint(files))
    if engines.database_is_embedded and not engines.database_is_new and stamp.is_fresh():
        return
    action()
    if engines.database_is_embedded:
        stamp.set()


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
