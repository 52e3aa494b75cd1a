"""`manage.py load_chart`: the chart of accounts and the funds, from fixtures/ledger."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.errors import ShituError
from apps.ledger.services.charting import load_chart


class Command(BaseCommand):
    help = "Load the chart of accounts and the funds. May be run again: nothing is removed."

    def add_arguments(self, parser: CommandParser) -> None:
        default = settings.BASE_DIR / "fixtures" / "ledger"
        parser.add_argument(
            "directory", nargs="?", type=Path, default=default, help="folder with chart.csv and funds.csv"
        )

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        try:
            accounts, funds = load_chart(directory)
        except (ShituError, OSError, KeyError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{accounts} accounts, {funds} funds")
