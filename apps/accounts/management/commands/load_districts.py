"""`manage.py load_districts [FILE]`: the districts of the city."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.accounts.services.districts import load_districts

DEFAULT = settings.BASE_DIR / "fixtures" / "catalogue" / "districts.csv"


class Command(BaseCommand):
    help = "Load the districts of the city; loading them again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        count = load_districts(options["file"])
        self.stdout.write(f"{count} districts")
