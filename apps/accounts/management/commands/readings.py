"""`manage.py readings`: the table by which names are sorted and searched, from the library that knows it."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.pinyin import has_readings, write_readings


class Command(BaseCommand):
    help = "Write the readings of Chinese characters where they are missing or of another version."
    # Loading every address for the checks takes as long as half of a start; `make check` runs them.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not has_readings():
            self.stdout.write(f"{write_readings()} characters")
