"""`manage.py export_ledger`: the books as a journal that beancount or hledger read."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.ledger.exporting import FORMATS, Scope, export


class Command(BaseCommand):
    help = "Write the books as a journal for bean-check or `hledger check --strict`; PATH - is the output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), required=True)
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="the last day")
        parser.add_argument("--district", help="the code of one district; without it the whole city")
        parser.add_argument("path", metavar="PATH")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = export(FORMATS[options["format"]], Scope(options["until"], options["district"]))
        if options["path"] == "-":
            for line in lines:
                self.stdout.write(line, ending="")
            return
        with Path(options["path"]).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
