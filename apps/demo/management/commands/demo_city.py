"""`manage.py demo_city`: an invented city with enterprises and apprentices at every stage."""

from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.accounts.models import User
from apps.apprentices.models import Enrolment
from apps.core.clock import today
from apps.core.db import as_owner
from apps.core.errors import ShituError
from apps.demo.city import make_city


class Command(BaseCommand):
    help = "Makes the demo city in an empty database; the same seed and day make the same city."
    # Loading every address for the checks takes as long as half of a start; `make check` runs them.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2022)
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, help="the day on which the city stands"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are accounts already"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEMO_CITY:
            raise CommandError(
                "The demo city is shut here: set DEMO_CITY=1 on a machine that serves nobody else."
            )
        if User.objects.exists():
            if options["if_empty"]:
                self.stdout.write("There are accounts already; nothing was made.")
                return
            raise CommandError("There are accounts already. The demo city is made in an empty database.")
        start = monotonic()
        try:
            # The owner of the tables alone may let history tell the days of the city.
            with as_owner(connection):
                make_city(seed=options["seed"], today=options["today"] or today(), say=self._say)
        except ShituError as refusal:
            reasons = "; ".join(str(problem.message) for problem in refusal.problems)
            raise CommandError(
                f"The city could not be made: {refusal.message} {reasons}".strip()
            ) from refusal
        count = Enrolment.objects.count()
        self.stdout.write(f"Demo city: {count} apprentices in {monotonic() - start:.1f} s.")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
