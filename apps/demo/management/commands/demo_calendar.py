"""`manage.py demo_calendar 60`: let sixty days pass in the demo city."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.clock import today
from apps.demo.calendar import put_ahead


class Command(BaseCommand):
    help = "Puts the calendar of the demo city ahead by some days (0 tells the day)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("days", type=int)

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEMO_CITY:
            raise CommandError("Only the demo city has a calendar that can be put ahead.")
        ahead = put_ahead(options["days"])
        self.stdout.write(f"It is {today()} in the demo city, {ahead} days ahead.")
