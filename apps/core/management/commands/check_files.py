"""`check_files`: do rows and disk agree?"""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import files


class Command(BaseCommand):
    """Verifies every stored file against its hash; exit code 1 when one is missing or damaged."""

    help = "Verify every stored file against its hash, and list files that belong to nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--remove-orphans", action="store_true", help="remove files that belong to nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = files.sweep(now_seconds=time.time())
        for path in found.orphans:
            self.stdout.write(f"belongs to nothing: {path}")
            if options["remove_orphans"]:
                path.unlink(missing_ok=True)
        for number in found.damaged:
            self.stdout.write(f"damaged or missing: stored file {number}")
        if found.damaged:
            raise CommandError(f"{len(found.damaged)} stored files are damaged or missing", returncode=1)
        self.stdout.write("every stored file is as it was handed in")
