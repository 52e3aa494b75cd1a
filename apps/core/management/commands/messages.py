"""`manage.py messages [APP …]`: extract, check and compile the Chinese of the interface."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import catalogues


class Command(BaseCommand):
    help = (
        "Bring apps/<app>/locale/zh_Hans/LC_MESSAGES/django.po in line with the code; then fill in the "
        "empty msgstr. templates/<app>/ belongs to that app, all other templates and config/ to core. "
        "Without an app: all of them."
    )
    # A catalogue must be repairable while the project does not load cleanly.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("apps", nargs="*", metavar="APP", help="names of apps, as in apps/<name>")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 when one is incomplete"
        )
        mode.add_argument("--compile", action="store_true", help="write the .mo files that the server reads")

    def handle(self, *args: Any, **options: Any) -> None:
        known = catalogues.app_names()
        chosen = options["apps"] or known
        unknown = sorted(set(chosen) - set(known))
        if unknown:
            raise CommandError(
                f"No such app: {', '.join(unknown)}. Apps are: {', '.join(known)}.", returncode=2
            )
        if options["check"]:
            self._check(chosen, everything=not options["apps"])
        elif options["compile"]:
            done = [app for app in chosen if catalogues.compile_catalogue(app)]
            self.stdout.write(f"Compiled {len(done)} catalogues.")
        else:
            self._update(chosen)

    def _check(self, chosen: list[str], *, everything: bool) -> None:
        found = [problem for app in chosen for problem in catalogues.problems(app)]
        if everything:
            found += catalogues.contradictions()
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} problems in the catalogues."]))
        self.stdout.write(f"{len(chosen)} catalogues are complete.")

    def _update(self, chosen: list[str]) -> None:
        for app in chosen:
            came, went = catalogues.update(app)
            empty = sum(not catalogues.translated(entry) for entry in catalogues.read(app).values())
            if came or went or empty:
                self.stdout.write(f"{app}: {came} new, {went} gone, {empty} without Chinese")
