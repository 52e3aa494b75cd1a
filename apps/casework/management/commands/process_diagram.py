"""`process_diagram`: the diagram and the table of steps that docs/process.md shows."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from apps.casework import process_diagram

PAGE = Path("docs") / "process.md"


class Command(BaseCommand):
    """Prints the generated part of the page; `--write` puts it there, `--check` fails when it is stale."""

    help = "Draw the transition tables as Mermaid diagrams with a table of steps each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--write", action="store_true", help=f"write it into {PAGE}")
        what.add_argument("--check", action="store_true", help=f"exit code 1 when {PAGE} is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / PAGE
        with translation.override("en"):
            if options["write"]:
                path.write_text(
                    process_diagram.written_into(path.read_text(encoding="utf-8")), encoding="utf-8"
                )
            elif options["check"]:
                if process_diagram.is_stale(path):
                    raise CommandError(
                        f"{PAGE} is stale: run manage.py process_diagram --write", returncode=1
                    )
            else:
                self.stdout.write(process_diagram.document())
