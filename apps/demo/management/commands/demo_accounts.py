"""`manage.py demo_accounts`: who can sign in to the demo city, and with what."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.demo import demo_roles
from apps.demo.people import PASSWORD


class Command(BaseCommand):
    help = "Lists the accounts that the demo city shows on its sign-in page."
    # Loading every address for the checks takes as long as half of a start; `make check` runs them.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        rows = demo_roles()
        if not rows:
            return
        self.stdout.write(f"Password of every demo account: {PASSWORD}")
        for row in rows:
            self.stdout.write(f"  {row.username:<36} {row.role_label} {row.scope_label}".rstrip())
