"""`manage.py permissions [--write|--check]`: the table of who may call what."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts import permission_table

FILE = settings.BASE_DIR / "tests" / "permissions.csv"


class Command(BaseCommand):
    help = (
        "Compare tests/permissions.csv with the addresses and declarations of the code (--check, the "
        "default), or write it anew (--write) and review the difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--write", action="store_true")
        mode.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = permission_table.undeclared()
        if missing:
            raise CommandError("These declare nobody who may call them:\n" + "\n".join(missing))
        now = permission_table.table()
        if options["write"]:
            permission_table.write(FILE, now)
            self.stdout.write(f"{len(now)} rows for {len({row.route for row in now})} addresses")
            return
        found = permission_table.differences(permission_table.read(FILE), now)
        if found:
            raise CommandError("\n".join([*found, "If this is right: manage.py permissions --write"]))
        self.stdout.write(f"{len(now)} rows agree")
