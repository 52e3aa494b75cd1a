"""Load a folder of catalogue files: levels, occupations, lists by date, industries."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalogue.files import catalogue_dir
from apps.catalogue.services.load_catalogue import load_catalogue
from apps.core.errors import ShituError


class Command(BaseCommand):
    help = "Load levels, occupations, their lists by date and industries from a folder of CSV files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "dir", nargs="?", default=str(catalogue_dir()), help="the folder (default: the project's)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_catalogue(Path(options["dir"]))
        except ShituError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"{loaded.levels} levels, {loaded.occupations} occupations, {loaded.listings} list rows, "
            f"{loaded.industries} industries, {loaded.prohibitions} prohibitions"
        )
