"""`manage.py rebuild_summaries`: count anew what dashboards show."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.statistics.counting import rebuild


class Command(BaseCommand):
    help = "Counts all cases anew for the dashboards; writers wait meanwhile."

    def handle(self, *_args: Any, **_options: Any) -> None:
        rebuild()
        self.stdout.write("The summaries were counted anew.")
