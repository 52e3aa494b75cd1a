"""`manage.py load_reference`: everything the trade needs before the first case, in its order."""

from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import transaction

# Each of them may be run again at any time: it adds what is new and leaves the rest alone. Later ones
# look things up that earlier ones load.
LOADERS = (
    ("load_districts", None),
    ("load_catalogue", "catalogue"),
    ("load_policies", "policies"),
    ("load_chart", None),
)


class Command(BaseCommand):
    help = "Load districts, catalogues, policy documents and the chart of accounts from fixtures/."
    # Loading every address for the checks takes as long as half of a start; `make check` runs them.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        known = get_commands()
        with transaction.atomic():
            for name, folder in LOADERS:
                if name in known:
                    given = [str(settings.BASE_DIR / "fixtures" / folder)] if folder else []
                    call_command(name, *given, stdout=self.stdout, stderr=self.stderr)
