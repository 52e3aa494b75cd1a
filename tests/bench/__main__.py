"""`python -m tests.bench [--scale small|full] [name ...]`: run the measurements and print them as one table.

Each module of this folder with a function `run(scale) -> list[Row]` is one subject. All run in one process,
one after another, each on a database of its own; a figure stands only beside what was measured with it.
"""

import argparse
import importlib
import os
import pkgutil
import sys
import time

import django


def main() -> int:
    """Run what was asked for; return 1 where a goal was missed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.bench import report
    from tests.bench.database import bench_database, copy_of_it, engine

    asked = _arguments()
    rows: list[report.Row] = []
    with bench_database():
        _say(engine())
        for name, run in _subjects(asked.names):
            begun = time.perf_counter()
            with copy_of_it():
                rows += run(asked.scale)
            _say(f"{name}: {time.perf_counter() - begun:.0f} s")
    _say("", report.table(rows))
    missed = [row.name for row in rows if row.missed]
    if missed:
        _say("", f"{len(missed)} of {len(rows)} goals missed in this run: {', '.join(missed)}")
    return 1 if missed else 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="subjects; all of them where none is given")
    parser.add_argument("--scale", choices=["small", "full"], default=os.environ.get("BENCH_SCALE", "small"))
    return parser.parse_args()


def _subjects(names: list[str]) -> list[tuple]:
    found = {}
    package = importlib.import_module("tests.bench")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_") or module.name.endswith("_settings"):
            continue
        if names and module.name not in names:
            continue
        run = getattr(importlib.import_module(f"tests.bench.{module.name}"), "run", None)
        if run is not None:
            found[module.name] = run
    unknown = sorted(set(names) - set(found))
    if unknown:
        sys.exit(f"no such measurement: {', '.join(unknown)}")
    return sorted(found.items())


if __name__ == "__main__":
    sys.exit(main())
